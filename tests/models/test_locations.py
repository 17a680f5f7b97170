import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.locations import (
    Location,
    PlaceKind,
    elsewhere,
    locations,
    normalised,
    without_signatures,
)

ADDRESS, POSTCODE, STREET, NAMED = PlaceKind


def read(text: str, *, at_home: bool = False) -> set[tuple[PlaceKind, str]]:
    return {(one.kind, one.name) for one in locations(text, at_home=at_home)}


@pytest.mark.parametrize(
    "text",
    [
        "My bin at 12 Mill Lane was not emptied.",
        "bin not emptied at 12 mill lane",
        "Flat 3, 12 Mill Ln.",
        "12, Mill Lane",
        "MISSED BIN 12 MILL LN",
        "12\tMill\u00a0Lane",
        "Numbers 9 and 12 Mill Lane",
        "Location: 12 mill lane, by the gate",
    ],
)
def test_an_address_is_one_however_it_is_written_and_its_street_is_read_too(text: str) -> None:
    assert read(text) == {(ADDRESS, "12 mill lane"), (STREET, "mill lane")}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Rubbish in St. Mary's Rd", "st marys road"),
        ("rubbish in st marys road", "st marys road"),
        ("Rubbish in Saint Mary’s Road", "st marys road"),
        ("rubbish ferry rd near the school", "ferry road"),
        ("Litter, High St", "high street"),
        ("Sbwriel yn Heol Tŷ-Gwyn Road", "heol ty gwyn road"),
        ("On Old Church Road again", "old church road"),
        ("Where: Elder Street between the shops", "elder street"),
        ("the end of Heron Close", "heron close"),
    ],
)
def test_a_street_is_read_with_its_name_written_out(text: str, name: str) -> None:
    assert read(text) == {(STREET, name)}


@pytest.mark.parametrize(
    "text",
    [
        "Our road is a disgrace. Busy road, no pavement. The whole street says so.",
        "on the way home, in a long lane, by the green, at the close of the day",
        "A close thing. Every road and each street. Main road.",
        "The Avenue. Our Close. My Street!",
        "Mr St John called; the 2nd street on the left; I have my own view.",
        "HOLE IN THE ROAD, THE PARK IS SHUT",
        "at no b4 2nd time, see u b4 4th",
        "in the park, a car park, our playground",
        "Weaver Street's",
        "",
    ],
)
def test_what_is_not_certain_is_no_place(text: str) -> None:
    assert read(text) == set()


@pytest.mark.parametrize(
    "written", ["WM1 1AA", "wm1 1aa", "wm11aa", "WM11AA,", "(Wm1 1aA)", "at WM1 1AA."]
)
def test_a_postcode_is_one_however_it_is_written(written: str) -> None:
    assert read(written) == {(POSTCODE, "wm11aa")}


def test_each_form_of_a_postcode_is_read() -> None:
    names = {name for _, name in read("M1 1AE B33 8TH CR2 6XH DN55 1PT W1A 0AX EC1A 1BB")}
    assert names == {"m11ae", "b338th", "cr26xh", "dn551pt", "w1a0ax", "ec1a1bb"}


def test_parks_and_car_parks_are_places_by_their_names() -> None:
    assert read("A swing in Orchard Park play area, by Hollins Park") == {
        (NAMED, "orchard park play area"),
        (NAMED, "orchard park"),
        (NAMED, "hollins park"),
    }
    assert read("Location: The Knoll bandstand\nDetails: broken") == set()
    assert read("Location: knoll bandstand\nDetails: broken") == {(NAMED, "knoll bandstand")}


def test_the_senders_home_in_a_form_counts_only_where_the_matter_is_at_home() -> None:
    form = "It was not emptied.\n\nAddress: 4 Elm Close\nPostcode: WM2 2BB\nPhone: 01632 960001"
    assert read(form) == set()
    home = {(ADDRESS, "4 elm close"), (STREET, "elm close"), (POSTCODE, "wm22bb")}
    assert read(form, at_home=True) == home


def test_a_location_box_with_a_phone_number_or_a_sentence_is_no_place() -> None:
    assert read("Location: ring Jim 07700900123") == set()
    assert read("Location: it is just behind the big shop you know") == set()
    assert read("Location: x@post.example mast") == set()


