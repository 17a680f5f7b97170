"""The gate through which every letter leaves (mail.md D27)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models import outbox
from models.case import Classification, Level
from models.council import Acknowledging
from models.history import Event
from models.letter import Letter, LetterKind
from models.outbox import Kind
from models.prediction import Category
from tests.support.casework import OFFICER, answer, events, seen
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)


def limited(office: TestOffice, **limits: int) -> TestOffice:
    """Limits for what leaves only: intake writes as many as ever."""
    council = replace(office.council, acknowledging=Acknowledging(**limits))
    return replace(office, council=council)


def one_more(office: TestOffice, letter: Letter, n: int, **changes: object) -> None:
    """A letter that some other path put into the outbox."""
    other = replace(letter, message_id=f"<{n}@westmere.example>", **changes)
    with office.store.work() as work:
        work.letters.add(other, NOW)
        work.outbox.add(outbox.letter(other, version=100 + n), NOW)


def opened(office: TestOffice, n: int) -> str | None:
    sender = f"p{n}@post.example"
    return office.receive(
        email(f"{n} #noise complaint", Message_ID=f"<{n}@x>", From=sender), NOW
    ).reference


def test_d27_a_second_automatic_acknowledgement_of_a_case_never_leaves(office: TestOffice) -> None:
    reference = office.receive(email(), NOW).reference
    (letter,) = delivered(office, NOW)
    for n in range(20):
        one_more(office, letter, n)
    assert delivered(office, NOW + timedelta(days=400)) == []
    assert events(office, reference)[-1] is Event.LETTER_FAILED


def test_d27_no_path_floods_an_address_with_automatic_letters(office: TestOffice) -> None:
    """Whatever writes them and whatever they are: here a path that nobody has thought of."""
    office = limited(office, per_address_per_hour=3, per_address_per_day=5)
    office.receive(email(), NOW)
    (letter,) = delivered(office, NOW)
    for n in range(20):
        one_more(office, letter, n, kind=LetterKind.SIGNPOST, recipient="JO@post.example")
    left = [len(delivered(office, NOW + timedelta(minutes=15 * n))) for n in range(24 * 4)]
    assert left[0] == 2
    assert sum(left) == 4


@pytest.mark.parametrize("limit", [{"per_minute": 4}, {"per_hour": 4}])
def test_d27_automatic_letters_above_the_ceiling_wait_and_the_lead_is_told(
    office: TestOffice, limit: dict[str, int]
) -> None:
    references = [opened(office, n) for n in range(10)]
    office = limited(office, **limit)
    assert len(delivered(office, NOW)) == 4
    (alarm,) = office.waiting(Kind.ALARM)
    assert alarm.payload["channel"] == office.council.channels.lead
    left = [len(delivered(office, NOW + n * timedelta(minutes=61))) for n in range(1, 4)]
    assert left == [4, 2, 0]
    assert all(Event.ACKNOWLEDGED in events(office, reference) for reference in references)


def test_d27_what_a_person_approved_is_not_stopped_by_the_limits_of_automatic_letters(
    office: TestOffice,
) -> None:
    references = [opened(office, n) for n in range(3)]
    delivered(office, NOW)
    office = limited(
        office, per_minute=0, per_hour=0, per_address_per_hour=0, per_address_per_day=0
    )
    for reference in references:
        assert answer(office, reference, NOW).reference == reference


def test_d27_an_acknowledgement_that_a_person_sends_leaves_where_the_automatic_one_was_stopped(
    office: TestOffice,
) -> None:
    office.receive(email(List_Id="<l.example>"), NOW)
    reference = office.receive(
        email("B #noise enquiry", Message_ID="<2@x>", List_Id="<l>"), NOW
    ).reference
    office = limited(office, per_minute=0)
    draft = office.casework.draft_acknowledgement(seen(office, reference), OFFICER, NOW)
    office.casework.send(draft.id, OFFICER, NOW)
    assert [letter.reference for letter in delivered(office, NOW)] == [reference]


def test_d27_the_ceiling_over_all_letters_holds_for_people_too_and_loses_none(
    office: TestOffice,
) -> None:
    references = [opened(office, n) for n in range(6)]
    office = limited(office, letters_per_hour=4)
    assert len(delivered(office, NOW)) == 4
    assert len(office.waiting(Kind.ALARM)) == 1
    assert len(delivered(office, NOW + timedelta(minutes=61))) == 2
    assert all(Event.ACKNOWLEDGED in events(office, reference) for reference in references)


def test_d27_a_letter_that_is_tried_again_is_not_counted_twice(office: TestOffice) -> None:
    office.receive(email(), NOW)
    (letter,) = delivered(office, NOW)
    with office.store.work() as work:
        for _ in range(9):
            work.departures.add(letter, NOW)
        assert work.departures.count_to("jo@post.example", NOW) == 1
        assert work.departures.passed(letter.message_id)


def test_d27_the_lead_is_told_once_more_where_letters_wait_for_a_quarter_of_an_hour(
    office: TestOffice,
) -> None:
    for n in range(40):
        opened(office, n)
    office = limited(office, per_minute=1)
    told = []
    for minutes in range(0, 40, 2):
        delivered(office, NOW + minutes * timedelta(seconds=61))
        told.append(len(office.waiting(Kind.ALARM)))
    assert told[:8] == [1] * 8
    assert told[8:] == [2] * 12
    alarm = office.waiting(Kind.ALARM)[1]
    assert "for more than 15 minutes" in str(alarm.payload["text"])
    assert alarm.payload["channel"] == office.council.channels.lead


def test_d27_what_waits_at_the_ceiling_is_dropped_where_a_person_closes_its_case(
    office: TestOffice,
) -> None:
    references = [opened(office, n) for n in range(3)]
    office = limited(office, per_hour=1)
    assert [letter.reference for letter in delivered(office, NOW)] == references[:1]
    to = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
    office.casework.reclassify(seen(office, references[1]), to, OFFICER, NOW)
    office.casework.close(seen(office, references[1]), "spam", None, OFFICER, NOW)
    later = [delivered(office, NOW + n * timedelta(minutes=61)) for n in (1, 2)]
    assert [letter.reference for left in later for letter in left] == references[2:]


def test_e33_what_waits_at_the_ceiling_for_too_long_never_leaves_late(office: TestOffice) -> None:
    references = [opened(office, n) for n in range(2)]
    office = limited(office, per_hour=1)
    delivered(office, NOW)
    assert delivered(office, NOW + timedelta(days=4)) == []
    assert events(office, references[1])[-1] is Event.LETTER_FAILED


def test_d27_what_a_person_sends_does_not_wait_behind_a_backlog(office: TestOffice) -> None:
    reference = opened(office, 99)
    delivered(office, NOW)
    for n in range(30):
        opened(office, n)
    office = limited(office, per_minute=0)
    assert answer(office, reference, NOW).reference == reference
