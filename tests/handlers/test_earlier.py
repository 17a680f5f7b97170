"""Whether the service has had a chance to put it right: requirement 12, labels.md rules 2 to 4."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.case import Case, Classification, State
from models.contact import By, Contact, Earlier
from models.history import Event
from models.locations import Location, PlaceKind
from models.outbox import Kind
from models.threads import Why
from tests.support.casework import OFFICER, close, entry, events, seen
from tests.support.council import example_council, utc
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 3)
FORTNIGHT = timedelta(days=14)
NEIGHBOUR = "Al Stone <al@x.example>"
BIN = "My bin was not emptied. #missed_bin enquiry"
TIP = "A mattress lies in Mill Lane. #fly_tip enquiry"


def receive(office: TestOffice, text: str, after: timedelta = timedelta(0), **headers: str) -> Case:
    """A message of its own, so long after the first."""
    fields = {"Message_ID": f"<{after.total_seconds()}.{abs(hash(text))}@x>", "Subject": "Hello"}
    taken = office.receive(email(text, **(fields | headers)), NOW + after)
    return office.case(taken.reference)


def ended(office: TestOffice, case: Case) -> Case:
    """A person closed it."""
    return office.casework.close(
        seen(office, case.reference), "It was collected.", None, OFFICER, case.received_at
    )


# The same person


def test_a_first_report_is_an_enquiry_with_no_earlier_contact(office: TestOffice) -> None:
    case = receive(office, BIN)
    assert case.state is State.OPEN
    assert case.contact == Contact()


@pytest.mark.parametrize("closed", [True, False])
def test_what_the_same_person_reports_again_goes_to_a_person_as_failed_again(
    office: TestOffice, closed: bool
) -> None:
    first = receive(office, BIN)
    if closed:
        ended(office, first)
    second = receive(office, "Hello, " + BIN, FORTNIGHT)
    assert second.state is State.TRIAGE
    assert second.contact == Contact((Earlier(first.reference, By.SENDER),), first.reference)
    assert not second.prediction.needs_person  # what the model said stays what it said
    linked = entry(office, second.reference, Event.LINKED)
    assert dict(linked.details) == {
        "other": first.reference, "why": Why.FAILED_AGAIN, "newer": True,
    }  # fmt: skip
    assert entry(office, first.reference, Event.LINKED).details["other"] == second.reference


def test_a_case_that_has_perhaps_failed_again_has_the_dates_of_one_nobody_decided(
    office: TestOffice,
) -> None:
    receive(office, BIN)
    second = receive(office, "Hello, " + BIN, FORTNIGHT)
    unsure = receive(office, "Hm. #council_tax enquiry unsure", FORTNIGHT)
    assert second.stage.respond_by == unsure.stage.respond_by
    assert entry(office, second.reference, Event.OPENED).details["respond_by"] == str(
        second.stage.respond_by
    )


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        (BIN, "Any news? #missed_bin enquiry", FORTNIGHT),
        (BIN, "PS: it is the blue one. #missed_bin enquiry", timedelta(hours=30)),
        (BIN, "Thank you! #missed_bin compliment", FORTNIGHT),
        (BIN, "A disgrace. #missed_bin complaint", FORTNIGHT),
        (BIN, "Do you take sofas? #garden_bulky enquiry", FORTNIGHT),
        ("My discount? #council_tax enquiry", "My band? #council_tax enquiry", FORTNIGHT),
        ("A deep hole. #pothole_road enquiry", "Still there. #pothole_road enquiry", FORTNIGHT),
        ("Thank you! #missed_bin compliment", BIN, FORTNIGHT),
    ],
    ids=["news", "at once", "praise", "a complaint", "a near topic", "no report", "another body's",
         "praise before"],
)  # fmt: skip
def test_all_else_of_the_same_person_stays_what_the_model_says(
    office: TestOffice, first: str, second: str, after: timedelta
) -> None:
    receive(office, first)
    case = receive(office, second, after)
    assert case.state is State.OPEN
    assert case.contact is not None
    assert case.contact.failed_again is None


@pytest.mark.parametrize(
    "text",
    ["Any news? It is still not done. #missed_bin enquiry", "Missed again! #missed_bin enquiry"],
)
def test_who_says_that_it_has_failed_again_is_heard_at_once(office: TestOffice, text: str) -> None:
    first = receive(office, BIN)
    case = receive(office, text, timedelta(hours=30))
    assert case.contact is not None
    assert case.contact.failed_again == first.reference


def test_a_near_topic_of_the_same_owner_is_shown_and_another_persons_bin_is_not(
    office: TestOffice,
) -> None:
    first = receive(office, BIN)
    receive(office, BIN, FORTNIGHT, From=NEIGHBOUR)
    near = receive(office, "My garden bin. #garden_bulky enquiry", FORTNIGHT)
    assert near.contact == Contact((Earlier(first.reference, By.SENDER),))


def test_a_case_that_staff_gave_to_another_service_is_another_matter(office: TestOffice) -> None:
    first = receive(office, BIN)
    to = Classification(first.category, "housing", None, None)
    office.casework.reclassify(seen(office, first.reference), to, OFFICER, NOW)
    assert receive(office, "Hi. " + BIN, FORTNIGHT).contact == Contact()


def test_a_reply_in_the_thread_is_no_case_and_no_earlier_contact(office: TestOffice) -> None:
    first = receive(office, BIN, Message_ID="<first@post.example>")
    reply = email(
        "Missed again. #missed_bin enquiry", Message_ID="<r@x>", In_Reply_To="<first@post.example>"
    )
    assert office.receive(reply, NOW + FORTNIGHT).reference == first.reference
    assert office.case(first.reference).contact == Contact()


@pytest.mark.parametrize(
    ("days", "found"), [(365, True), (366, False)], ids=["within a year", "later"]
)
def test_the_same_persons_contact_counts_for_a_year(
    office: TestOffice, days: int, found: bool
) -> None:
    receive(office, BIN)
    case = receive(office, "Hi. " + BIN, timedelta(days=days))
    assert case.contact is not None
    assert bool(case.contact.earlier) is found
    assert (case.state is State.TRIAGE) is found


def test_what_came_in_first_and_was_received_later_is_no_earlier_contact(
    office: TestOffice,
) -> None:
    receive(office, BIN)
    older = receive(office, "Hi. " + BIN, -FORTNIGHT)
    assert older.contact == Contact()


def test_zero_days_look_for_nothing(tmp_path: Path) -> None:
    council = example_council()
    never = replace(council.replying, same_sender_within_days=0, same_place_within_days=0)
    office = open_office(tmp_path, replace(council, replying=never))
    receive(office, TIP)
    assert receive(office, "Hi. " + TIP, FORTNIGHT).contact == Contact()
    office.store.close()


@pytest.mark.parametrize(
    "sender", ["Cllr Poole <poole@westmere.example>", "Portal <no-reply@portal.example>"]
)
def test_who_writes_for_many_people_is_not_one_person(office: TestOffice, sender: str) -> None:
    receive(office, BIN, From=sender)
    assert receive(office, "Hi. " + BIN, FORTNIGHT, From=sender).contact == Contact()


def test_the_writer_of_forwarded_mail_is_looked_for_by_the_address_it_names(
    office: TestOffice,
) -> None:
    first = receive(office, BIN)
    forwarded = (
        "Please see below.\n\n-----Original Message-----\nFrom: Jo Pike <jo@post.example>\n"
        "Sent: 16 November 2026 09:00\nTo: poole@westmere.example\nSubject: My bin\n\nHi. " + BIN
    )
    case = receive(
        office, forwarded, FORTNIGHT, From="Cllr Poole <poole@westmere.example>", Subject="FW: My bin"
    )  # fmt: skip
    assert case.original is not None
    assert case.contact == Contact((Earlier(first.reference, By.SENDER),), first.reference)


# The same place


def test_a_neighbours_report_of_the_same_street_is_shown_and_linked_and_stays_an_enquiry(
    office: TestOffice,
) -> None:
    first = receive(office, TIP)
    second = receive(office, "Rubbish on mill ln! #fly_tip enquiry", FORTNIGHT, From=NEIGHBOUR)
    assert second.state is State.OPEN
    assert second.contact == Contact((Earlier(first.reference, By.STREET),))
    linked = entry(office, second.reference, Event.LINKED)
    assert (linked.details["other"], linked.details["why"]) == (first.reference, Why.SAME_PLACE)
    notes = [(p.reference, p.payload["event"]) for p in office.waiting(Kind.NOTE)]
    assert {(first.reference, Event.LINKED), (second.reference, Event.LINKED)} <= set(notes)


AT_12 = "A mattress by 12 Mill Lane. #fly_tip enquiry"


@pytest.mark.parametrize(
    ("first", "second", "again"),
    [
        (AT_12, "Rubbish at 12 Mill Ln. #fly_tip enquiry", True),
        (AT_12, "Rubbish in Mill Lane. #fly_tip enquiry", False),
        (AT_12, "Rubbish in Mill Lane is still there. #fly_tip enquiry", True),
        ("Tip, WM1 1AA. #fly_tip enquiry", "tip at wm11aa #fly_tip enquiry", True),
        ("Bin, WM1 1AA. #missed_bin enquiry", "bin at wm11aa #missed_bin enquiry", False),
        ("Bin, 12 Mill Lane. #missed_bin enquiry", "bin 12 mill lane #missed_bin enquiry", True),
    ],
    ids=["the house", "a street is long", "the words say so", "the postcode", "not their bin",
         "one household"],
)  # fmt: skip
def test_another_persons_ended_case_counts_where_the_place_or_the_words_leave_no_doubt(
    office: TestOffice, first: str, second: str, again: bool
) -> None:
    before = ended(office, receive(office, first))
    case = receive(office, second, FORTNIGHT, From=NEIGHBOUR)
    assert case.contact is not None
    assert [one.reference for one in case.contact.earlier] == [before.reference]
    assert (case.contact.failed_again == before.reference) is again
    assert (case.state is State.TRIAGE) is again


def test_another_persons_open_case_has_not_failed(office: TestOffice) -> None:
    receive(office, AT_12)
    case = receive(office, "Rubbish at 12 Mill Ln. #fly_tip enquiry", FORTNIGHT, From=NEIGHBOUR)
    assert case.state is State.OPEN


def test_a_busy_streets_cases_do_not_crowd_out_those_of_the_very_house(office: TestOffice) -> None:
    first = receive(office, AT_12)
    for number in range(21):
        at = timedelta(hours=number + 1)
        receive(office, f"{number}: {TIP}", at, From=f"{number}@x.example")
    case = receive(office, AT_12, FORTNIGHT, From=NEIGHBOUR)
    assert case.contact is not None
    assert case.contact.earlier[0] == Earlier(first.reference, By.ADDRESS)
    assert len(case.contact.earlier) == 6


def test_a_neighbours_own_bin_is_shown_and_not_linked(office: TestOffice) -> None:
    first = receive(office, "Bin, Mill Lane. #missed_bin enquiry")
    case = receive(office, "Mill Lane, bin. #missed_bin enquiry", FORTNIGHT, From=NEIGHBOUR)
    assert case.contact == Contact((Earlier(first.reference, By.STREET),))
    assert Event.LINKED not in events(office, case.reference)


def test_who_reports_another_street_reports_another_matter(office: TestOffice) -> None:
    receive(office, TIP)
    case = receive(office, "A fridge in Elm Close. #fly_tip enquiry", FORTNIGHT)
    assert case.contact == Contact()
    assert case.state is State.OPEN


def test_a_place_counts_for_ninety_days(office: TestOffice) -> None:
    receive(office, TIP)
    within = receive(office, TIP, timedelta(days=90), From=NEIGHBOUR)
    later = receive(office, TIP, timedelta(days=181), From="Di <di@x.example>")
    assert within.contact is not None
    assert within.contact.earlier
    assert later.contact == Contact()


def test_places_are_kept_only_where_the_matter_has_one(office: TestOffice) -> None:
    tip = receive(office, TIP)
    tax = receive(office, "I moved to 12 Mill Lane. #council_tax enquiry")
    with office.store.view() as work:
        assert work.locations.of_case(tip.reference) == {Location(PlaceKind.STREET, "mill lane")}
        assert work.locations.of_case(tax.reference) == frozenset()


# Privacy


PRIVATE = "A child lives in it, 12 Mill Lane. #fly_tip enquiry !safeguarding"


@pytest.mark.parametrize("sender", ["Jo Pike <jo@post.example>", NEIGHBOUR])
def test_a_private_case_counts_for_nothing_in_an_open_one(office: TestOffice, sender: str) -> None:
    private = ended(office, receive(office, PRIVATE))
    case = receive(office, "Still there, 12 Mill Lane. #fly_tip enquiry", FORTNIGHT, From=sender)
    assert case.state is State.OPEN
    assert case.contact is not None
    assert case.contact.failed_again is None
    assert Event.LINKED not in events(office, case.reference)
    assert Event.LINKED not in events(office, private.reference)


def test_a_private_case_counts_in_its_own_channel(office: TestOffice) -> None:
    first = receive(office, PRIVATE)
    second = receive(office, "Again: " + PRIVATE, FORTNIGHT)
    assert second.contact is not None
    assert second.contact.failed_again == first.reference


def test_an_mps_second_enquiry_is_another_constituents(office: TestOffice) -> None:
    receive(office, "For Mr A. #missed_bin enquiry !mp_enquiry")
    second = receive(office, "For Mrs B. #missed_bin enquiry !mp_enquiry", FORTNIGHT)
    assert second.state is State.OPEN


# Complaints


def test_a_complaint_after_an_answer_keeps_its_earlier_contact(office: TestOffice) -> None:
    first = receive(office, "No bin. #missed_bin complaint")
    close(office, first.reference, NOW)
    second = receive(office, "Again! #missed_bin complaint", FORTNIGHT)
    assert second.contact == Contact((Earlier(first.reference, By.SENDER),))
    assert Event.LINKED not in events(office, second.reference)


# What the places are read from


FORM = {"From": "Forms <webforms@westmere.example>", "Subject": "Report it"}


def form(details: str, more: str, name: str = "Jo Pike") -> str:
    """A web form's email; who filled it in gave no address."""
    return f"Name: {name}\nDetails: {details}\n{more}"


