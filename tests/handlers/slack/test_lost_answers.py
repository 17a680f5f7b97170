"""What an earlier attempt said in Slack, whose answer was lost, is found with all that follows of it."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.sandbox import Person, Sandbox
from handlers.praising import Praising
from handlers.seen import Seen
from handlers.slack.courier import SlackCourier
from models import outbox
from models.absence import Absence
from models.case import Case, Classification, open_deadlines
from models.outbox import Delivered, Dropped, Item, Kind, Lane
from models.people import staff
from models.prediction import Flag
from tests.support.council import utc
from tests.support.office import TestOffice, email, open_office
from tests.support.workspace import workspace

NOW = utc(2026, 6, 1, 9)  # a Monday
CHANNEL = "waste-recycling"
THANKS = "Please thank Dave, he found my ring. #missed_bin compliment"


@dataclass
class Carrying:
    """An outbox whose items reach a real Slack; every answer may be thought lost."""

    office: TestOffice
    sandbox: Sandbox
    courier: SlackCourier
    priya: str

    def deliver(self, item: Item, now: datetime = NOW) -> Delivered | Dropped:
        found = self.courier.find(item, now) if item.begun else None
        return found or self.courier.deliver(item, now)

    def waiting(self, kind: Kind) -> Item:
        """The first item of the kind; what waits before it is delivered."""
        return next(item for item in self._each() if item.parcel.kind is kind)

    def all_delivered(self) -> None:
        deque(self._each(), maxlen=0)

    def _each(self) -> Iterator[Item]:
        while True:
            with self.office.store.work() as work:
                claimed = work.outbox.claim(Lane.SLACK, NOW, 1, timedelta(minutes=9))
            if not claimed:
                return
            (item,) = claimed
            yield item
            done = self.deliver(item)
            assert isinstance(done, Delivered), done
            with self.office.store.work() as work:
                work.outbox.sent(item, done, NOW)

    def replies(self, said: str) -> int:
        workspace = self.sandbox.workspace
        cards = self.sandbox.messages(CHANNEL)
        posts = [m for card in cards for m in workspace.replies(card.channel, card.ts)]
        return sum(said in post.text for post in posts)

    def stands(self) -> str:
        return json.dumps([(m.text, m.blocks) for m in self.sandbox.messages(CHANNEL)])

    def received(self, text: str) -> Case:
        return self.office.case(self.office.receive(email(text), NOW).reference)


@pytest.fixture
def carrying(tmp_path: Path) -> Iterator[Carrying]:
    office = open_office(tmp_path)
    with workspace([Person("priya", "Priya Shah")]) as (sandbox, slack):
        priya = sandbox.workspace.person("priya").id
        yield Carrying(office, sandbox, SlackCourier(office.store, slack, office.council), priya)
    office.store.close()


def passed_on(carrying: Carrying) -> tuple[Case, Item]:
    """A compliment whose post stands in the channel, which nobody knows: the answer was lost."""
    case = carrying.received(THANKS)
    praising = Praising(carrying.office.store, carrying.office.council)
    seen = Seen(case.reference, case.version)
    case = praising.pass_on(seen, ("Dave",), staff(carrying.priya), NOW, formal=True)
    item = carrying.waiting(Kind.PRAISE)
    carrying.courier.deliver(item, NOW)
    assert "found my ring" in carrying.stands()
    return case, replace(item, begun=True)


def test_a_compliment_whose_answer_was_lost_is_remembered_where_it_stands(
    carrying: Carrying,
) -> None:
    case, item = passed_on(carrying)
    done = carrying.deliver(item)
    assert isinstance(done, Delivered)
    (posting,) = done.postings
    assert posting.key.startswith(f"former:{case.reference}:")
    posts = [m for m in carrying.sandbox.messages(CHANNEL) if m.text.startswith("A compliment")]
    assert [post.ts for post in posts] == [posting.ts]


def test_a_compliment_whose_answer_was_lost_goes_where_the_case_is_private_by_now(
    carrying: Carrying,
) -> None:
    case, item = passed_on(carrying)
    raised = Classification(case.category, case.service, None, None, (Flag.SAFEGUARDING,))
    seen = Seen(case.reference, case.version)
    carrying.office.casework.reclassify(seen, raised, staff(carrying.priya), NOW)
    assert isinstance(carrying.deliver(item), Dropped)
    assert "found my ring" not in carrying.stands()
    assert isinstance(carrying.deliver(item), Dropped), "once more changes nothing"


def test_a_reminder_whose_answer_was_lost_still_tells_the_lead_that_nobody_covers(
    carrying: Carrying,
) -> None:
    case = carrying.received("Not emptied. #missed_bin complaint")
    case = carrying.office.casework.claim(case.reference, staff(carrying.priya), NOW)
    carrying.all_delivered()
    item, now = reminder_of(carrying.office, case)
    on = carrying.office.council.local_date(now)
    with carrying.office.store.work() as work:
        work.absences.put(Absence(carrying.priya, on, on, None), "U1", NOW)
    first = carrying.deliver(item, now)
    assert isinstance(first, Delivered)
    assert [parcel.kind for parcel in first.then] == [Kind.UNCOVERED]
    again = carrying.deliver(replace(item, begun=True), now)
    assert isinstance(again, Delivered)
    assert again.then == first.then
    assert carrying.replies("Nobody covers for") == 1


def reminder_of(office: TestOffice, case: Case) -> tuple[Item, datetime]:
    """A reminder of the case, at a time when it is due."""
    council = office.council
    (kind, due), *_ = open_deadlines(case).items()
    for days in range(1, 30):
        now = NOW + timedelta(days=days)
        today = council.local_date(now)
        left = council.calendar.count(today, due)
        point = council.reminding.point(left)
        if point is not None and council.calendar.is_working_day(today):
            parcel = outbox.reminder(case.reference, kind, due, case.stage.number, point)
            return Item(1, parcel, attempts=0, begun=False, lease=now, added_at=now), now
    raise AssertionError("there is no point before the deadline")
