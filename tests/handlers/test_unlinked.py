"""A link that was made by mistake is taken back, on both cases (requirement 14)."""

from itertools import count
from pathlib import Path

import pytest

from handlers.joining import Joining
from handlers.slack import history_lines, join_modals
from handlers.slack.background import background
from handlers.slack.related import Together
from models.allowed import allowed_actions
from models.case import Action, Case, Classification
from models.errors import Refused, Stale
from models.history import Event
from models.prediction import Flag
from tests.support.casework import OFFICER, entry, events, seen
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27, 9)
BIN = "Not emptied. #missed_bin complaint"
_NUMBERS = count()


@pytest.fixture
def office(tmp_path: Path):
    opened = open_office(tmp_path)
    yield opened
    opened.store.close()


def receive(office: TestOffice, text: str = BIN) -> str:
    content = email(text, Message_ID=f"<{next(_NUMBERS)}@post.example>")
    reference = office.receive(content, NOW).reference
    assert reference is not None
    delivered(office, NOW)
    return reference


def linked(office: TestOffice) -> tuple[str, str]:
    first, second = receive(office), receive(office, f"Other. {BIN}")
    joining(office).link(seen(office, first), second, "", OFFICER, NOW)
    return first, second


def joining(office: TestOffice) -> Joining:
    return Joining(office.store, office.council)


def offered(office: TestOffice, reference: str) -> bool:
    return Action.UNLINK in allowed_actions(office.case(reference))


def anyone(_case: Case) -> bool:
    return True


def test_only_what_a_person_linked_can_be_unlinked(office: TestOffice) -> None:
    alone = receive(office)
    first, second = linked(office)
    assert not offered(office, alone)
    assert offered(office, first)
    assert offered(office, second)
    with pytest.raises(Refused, match="are not linked"):
        joining(office).unlink(seen(office, first), alone, OFFICER, NOW)


@pytest.mark.parametrize("from_the_other", [False, True])
def test_a_link_taken_back_is_gone_from_both_cards_and_said_in_both_threads(
    office: TestOffice, *, from_the_other: bool
) -> None:
    first, second = linked(office)
    pressed, other = (second, first) if from_the_other else (first, second)
    joining(office).unlink(seen(office, pressed), other, OFFICER, NOW)
    for one, named in ((first, second), (second, first)):
        assert not offered(office, one)
        case = office.case(one)
        with office.store.view() as work:
            assert background(work, case, office.council).together == Together()
        said = history_lines.line(entry(office, one, Event.UNLINKED), office.council, "Priya")
        assert said.startswith(f"Priya took the link with {named} back")


def test_what_was_unlinked_can_be_linked_again(office: TestOffice) -> None:
    first, second = linked(office)
    joining(office).unlink(seen(office, first), second, OFFICER, NOW)
    joining(office).link(seen(office, first), second, "", OFFICER, NOW)
    assert offered(office, second)


def test_one_of_two_links_stays(office: TestOffice) -> None:
    first, second = linked(office)
    third = receive(office, f"Third. {BIN}")
    joining(office).link(seen(office, first), third, "", OFFICER, NOW)
    joining(office).unlink(seen(office, first), second, OFFICER, NOW)
    (left,) = joining(office).linked(office.case(first), anyone)
    assert (left.reference, offered(office, first)) == (third, True)


def test_a_case_that_became_private_is_not_among_the_links_to_choose_from(
    office: TestOffice,
) -> None:
    first, second = linked(office)
    case = office.case(second)
    private = Classification(case.category, case.service, None, case.level, (Flag.SAFEGUARDING,))
    office.casework.reclassify(seen(office, second), private, OFFICER, NOW)
    assert joining(office).linked(office.case(first), anyone) == ()
    (known,) = joining(office).linked(office.case(second), anyone)
    joining(office).unlink(seen(office, second), known.reference, OFFICER, NOW)
    assert Event.UNLINKED in events(office, first)


def test_a_stale_view_takes_nothing_back(office: TestOffice) -> None:
    first, second = linked(office)
    before = seen(office, first)
    office.casework.claim(first, OFFICER, NOW)
    with pytest.raises(Stale):
        joining(office).unlink(before, second, OFFICER, NOW)


def test_the_last_link_is_chosen_already(office: TestOffice) -> None:
    first, second = linked(office)
    case, other = office.case(first), office.case(second)
    view = join_modals.unlink(case, [case, other])
    (picked,) = (block["element"] for block in view["blocks"] if block["type"] == "input")
    assert picked["initial_option"]["value"] == second
    assert all(len(option["text"]["text"]) <= 75 for option in picked["options"])
