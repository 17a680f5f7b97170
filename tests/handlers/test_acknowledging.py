"""When an acknowledgement leaves by itself (mail.md D27, D30, E33; requirement 2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from models.council import Acknowledging
from models.history import Event
from models.ledger import Arrival
from models.message import Origin, RawMessage
from models.outbox import Kind
from tests.support.casework import answer, entry, events
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27)


def limited(office: TestOffice, **limits: int) -> TestOffice:
    council = replace(office.council, acknowledging=Acknowledging(**limits))
    return replace(office, council=council, intake=replace(office.intake, council=council))


def matter(number: int, sender: str | None = None) -> bytes:
    sender = sender or f"p{number}@post.example"
    return email(f"Matter {number} #noise enquiry", Message_ID=f"<{number}@x>", From=sender)


def withheld(office: TestOffice, reference: str | None) -> str:
    return str(entry(office, reference, Event.ACKNOWLEDGEMENT_WITHHELD).details["reason"])


@pytest.mark.parametrize(
    ("headers", "received", "why"),
    [
        ({"From": ""}, NOW, "no address"),
        ({"List_Id": "<list.example.org>"}, NOW, "a machine sent it: a mailing list"),
        ({"Date": "Fri, 6 Nov 2020 10:00:00 +0000"}, NOW, "more than 3 days ago"),
        ({}, NOW - timedelta(days=4), "more than 3 days ago"),
    ],
)
def test_d30_not_sure_a_case_is_made_and_nothing_leaves_and_the_reason_is_kept(
    office: TestOffice, headers: dict[str, str], received: object, why: str
) -> None:
    raw = RawMessage(email(**headers), Origin("a", "INBOX", 1, 1), received)
    taken = office.intake.take_in(raw, NOW)
    assert taken.arrival is Arrival.CASE
    assert office.waiting(Kind.LETTER) == []
    assert why in withheld(office, taken.reference)


def test_requirement_2_an_anonymous_complaint_is_a_case(office: TestOffice) -> None:
    taken = office.receive(email(From="", Message_ID=""), NOW)
    assert taken.arrival is Arrival.CASE
    assert office.case(taken.reference).customer.address is None


def test_d27_a_case_is_acknowledged_once_for_ever(office: TestOffice) -> None:
    taken = office.receive(email(), NOW)
    letters = delivered(office, NOW)
    for n in range(5):
        again = email(f"PS {n}", Message_ID=f"<{n}@x>", In_Reply_To=letters[0].message_id)
        office.receive(again, NOW + timedelta(days=n))
        letters += delivered(office, NOW + timedelta(days=n))
    assert [letter.reference for letter in letters] == [taken.reference]


def test_d27_one_address_gets_so_many_in_an_hour(office: TestOffice) -> None:
    office = limited(office, per_address_per_hour=2)
    taken = [office.receive(matter(n, "Jo@Post.example"), NOW) for n in range(4)]
    assert len(office.waiting(Kind.LETTER)) == 2
    assert "2 automatic letters went to this address within an hour" in withheld(
        office, taken[-1].reference
    )
    office.receive(matter(9, "jo@post.example"), NOW + timedelta(hours=1, seconds=1))
    assert len(office.waiting(Kind.LETTER)) == 3


def test_d27_one_address_gets_so_many_in_a_day(office: TestOffice) -> None:
    office = limited(office, per_address_per_day=5)
    for n in range(8):
        office.receive(matter(n, "jo@post.example"), NOW + n * timedelta(hours=1, minutes=1))
    assert len(office.waiting(Kind.LETTER)) == 5
    office.receive(matter(9, "jo@post.example"), NOW + timedelta(days=1, hours=8))
    assert len(office.waiting(Kind.LETTER)) == 6


def test_d27_the_same_words_within_a_day_are_not_acknowledged_again(office: TestOffice) -> None:
    first = email("I am away until Monday.", Subject="Thank you for your mail")
    second = email("I am away  until Monday.\n", Subject="Re: Your complaint", Message_ID="<2@x>")
    office.receive(first, NOW)
    taken = office.receive(second, NOW + timedelta(hours=23))
    assert taken.arrival is Arrival.CASE
    assert "the same words" in withheld(office, taken.reference)
    third = email("I am away until Monday.", Message_ID="<3@x>")
    office.receive(third, NOW + timedelta(days=3))
    assert len(office.waiting(Kind.LETTER)) == 2


def test_d27_the_same_words_of_another_person_are_acknowledged(office: TestOffice) -> None:
    office.receive(email(), NOW)
    office.receive(email(Message_ID="<2@x>", From="al@x.example"), NOW)
    assert len(office.waiting(Kind.LETTER)) == 2


def test_d27_a_backlog_taken_in_at_once_is_acknowledged_within_minutes_and_none_is_withheld(
    office: TestOffice,
) -> None:
    """300 emails of a weekend, with the limits as they are where nothing is configured."""
    raws = [RawMessage(matter(n), Origin("a", "INBOX", 1, n), NOW) for n in range(300)]
    taken = list(office.intake.take_in_all(raws, lambda: NOW))
    left = [len(delivered(office, NOW + n * timedelta(seconds=61))) for n in range(4)]
    assert left == [120, 120, 60, 0]
    for one in taken:
        assert Event.ACKNOWLEDGEMENT_WITHHELD not in events(office, one.reference)
        assert office.case(one.reference).stage.acknowledged_at is not None


@pytest.mark.parametrize("quote", ["", "> "])
def test_d27_what_holds_nothing_but_our_own_letter_is_not_acknowledged(
    office: TestOffice, quote: str
) -> None:
    reference = office.receive(email(), NOW).reference
    letter = answer(office, reference, NOW, f"About {reference}:\n\nwe emptied it on Tuesday.")
    text = "\n".join(quote + line for line in letter.text.splitlines())
    back = email(text, From="list@x.example", Subject="Fwd", Message_ID="<2@x>")
    taken = office.receive(back, NOW)
    assert taken.arrival is Arrival.CASE
    assert "nothing in it but a letter of ours" in withheld(office, taken.reference)


def test_d27_who_writes_something_new_above_our_letter_is_acknowledged(office: TestOffice) -> None:
    reference = office.receive(email(), NOW).reference
    letter = answer(office, reference, NOW, f"About {reference}:\n\nwe emptied it on Tuesday.")
    told = f"My neighbour got this. Where is mine?\n\n{letter.text}"
    office.receive(email(told, Message_ID="<2@x>", From="al@x.example", Subject="Mine?"), NOW)
    assert len(office.waiting(Kind.LETTER)) == 1


@pytest.fixture
def first_start(tmp_path: Path) -> Iterator[TestOffice]:
    office = open_office(tmp_path)
    yield office
    office.store.close()


def test_e33_a_first_import_of_an_old_mailbox_acknowledges_nothing(first_start: TestOffice) -> None:
    years = [
        RawMessage(matter(n), Origin("a", "INBOX", 1, n), NOW - timedelta(days=4 + 30 * n))
        for n in range(40)
    ]
    taken = list(first_start.intake.take_in_all(years, lambda: NOW))
    assert {t.arrival for t in taken} == {Arrival.CASE}
    assert first_start.waiting(Kind.LETTER) == []


def test_e33_files_copied_today_are_as_old_as_their_date(first_start: TestOffice) -> None:
    raws = [
        RawMessage(
            email(
                f"{n} #noise enquiry", Message_ID=f"<{n}@x>", Date="Mon, 2 Mar 2026 08:00:00 +0000"
            ),
            Origin("files", f"/mail/{n}.eml"),
            NOW,
        )
        for n in range(40)
    ]
    list(first_start.intake.take_in_all(raws, lambda: NOW))
    assert first_start.waiting(Kind.LETTER) == []


def test_e33_what_came_within_the_cut_off_is_acknowledged(first_start: TestOffice) -> None:
    raw = RawMessage(matter(1), Origin("a", "INBOX", 1, 1), NOW - timedelta(days=3))
    first_start.intake.take_in(raw, NOW)
    assert len(first_start.waiting(Kind.LETTER)) == 1


def test_e33_an_acknowledgement_that_could_not_leave_for_days_is_not_sent_any_more(
    office: TestOffice,
) -> None:
    reference = office.receive(email(), NOW).reference
    assert delivered(office, NOW + timedelta(days=4)) == []
    assert entry(office, reference, Event.LETTER_FAILED)
