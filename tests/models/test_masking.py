"""Personal data does not reach what is learned."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.masking import GONE, masked
from models.personal_data import EMAIL_ADDRESS

PEOPLE = ("Jo Pike", "Ann-Marie O'Hara", "jo.pike@post.example")


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Write to jo.pike+bins@post.example today", f"Write to {GONE}@{GONE} today"),
        ("Ring 07700 900123 or +44 (0)20 7946 0018", "Ring 00000 000000 or +00 (0)00 0000 0000"),
        ("I live at SO50 9ZZ, not so509zz", "I live at AA00 0AA, not AA000AA"),
        ("14 Tanner's Row and Flat 3, Mill Lane", f"00 {GONE} Row and Flat 0, {GONE} Lane"),
        ("Rose Cottage", f"{GONE} Cottage"),
        ("My account is 80012345X", "My account is 00000000A"),
        ("card 4929 1234 5678 9012", "card 0000 0000 0000 0000"),
        ("a van, AB12 CDE, and K123ABC", "a van, AA00 AAA, and A000AAA"),
        ("NI QQ123456C for CC-2026-00042", "NI AA000000A for AA-0000-00000"),
        ("born 14/04/1951", "born 00/00/0000"),
        ("see https://x.example/a?who=jo", f"see https://{GONE}"),
        ("Mr Ludlow next door", f"Mr {GONE} next door"),
        ("My name is Grace Adeyemi and", f"My name is {GONE} and"),
        ("so Ms O'Hara said to O'HARA", f"so Ms {GONE} said to {GONE}"),
        ("Jo told me, said PIKE. Pike's bin", f"{GONE} told me, said {GONE}. {GONE}'s bin"),
        ("Done.\n\nKind regards\nGrace Adeyemi", f"Done.\n\nKind regards\n{GONE}"),
        ("Done.\njo pike", f"Done.\n{GONE}"),
        ("it is late regards jo pike", f"it is late regards {GONE}"),
        ("thanks, jo 12 elm road", f"thanks, {GONE} 12 elm road"),
        ("ask jo pike or PIKE, JO", f"ask {GONE} or {GONE}"),
        ("so Ms O’Hara, and ann-marie o’hara", f"so Ms {GONE}, and {GONE}"),
        ("Please mend it. Regards, John Smith", f"Please mend it. Regards, {GONE}"),
        ("Many thanks Grace", f"Many thanks {GONE}"),
        ("Your name: Grace Adeyemi\nWhat: a bin", f"Your name: {GONE}\nWhat: a bin"),
    ],
)
def test_personal_data_goes_and_the_shape_stays(written: str, left: str) -> None:
    assert masked(written, PEOPLE) == left


@pytest.mark.parametrize(
    "kept",
    [
        "The A27 near Mill Lane floods",
        "It cost £1,250 in 2026",
        "Missed 3 times, for 6 weeks, since 14 April",
        "Will you clear the green bin in the park?",
        "The council, the county and the police say no",
    ],
)
def test_what_says_what_a_matter_is_about_stays(kept: str) -> None:
    assert masked(kept, ("Will Green",)) == kept


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Will Green said so", f"{GONE} said so"),
        ("Will you ask Mr Green?", f"Will you ask Mr {GONE}?"),
        ("the bin is full, thanks will", f"the bin is full, thanks {GONE}"),
        ("Done.\nWill", f"Done.\n{GONE}"),
        ("thanks will you mend it", "thanks will you mend it"),
        ("will green bins be emptied", "will green bins be emptied"),
    ],
)
def test_a_name_that_is_a_word_too_goes_where_it_is_a_name(written: str, left: str) -> None:
    assert masked(written, ("Will Green",)) == left


def test_what_a_mailbox_is_called_is_no_name() -> None:
    words = "My Council Tax is wrong and the Forms ask for Housing benefit"
    assert masked(words, ("Council Tax Forms", "housing@council.example")) == words
    assert masked("Jo Pike's Council Tax", ("Jo Pike Council Tax",)) == f"{GONE}'s Council Tax"


WORDS = st.one_of(
    st.sampled_from(["Jo", "Pike", "jo.pike@post.example", "07700900123", "SO509ZZ", "AB12CDE"]),
    st.sampled_from(["80012345", "Mr Ludlow", "regards", "14", "Mill", "Lane", "bin", "the", ","]),
    st.sampled_from([".", ":", "\n", "£40", "2026", "A27", "name", "Name:", GONE, "1/2/2026"]),
    st.just("https://x.example/q"),
)


@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_no_address_number_or_known_name_is_left_and_masking_twice_changes_nothing(
    text: str,
) -> None:
    once = masked(text, PEOPLE)
    assert masked(once, PEOPLE) == once
    assert not EMAIL_ADDRESS.search(once)
    assert not re.search(
        r"\bJo\b|\bPike\b|\bLudlow\b", re.sub(r"(?i)ludlow(?<!mr ludlow)", "", once)
    )
    assert not re.search(r"[1-9]\d{4,}", once)


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    assert isinstance(masked(text, [text]), str)


@pytest.mark.parametrize(
    "piece", ["a", "A1 ", "1-", "\n ", "Name ", "x@", "regards\n", "Aa ", "0 "]
)
@pytest.mark.timeout(10)
def test_a_long_text_of_one_sign_costs_no_time(piece: str) -> None:
    masked(piece * (20_000 // len(piece)), PEOPLE)
