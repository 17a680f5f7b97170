"""Of many people and many cases Slack is asked with few calls, and what it does not tell is said."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox import Person, Sandbox
from handlers.seen import Seen
from handlers.slack import assign_modal, away, join_modals
from handlers.slack.api import Person as Told
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import OpenModal, Request, ShowInstead, Where
from handlers.slack.who import Staff
from models.case import Case, Classification
from models.people import staff
from models.prediction import Flag
from tests.support.cases import opened
from tests.support.council import example_council, utc
from tests.support.office import TestOffice, email
from tests.support.workspace import workspace

NOW = utc(2026, 11, 27, 10)
COUNCIL = example_council()
TEAM = [Person(f"u{n:03}", f"Officer {n:03}") for n in range(91)]
GUEST = Person("robin", "Robin Vale", is_restricted=True)


@pytest.fixture(scope="module")
def sandbox_and_slack():
    with workspace([*TEAM, GUEST]) as found:
        yield found


@pytest.fixture
def sandbox(sandbox_and_slack) -> Iterator[Sandbox]:
    found, _ = sandbox_and_slack
    yield found
    found.faults.clear()


@pytest.fixture
def desk(sandbox_and_slack, office: TestOffice) -> Desk:
    _, slack = sandbox_and_slack
    who = Staff(slack, COUNCIL, lambda: NOW)
    return Desk(
        office.casework, office.intake, office.store, COUNCIL, who, lambda: NOW, slack.download
    )


def user(sandbox: Sandbox, number: int) -> str:
    return sandbox.workspace.person(f"u{number:03}").id


def received(office: TestOffice, number: int = 0) -> Case:
    text = f"Not emptied, number {number}. #missed_bin complaint"
    written = email(text, Message_ID=f"<{number}@x>", From="Jo <jo@post.example>")
    return office.case(office.receive(written, NOW + timedelta(minutes=number)).reference)


def pressed(sandbox: Sandbox, case: Case) -> Request:
    return Request(user(sandbox, 0), channel="C", trigger="t", value=button_value(case))


def offered(desk: Desk, request: Request) -> tuple[int, str]:
    reply = assign_modal.open_assign(desk, request)
    assert isinstance(reply, OpenModal)
    select = next(b["element"] for b in reply.view["blocks"] if b.get("block_id") == "assign_who")
    return len(select["options"]), json.dumps(reply.view["blocks"])


def test_a_large_team_is_offered_whole_by_one_list_of_people(
    sandbox: Sandbox, desk: Desk, office: TestOffice
) -> None:
    request = pressed(sandbox, received(office))
    desk.staff.person(request.user)  # whoever works in Slack is known
    sandbox.faults.rate_limit("users.info", times=200)
    before = len(sandbox.calls)
    count, said = offered(desk, request)
    assert count == len(TEAM)
    assert "Robin Vale" not in said
    assert "not in the list" not in said
    methods = [call.method for call in sandbox.calls[before:]]
    assert methods.count("users.list") == 1
    assert methods.count("users.info") == 0


def test_of_whom_slack_does_not_tell_the_number_is_said_and_that_they_can_be_chosen(
    sandbox: Sandbox, desk: Desk, office: TestOffice
) -> None:
    sandbox.faults.rate_limit("users.list")
    count, said = offered(desk, pressed(sandbox, received(office)))
    assert count == 10
    left = len(TEAM) + 2 - 10  # who is a guest, or carebot, is not known either
    assert f"{left} more of the team are not in the list above" in said
    assert "Or somebody else" in said


def test_nobody_is_left_out_of_a_select_without_being_counted() -> None:
    case = opened(COUNCIL, NOW, "CC-2026-00042").case
    people = [Told(f"U{n}", f"Officer {n}", False, False, False, False) for n in range(120)]
    view = assign_modal.modal(case, "U0", people, ())
    assert "21 more of the team are not in the list above" in json.dumps(view)


def private(office: TestOffice, case: Case) -> Case:
    to = Classification(case.category, case.service, None, case.level, (Flag.SAFEGUARDING,))
    seen = Seen(case.reference, case.version)
    return office.casework.reclassify(seen, to, staff("U1"), NOW)


def test_link_asks_once_for_each_private_channel_however_many_cases_are_likely(
    sandbox: Sandbox, desk: Desk, office: TestOffice
) -> None:
    first, *_ = [private(office, received(office, n)) for n in range(9)]
    before = len(sandbox.calls)
    reply = join_modals.open_link(desk, pressed(sandbox, first))
    assert isinstance(reply, OpenModal)
    methods = [call.method for call in sandbox.calls[before:]]
    assert methods.count("conversations.members") <= 2, "the case's own, and the others'"


def test_an_absence_that_is_recorded_is_said_to_be_so_whatever_slack_does_then(
    sandbox: Sandbox, desk: Desk, office: TestOffice
) -> None:
    case = private(office, received(office))
    whom, cover = user(sandbox, 1), user(sandbox, 2)
    office.casework.claim(case.reference, staff(whom), NOW)
    sandbox.faults.rate_limit("conversations.members")
    fields = {"away_first": "2026-12-01", "away_last": "2026-12-04", "away_cover": cover}
    reply = away.record(desk, Request(whom, where=Where.MODAL, fields=fields, view="V"))
    assert isinstance(reply, ShowInstead)
    said = json.dumps(reply.view)
    assert "*Recorded.*" in said
    assert "Slack does not say now" in said