def test_the_boxes_of_a_web_form_say_where_it_is_and_which_number_it_had(
    office: TestOffice,
) -> None:
    tip = form("A mattress. #fly_tip enquiry", "Location: 12 Mill Lane, Westmere")
    first = ended(office, receive(office, tip, **FORM))
    second = receive(office, "Rubbish at 12 Mill Ln. #fly_tip enquiry", FORTNIGHT)
    assert second.contact == Contact((Earlier(first.reference, By.ADDRESS),), first.reference)


def test_a_neighbours_home_address_below_their_name_is_not_where_the_fly_tip_is(
    office: TestOffice,
) -> None:
    text = "A sofa in Elm Close. #fly_tip enquiry\n\nRegards\nJo\n12 Mill Lane\nWM1 1AA"
    case = receive(office, text)
    with office.store.view() as work:
        assert work.locations.of_case(case.reference) == {Location(PlaceKind.STREET, "elm close")}


def test_staffs_footer_and_peoples_names_are_no_places(office: TestOffice) -> None:
    text = (
        "Please see below.\n\nRegards\nTown Hall, 1 High Street, WM1 1AA\n\n"
        "-----Original Message-----\nFrom: Jenny Wood <jo@post.example>\n"
        "Sent: 2 November 2026 09:00\nTo: poole@westmere.example\nSubject: Bin\n\n"
        "I am Jenny Wood of 5 Elm Close. #missed_bin enquiry"
    )
    case = receive(office, text, From="Cllr Poole <poole@westmere.example>", Subject="FW: Bin")
    with office.store.view() as work:
        names = {one.name for one in work.locations.of_case(case.reference)}
    assert names == {"5 elm close", "elm close"}


