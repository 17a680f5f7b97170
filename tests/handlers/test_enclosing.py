"""Files that staff put with a letter: kept, counted, and looked at before they leave."""

from dataclasses import replace
from pathlib import Path

import pytest

from handlers.enclosing import Enclosing
from models.case import Case, Level, Outcome
from models.enclosures import Enclosure, EnclosureRules
from models.errors import Refused
from models.letter import Letter
from models.message import Scanned, Verdict
from tests.support.casework import OFFICER, seen
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27)
PDF = b"%PDF-1.7 plan"


@pytest.fixture
def office(tmp_path: Path) -> TestOffice:
    return open_office(tmp_path)


def ruled(office: TestOffice, **rules: object) -> TestOffice:
    """The office under other rules on what goes with letters."""
    sending = replace(office.council.sending, enclosures=EnclosureRules(**rules))
    council = replace(office.council, sending=sending)
    return replace(office, council=council, casework=replace(office.casework, council=council))


def enclosing(office: TestOffice) -> Enclosing:
    return Enclosing(office.store, office.casework.letters, office.council)


def answer(office: TestOffice, reference: str, *enclosures: Enclosure, text: str = "Done.") -> Case:
    draft = office.casework.draft_answer(
        seen(office, reference),
        text,
        Outcome.UPHELD,
        Level.LEVEL_ONE,
        OFFICER,
        NOW,
        enclosures=enclosures,
    )
    return office.casework.send(draft.id, OFFICER, NOW)


def judge(office: TestOffice, sha256: str, verdict: Verdict, named: str = "") -> None:
    with office.store.work() as work:
        work.contents.judge(sha256, Scanned(verdict, named), NOW)


def received(office: TestOffice) -> str:
    reference = office.receive(email(), NOW).reference
    assert reference is not None
    return reference


def test_files_of_one_name_get_names_of_their_own_and_are_kept(office: TestOffice) -> None:
    made = enclosing(office).keep(
        [("plan.pdf", PDF), ("a/PLAN.pdf", PDF + b"2"), ("plan.pdf", PDF)]
    )
    assert [one.name for one in made] == ["plan.pdf", "PLAN (2).pdf", "plan (3).pdf"]
    with office.store.view() as work:
        assert work.contents.get(made[1].sha256) == PDF + b"2"


def test_too_many_or_too_large_files_are_refused_and_none_is_kept(office: TestOffice) -> None:
    office = ruled(office, most_bytes=20)
    with pytest.raises(Refused, match="At most 5 files"):
        enclosing(office).keep([(f"{n}.txt", b"x") for n in range(6)])
    with pytest.raises(Refused, match="go with one letter"):
        enclosing(office).keep([("a.pdf", PDF), ("b.pdf", PDF)])
    with pytest.raises(Refused, match="is not a PDF"):
        enclosing(office).keep([("a.txt", b"good"), ("b.pdf", b"bad")])
    with office.store.view() as work:
        assert work.contents.not_scanned(9) == ()


def test_a_letter_keeps_its_files_through_draft_and_outbox(office: TestOffice) -> None:
    (plan,) = enclosing(office).keep([("plan.pdf", PDF)])
    answer(office, received(office), plan)
    letter = delivered(office, NOW)[-1]
    assert letter.attachments == (plan,)
    assert Letter.from_json(letter.to_json()) == letter


def test_what_the_scanner_found_something_in_does_not_leave(office: TestOffice) -> None:
    reference = received(office)
    (plan,) = enclosing(office).keep([("plan.pdf", PDF)])
    judge(office, plan.sha256, Verdict.INFECTED, "Eicar")
    with pytest.raises(Refused, match=r"plan\.pdf is not sent: the virus scanner found Eicar"):
        answer(office, reference, plan)
    assert office.case(reference).stage.outcome is None


def test_where_there_is_a_scanner_nothing_leaves_that_it_has_not_seen(office: TestOffice) -> None:
    office = ruled(office, scanned=True)
    reference = received(office)
    (plan,) = enclosing(office).keep([("plan.pdf", PDF)])
    with pytest.raises(Refused, match=r"has not looked at plan\.pdf yet"):
        answer(office, reference, plan)
    judge(office, plan.sha256, Verdict.CLEAN)
    answer(office, reference, plan)


def test_what_is_not_kept_any_more_is_said_before_anything_leaves(office: TestOffice) -> None:
    reference = received(office)
    with pytest.raises(Refused, match="is not kept any more"):
        answer(office, reference, Enclosure("plan.pdf", "application/pdf", "0" * 64, 3))


def test_a_file_that_the_words_speak_of_and_that_is_not_there_is_pointed_out(
    office: TestOffice,
) -> None:
    reference = received(office)

    def warnings(text: str, *enclosures: Enclosure) -> str:
        draft = office.casework.draft_answer(
            seen(office, reference), text, Outcome.UPHELD, Level.LEVEL_ONE, OFFICER, NOW,
            enclosures=enclosures,
        )  # fmt: skip
        return " ".join(draft.warnings)

    (plan,) = enclosing(office).keep([("plan.pdf", PDF)])
    assert "It says “enclosed”, but no file goes with it." in warnings("The map is enclosed.")
    assert "no file" not in warnings("The map is enclosed.", plan)
    assert "no file" not in warnings("There is a map.")