def test_two_matters_are_elsewhere_only_where_both_are_told_alike_and_differ() -> None:
    mill, elm = Location(STREET, "mill lane"), Location(STREET, "elm close")
    code = Location(POSTCODE, "wm11aa")
    assert elsewhere({mill}, {elm})
    assert elsewhere({mill, code}, {elm})
    assert not elsewhere({mill}, {mill, elm})
    assert not elsewhere({mill}, {code})
    assert not elsewhere({mill}, set())


@given(st.text(max_size=400), st.booleans())
def test_any_text_is_read_and_few_places_come_of_it(text: str, at_home: bool) -> None:
    assert len(locations(text, at_home=at_home)) <= 8


_WORDS = st.sampled_from(
    ["12", "Mill", "mill", "St.", "Saint", "lane", "Ln", "Road", "the", "on", "Location:", ",", "\n",
     "WM1", "1AA", "Park", "Address:", "İ", "’s", "-", "0", "Close"]
)  # fmt: skip


@given(st.lists(_WORDS, max_size=30), st.booleans())
def test_what_is_read_is_normalised_already(words: list[str], at_home: bool) -> None:
    for one in locations(" ".join(words), at_home=at_home):
        assert one.name
        assert normalised(one.name) == one.name


@given(st.text(max_size=100) | st.lists(_WORDS, max_size=6).map(" ".join))
def test_normalising_twice_changes_nothing_more(name: str) -> None:
    once = normalised(name)
    assert normalised(once) == once


@pytest.mark.parametrize(
    "part",
    ["Mill ", "1", "12 Mill Lane ", "Location: ", " ", "\n", "street ", "A" * 50 + " road ", "WM1 ",
     "St. ", "\tLocation", "Location:" + " " * 30, "* ", "Address: x\n", "a-", "İ "],
)  # fmt: skip
def test_hostile_text_takes_no_longer_than_its_length(part: str) -> None:
    text = part * (200_000 // len(part))
    begun = time.process_time()
    locations(text, at_home=False)
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize(
    "text", ["On 2 November 2026, Mill Lane was full.", "Since November 2, Mill Lane is full."]
)
def test_a_date_before_a_street_is_no_house_number(text: str) -> None:
    assert locations(text, at_home=False) == {Location(PlaceKind.STREET, "mill lane")}


SIGNED = "A sofa lies in Mill Lane.\n\nKind regards, Jo\n7 Elm Close\nWM1 1AA"


@pytest.mark.parametrize(
    ("text", "names", "left"),
    [
        (SIGNED, (), "A sofa lies in Mill Lane.\n"),
        ("Mill Lane.\nJo Pike\n7 Elm Close", ("Jo Pike",), "Mill Lane."),
        ("A sofa.\nThanks\n7 Elm Close\nPS: in Mill Lane", (), "A sofa.\nPS: in Mill Lane"),
        ("Thank you for Mill Lane.\nMore.", (), "Thank you for Mill Lane.\nMore."),
    ],
)
def test_what_stands_below_a_closing_is_not_where_the_matter_is(
    text: str, names: tuple[str, ...], left: str
) -> None:
    assert without_signatures(text, names, only_forwarded=False) == left


def test_of_what_staff_forward_only_the_forwarded_part_counts() -> None:
    text = "See below.\nRegards\nTown Hall, WM1 1AA\n-----Original Message-----\nIn Mill Lane."
    assert without_signatures(text, (), only_forwarded=True).strip() == "In Mill Lane."
    assert "In Mill Lane." in without_signatures(text, (), only_forwarded=False)


@given(st.text(max_size=400))
def test_signatures_of_any_text_are_looked_for(text: str) -> None:
    assert len(without_signatures(text, ("Jo",), only_forwarded=True)) <= len(text) + 1


@pytest.mark.parametrize("name", ["a" * 80, "a.-" * 30, "a " * 40])
def test_hostile_closings_take_no_longer_than_their_length(name: str) -> None:
    text = f"Thanks, {name}!\n-- original message --\n" * 200
    begun = time.process_time()
    without_signatures(text, ("Jo",), only_forwarded=False)
    assert time.process_time() - begun < 0.5