# What was found to be wrong in a review


def test_the_case_that_failed_is_kept_however_many_others_there_are(office: TestOffice) -> None:
    first = receive(office, BIN)
    for number in range(7):
        receive(office, f"{number} #garden_bulky enquiry", timedelta(days=number + 1))
    case = receive(office, "Hi. " + BIN, FORTNIGHT)
    assert case.contact is not None
    assert case.contact.failed_again == first.reference
    assert case.contact.earlier[0].reference == first.reference
    assert len(case.contact.earlier) == 6


@pytest.mark.parametrize("topic", ["garden_bulky", "bin_container", "toilets_cemetery_allotment"])
def test_what_is_ordered_or_booked_again_has_not_failed(office: TestOffice, topic: str) -> None:
    receive(office, f"One, please. #{topic} enquiry")
    assert receive(office, f"One more. #{topic} enquiry", FORTNIGHT).state is State.OPEN
    after = receive(office, f"It has still not come. #{topic} enquiry", 2 * FORTNIGHT)
    assert after.state is State.TRIAGE


def test_a_plain_chase_is_no_second_failure(office: TestOffice) -> None:
    receive(office, BIN)
    chase = "Any update on the bin I reported two weeks ago? #missed_bin enquiry"
    assert receive(office, chase, FORTNIGHT).state is State.OPEN


