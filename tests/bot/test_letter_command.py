"""`carebot letter` and a council's own templates, from the outside, as processes."""

import tomllib
from pathlib import Path

import pytest
import tomli_w
from docx import Document

from handlers.casework import Casework
from handlers.seen import Seen
from models.case import Case, Level, Outcome
from models.errors import Refused
from models.letter import Going, LetterKind, Way
from models.people import staff
from tests.bot.test_command_line import carebot
from tests.support.council import EXAMPLE, utc
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27)
PRIYA = staff("U1")
GOING = Going(Way.LETTER, "Jo Pike\n1 High Street\nWestmere")


def answered_on_paper(casework: Casework, case: Case, text: str) -> Case:
    seen = Seen(case.reference, case.version)
    draft = casework.draft_answer(seen, text, Outcome.UPHELD, Level.LEVEL_ONE, PRIYA, NOW, GOING)
    return casework.send(draft.id, PRIYA, NOW)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A case with a letter that was taken back and one that waits."""
    office: TestOffice = open_office(tmp_path)
    case = office.case(office.receive(email(), NOW).reference)
    first = answered_on_paper(office.casework, case, "First thoughts.")
    seen = Seen(first.reference, first.version)
    again = office.casework.withdraw(seen, LetterKind.RESPONSE, PRIYA, NOW)
    case = answered_on_paper(office.casework, again, "Second thoughts.")
    office.store.close()
    return case


def letter(folder: Path, *arguments: str) -> tuple[int, str, str]:
    done = carebot("letter", *arguments, "--config", str(EXAMPLE), folder=folder)
    return done.returncode, done.stdout, done.stderr


def said(path: Path) -> str:
    return "\n".join(p.text for p in Document(str(path)).paragraphs)


def test_the_letters_that_wait_are_written_and_again_is_the_same_file(
    tmp_path: Path, case: Case
) -> None:
    for _ in range(2):
        code, out, _ = letter(tmp_path, case.reference.lower())
        assert (code, out.count("\n")) == (0, 1)
        assert out.rstrip().endswith("response, to be posted")
    (path,) = tmp_path.glob("*.docx")
    assert "Second thoughts." in said(path)
    assert not list(tmp_path.glob(".*.docx*"))


def test_every_letter_is_written_on_request_with_what_became_of_it(
    tmp_path: Path, case: Case
) -> None:
    code, out, _ = letter(tmp_path, case.reference, "--all")
    assert code == 0
    assert [line.rsplit(", ", 1)[1] for line in out.splitlines()] == ["taken back", "to be posted"]
    assert len(list(tmp_path.glob("*.docx"))) == 2


def test_a_case_without_such_a_letter_or_without_existence_is_said(
    tmp_path: Path, case: Case
) -> None:
    code, _, complaint = letter(tmp_path, "CC-2026-99999")
    assert (code, "There is no case" in complaint) == (1, True)
    office = open_office(tmp_path)
    seen = Seen(case.reference, case.version)
    office.casework.posted(seen, LetterKind.RESPONSE, NOW.date(), PRIYA, NOW)
    office.store.close()
    code, _, complaint = letter(tmp_path, case.reference)
    assert (code, "waits to be posted" in complaint) == (1, True)


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path, case: Case) -> None:
    code, _, complaint = letter(tmp_path, case.reference, "--to", str(tmp_path / "nowhere"))
    assert (code, "cannot be written" in complaint) == (1, True)


def test_a_broken_template_of_the_councils_own_stops_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    template = folder / "response.txt.jinja"
    template.write_text("Dear {{ name }}\n\n{{ nmae }}\n")
    data = tomllib.loads(EXAMPLE.read_text())
    data["letters"]["templates"] = str(folder)
    config = tmp_path / "own.toml"
    config.write_text(tomli_w.dumps(data))
    (tmp_path / "one.eml").write_bytes(email())
    done = carebot("ingest", "one.eml", "--config", str(config), folder=tmp_path)
    assert done.returncode == 2
    assert f"{template}, line 3: there is no nmae to fill in" in done.stderr


def test_a_letter_that_was_posted_is_not_posted_twice(tmp_path: Path, case: Case) -> None:
    office = open_office(tmp_path)
    seen = Seen(case.reference, case.version)
    after = office.casework.posted(seen, LetterKind.RESPONSE, NOW.date(), PRIYA, NOW)
    with pytest.raises(Refused):
        office.casework.posted(
            Seen(after.reference, after.version), LetterKind.RESPONSE, NOW.date(), PRIYA, NOW
        )
    office.store.close()
