"""One channel that carebot was taken out of is one channel that nobody is in, and no more than that."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.sandbox import Person, Sandbox
from bot.slack_api import WebSlack
from handlers.homes import open_home
from handlers.slack.home_courier import HomeCourier
from handlers.slack.who import Staff
from models.case import Case
from models.errors import Refused, Unavailable
from models.outbox import Delivered, Dropped, Lane
from models.prediction import Flag
from tests.support.cases import opened
from tests.support.council import example_council, utc
from tests.support.office import TestOffice
from tests.support.workspace import workspace

NOW = utc(2026, 11, 27, 10)
COUNCIL = example_council()
PEOPLE = [Person("priya", "Priya Shah"), Person("sam", "Sam Okafor")]


@pytest.fixture
def town() -> Iterator[tuple[Sandbox, WebSlack]]:
    with workspace(PEOPLE) as found:
        yield found


def staff(slack: WebSlack) -> Staff:
    return Staff(slack, COUNCIL, lambda: NOW)


def remove(sandbox: Sandbox, channel: str) -> None:
    sandbox.workspace.leave(channel, sandbox.bot_user)


def private_case() -> Case:
    return replace(opened(COUNCIL, NOW, "CC-2026-00042").case, flags=(Flag.SAFEGUARDING,))


def test_who_searches_finds_what_stands_in_their_other_channels(
    town: tuple[Sandbox, WebSlack],
) -> None:
    sandbox, slack = town
    remove(sandbox, "private-safeguarding")
    seen = dict(staff(slack).sight(sandbox.workspace.person("priya").id).private)
    assert seen[Flag.LEGAL_ACTION]
    assert not seen[Flag.SAFEGUARDING]


def test_its_cases_are_refused_in_words(town: tuple[Sandbox, WebSlack]) -> None:
    sandbox, slack = town
    remove(sandbox, "private-safeguarding")
    with pytest.raises(Refused, match="in a private channel that you are not in"):
        staff(slack).check_may_see(sandbox.workspace.person("priya").id, private_case())
    assert staff(slack).team(private_case()) == frozenset()


def test_what_slack_does_not_answer_now_is_no_refusal(town: tuple[Sandbox, WebSlack]) -> None:
    sandbox, slack = town
    sandbox.faults.rate_limit("conversations.members")
    with pytest.raises(Unavailable):
        staff(slack).may_see(sandbox.workspace.person("priya").id, private_case())


def drawn(office: TestOffice, slack: WebSlack, user: str) -> Delivered | Dropped:
    """The home of a person who looks at it."""
    open_home(office.store, user, NOW)
    with office.store.work() as work:
        (item,) = work.outbox.claim(Lane.SLACK, NOW, 1, timedelta(minutes=9))
    return HomeCourier(office.store, slack, staff(slack), COUNCIL).deliver(item, NOW)


def test_a_home_is_drawn_without_it_and_kept(
    town: tuple[Sandbox, WebSlack], office: TestOffice
) -> None:
    sandbox, slack = town
    priya = sandbox.workspace.person("priya").id
    sandbox.faults.error("conversations.members", "channel_not_found")
    assert isinstance(drawn(office, slack, priya), Delivered)
    with office.store.view() as work:
        assert [home.user for home in work.homes.all()] == [priya]
    assert sandbox.home("priya") is not None


def test_the_home_of_who_has_left_is_forgotten(
    town: tuple[Sandbox, WebSlack], office: TestOffice
) -> None:
    sandbox, slack = town
    priya = sandbox.workspace.person("priya").id
    sandbox.workspace.deactivate("priya")
    assert isinstance(drawn(office, slack, priya), Dropped)
    with office.store.view() as work:
        assert work.homes.all() == ()