def test_what_was_told_minutes_ago_has_not_failed_whatever_the_words(office: TestOffice) -> None:
    receive(office, BIN)
    again = receive(office, "It is still there! #missed_bin enquiry", timedelta(minutes=9))
    assert again.state is State.OPEN


def test_another_houses_bin_is_another_matter(office: TestOffice) -> None:
    receive(office, "Bin, 12 Mill Lane. #missed_bin enquiry")
    case = receive(office, "Bin, 14 Elm Close. #missed_bin enquiry", FORTNIGHT)
    assert case.contact == Contact()


def test_the_same_house_number_under_another_postcode_is_another_house(office: TestOffice) -> None:
    ended(office, receive(office, "Tip by 12 High Street, WM1 1AA. #fly_tip enquiry"))
    there = "Tip by 12 High Street, WM9 9ZZ. #fly_tip enquiry"
    case = receive(office, there, FORTNIGHT, From=NEIGHBOUR)
    assert case.contact is not None
    assert case.contact.failed_again is None
    assert By.ADDRESS not in {one.by for one in case.contact.earlier}


def test_an_open_case_is_pointed_out_for_longer_than_it_is_earlier_contact(tmp_path: Path) -> None:
    council = example_council()
    shorter = replace(council.replying, same_sender_within_days=7, same_matter_within_days=30)
    office = open_office(tmp_path, replace(council, replying=shorter))
    first = receive(office, BIN)
    second = receive(office, "Hi. " + BIN, FORTNIGHT)
    linked = entry(office, second.reference, Event.LINKED)
    assert (linked.details["other"], linked.details["why"]) == (first.reference, Why.SAME_MATTER)
    assert second.contact == Contact()
    office.store.close()


def test_a_newer_private_case_does_not_hide_the_one_to_be_pointed_out(office: TestOffice) -> None:
    first = receive(office, BIN)
    receive(office, "A child. #missed_bin enquiry !safeguarding", timedelta(hours=2))
    third = receive(office, "PS: the blue one. #missed_bin enquiry", timedelta(hours=5))
    linked = entry(office, third.reference, Event.LINKED)
    assert linked.details["other"] == first.reference
