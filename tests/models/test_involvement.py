"""Whoever touched a case before its review never reviews it (requirement 15)."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.history import Entry, Event
from models.involvement import _DECIDES_NOTHING, involved
from models.people import CAREBOT, CUSTOMER, operator, staff
from tests.support.council import utc

NOW = utc(2020, 6, 1)
NOT_STAFF = (CAREBOT, CUSTOMER, operator("root"))
ACTORS = st.sampled_from([*map(staff, ("U1", "U2", "U3")), *NOT_STAFF])
EVENTS = st.sampled_from([event for event in Event if event is not Event.ESCALATED])


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    said = draw(st.lists(st.tuples(EVENTS, ACTORS, st.sampled_from(["", "U1", "U4"]))))
    return [
        Entry("CC-1", n, event, NOW + timedelta(hours=n), actor, {"to": to} if to else {})
        for n, (event, actor, to) in enumerate(said, 1)
    ]


def escalated(after: list[Entry]) -> Entry:
    return Entry("CC-1", len(after) + 1, Event.ESCALATED, NOW, staff("U5"))


@given(before=entries(), review=entries())
def test_exactly_those_who_decided_something_before_the_review_were_involved(
    before: list[Entry], review: list[Entry]
) -> None:
    found = involved([*before, escalated(before), *review])
    touched = {
        entry.actor.id
        for entry in before
        if entry.actor.kind == "staff" and entry.event not in _DECIDES_NOTHING
    }
    given_to = {
        str(e.details["to"]) for e in before if e.event is Event.ASSIGNED and e.details.get("to")
    }
    assert set(found) == touched | given_to
    assert all(entry in before for entry in found.values())


@given(before=entries())
def test_before_a_review_begins_all_that_happened_counts(before: list[Entry]) -> None:
    assert involved(before) == involved([*before, escalated(before)])


@given(first=entries(), second=entries())
def test_who_reviewed_a_case_that_is_reviewed_once_more_was_involved(
    first: list[Entry], second: list[Entry]
) -> None:
    once = [*first, escalated(first), *second]
    assert involved([*once, escalated(once)]) == involved([*first, *second])


def test_the_answer_tells_more_than_a_claim_and_posting_a_letter_decides_nothing() -> None:
    claimed = Entry("CC-1", 2, Event.CLAIMED, NOW, staff("U1"))
    answered = Entry("CC-1", 3, Event.ANSWER_APPROVED, NOW, staff("U1"))
    posted = Entry("CC-1", 4, Event.ANSWERED, NOW, staff("U2"), {"posted_on": "2020-06-01"})
    assert involved([claimed, answered, posted]) == {"U1": answered}


def test_who_worked_on_what_became_one_matter_with_it_was_involved_too() -> None:
    claimed = Entry("CC-2", 2, Event.CLAIMED, NOW, staff("U7"))
    assert involved([], [claimed]) == {"U7": claimed}


def test_those_few_things_decide_nothing() -> None:
    assert {
        Event.OPENED,
        Event.LINKED,
        Event.UNLINKED,
        Event.LETTER_TO_POST,
        Event.ESCALATED,
        Event.REFERRED,
        Event.OMBUDSMAN_DECIDED,
    } == _DECIDES_NOTHING


@given(first=entries(), second=entries())
def test_who_was_named_to_review_it_before_was_involved(
    first: list[Entry], second: list[Entry]
) -> None:
    named = replace(escalated(first), details={"reviewer": "U9"})
    once = [*first, named, *second]
    assert "U9" not in involved(once)
    assert set(involved([*once, escalated(once)])) == {"U9", *involved([*first, *second])}
