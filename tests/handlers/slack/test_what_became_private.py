"""A case that became private is named to nobody who is not in its channel, by no refusal either."""

from collections.abc import Iterator

import pytest

from bot.sandbox import Person, Sandbox
from bot.slack_api import WebSlack
from handlers.seen import Seen
from handlers.slack import join_modals
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import Request
from handlers.slack.who import Staff
from models.case import Classification
from models.errors import Refused
from models.people import staff
from models.prediction import Flag
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email
from tests.support.workspace import workspace

NOW = utc(2026, 11, 27, 10)
COUNCIL = example_council()


@pytest.fixture
def town() -> Iterator[tuple[Sandbox, WebSlack]]:
    with workspace([Person("priya", "Priya Shah")]) as found:
        yield found


def received(office: TestOffice, number: int) -> str:
    text = f"Not emptied, number {number}. #missed_bin complaint"
    mail = email(text, Message_ID=f"<{number}@x>", From="Jo <jo@post.example>")
    reference = office.receive(mail, NOW).reference
    assert reference is not None
    return reference


def test_who_takes_a_case_out_of_one_that_became_private_is_not_told_which_that_is(
    town: tuple[Sandbox, WebSlack], office: TestOffice
) -> None:
    sandbox, slack = town
    who = Staff(slack, COUNCIL, lambda: NOW)
    desk = Desk(
        office.casework, office.intake, office.store, COUNCIL, who, lambda: NOW, slack.download
    )
    priya = sandbox.workspace.person("priya").id
    merged, into = received(office, 1), received(office, 2)
    delivered(office, NOW)
    seen = Seen(merged, office.case(merged).version)
    desk.joining.merge(seen, into, "", staff(priya), NOW)
    case = office.case(into)
    to = Classification(case.category, case.service, None, case.level, (Flag.SAFEGUARDING,))
    office.casework.reclassify(Seen(into, case.version), to, staff(priya), NOW)
    sandbox.workspace.leave("private-safeguarding", priya)
    press = Request(priya, channel="C", trigger="t", value=button_value(office.case(merged)))
    with pytest.raises(Refused, match="a private channel that you are not in") as refused:
        join_modals.open_take_apart(desk, press)
    assert into not in str(refused.value)
