"""What staff take down is a case once, however often Slack submits it (requirement 1)."""

from pathlib import Path

from models.message import Sender, Source
from models.noted import Note
from models.people import staff
from tests.support.council import utc
from tests.support.office import open_office

NOW = utc(2026, 6, 1, 9)
NOTE = Note("Third time. #missed_bin complaint", Source.PHONE, Sender("Jo Pike", None), NOW)


def test_the_same_modal_submitted_twice_is_one_case_and_another_modal_another(
    tmp_path: Path,
) -> None:
    office = open_office(tmp_path)
    first, again, other = (
        office.intake.take_note(NOTE, staff("UPRIYA"), NOW, once=once).reference
        for once in ("V1", "V1", "V2")
    )
    assert (first, again, other) == ("CC-2026-00001", "CC-2026-00001", "CC-2026-00002")
    office.store.close()
