"""Notes on a case: filed once, with every later version, whatever order Slack tells of them in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import permutations

import pytest

from handlers.notes import FiledAlready, Notes
from models.case import Case
from models.errors import Refused
from models.history import Event
from models.notes import Note, Spoken, Version
from models.outbox import Kind
from models.people import staff
from tests.support.casework import events
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)
PRIYA = staff("U1")
HERE = Spoken("C1", "1795820000.000100", "1795810000.000100")


def at(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


def version(text: str, edited: str = "") -> Version:
    return Version(text, at(edited or HERE.ts), edited)


FIRST = version("Ring Jo at ten.")
ELEVEN = version("Ring Jo at eleven.", "1795820100.000000")
NOON = version("Ring Jo at noon.", "1795820200.000000")


@pytest.fixture
def case(office: TestOffice) -> Case:
    return office.case(office.receive(email(), NOW).reference)


def filed(office: TestOffice, case: Case, first: Version = FIRST) -> Notes:
    notes = Notes(office.store)
    notes.file(case, "U2", first, HERE, PRIYA, NOW)
    return notes


def kept(office: TestOffice, case: Case) -> tuple[Note, ...]:
    with office.store.view() as work:
        return work.notes.of_case(case.reference)


def lines(office: TestOffice) -> Sequence[str]:
    parcels = office.waiting(Kind.NOTE)
    return [str(p.payload["event"]) for p in parcels if "note" in str(p.payload["event"])]


def test_a_filed_message_is_kept_with_who_wrote_and_who_filed_it_and_the_case_stays_its_version(
    office: TestOffice, case: Case
) -> None:
    filed(office, case)
    (note,) = kept(office, case)
    assert (note.author, note.filed_by, note.spoken) == ("U2", PRIYA, HERE)
    assert note.versions == (FIRST,)
    assert office.case(case.reference).version == case.version
    assert events(office, case.reference)[-1] is Event.NOTE_FILED


def test_the_same_message_is_filed_once(office: TestOffice, case: Case) -> None:
    notes = filed(office, case)
    with pytest.raises(FiledAlready) as refused:
        notes.file(case, "U2", FIRST, HERE, staff("U3"), NOW)
    assert refused.value.note.filed_by == PRIYA
    assert len(kept(office, case)) == 1


@pytest.mark.parametrize("order", list(permutations([ELEVEN, NOON, ELEVEN])))
def test_edits_are_kept_once_each_and_by_time_in_whatever_order_they_are_told(
    office: TestOffice, case: Case, order: tuple[Version, ...]
) -> None:
    notes = filed(office, case)
    told = [notes.edited("C1", HERE.ts, edit, NOW) for edit in order]
    (note,) = kept(office, case)
    assert note.versions == (FIRST, ELEVEN, NOON)
    assert sum(told) == 2
    assert lines(office) == ["note_filed", "note_edited", "note_edited"]


def test_what_a_message_said_before_it_was_filed_is_not_kept(
    office: TestOffice, case: Case
) -> None:
    notes = filed(office, case, NOON)
    assert not notes.edited("C1", HERE.ts, ELEVEN, NOW)
    assert kept(office, case)[0].versions == (NOON,)


def test_a_deletion_is_kept_with_its_first_time_and_what_was_said(
    office: TestOffice, case: Case
) -> None:
    notes = filed(office, case)
    gone = at("1795820300.000000")
    assert notes.deleted("C1", HERE.ts, gone, NOW)
    assert not notes.deleted("C1", HERE.ts, NOW, NOW)
    (note,) = kept(office, case)
    assert (note.deleted_at, note.text) == (gone, FIRST.text)
    assert lines(office) == ["note_filed", "note_deleted"]


def test_changes_of_talk_that_nobody_filed_are_of_no_interest(
    office: TestOffice, case: Case
) -> None:
    notes = filed(office, case)
    assert not notes.edited("C1", "1795820000.000200", ELEVEN, NOW)
    assert not notes.edited("C2", HERE.ts, ELEVEN, NOW)
    assert not notes.deleted("C1", "1795820000.000200", NOW, NOW)
    assert kept(office, case)[0].versions == (FIRST,)


def test_a_note_is_written_once_however_often_its_modal_is_submitted(
    office: TestOffice, case: Case
) -> None:
    notes = Notes(office.store)
    for _ in range(2):
        notes.write(case, " Jo rang. ", PRIYA, NOW, once="view:V1")
    (note,) = kept(office, case)
    assert (note.text, note.author, note.spoken) == ("Jo rang.", "U1", None)
    assert lines(office) == ["note_written"]
    with pytest.raises(Refused, match="Write the note first"):
        notes.write(case, "  ", PRIYA, NOW, once="view:V2")


def test_two_notes_on_one_version_of_a_case_have_a_line_each(
    office: TestOffice, case: Case
) -> None:
    notes = Notes(office.store)
    for n in range(2):
        notes.write(case, "Jo rang.", PRIYA, NOW, once=f"view:V{n}")
    assert lines(office) == ["note_written", "note_written"]


def test_only_filed_messages_of_cases_that_are_not_closed_are_compared_with_slack(
    office: TestOffice, case: Case
) -> None:
    notes = filed(office, case)
    notes.write(case, "Jo rang.", PRIYA, NOW, once="view:V1")

    def compared() -> list[str]:
        with office.store.view() as work:
            return [note.text for note in work.notes.of_open_cases()]

    assert compared() == [FIRST.text]
    notes.deleted("C1", HERE.ts, NOW, NOW)
    assert compared() == []
