"""What names a private case goes from a channel however much stands in it, a stretch at a time."""

from collections.abc import Iterator

import pytest

from bot.sandbox import Person, Sandbox
from bot.sandbox.records import Message
from bot.slack_api import WebSlack
from handlers.seen import Seen
from handlers.slack import clearing
from handlers.slack.api import Saying
from handlers.slack.placing import Placing
from models import outbox
from models.case import Case, Classification
from models.errors import NotYet
from models.outbox import Delivered, Item, Parcel
from models.people import staff
from models.prediction import Flag
from tests.support.council import utc
from tests.support.office import TestOffice, email
from tests.support.workspace import workspace

NOW = utc(2020, 6, 1, 9)


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[Sandbox, WebSlack]]:
    with workspace([Person("priya", "Priya Shah")]) as found:
        yield found


def private_case(office: TestOffice) -> Case:
    case = office.case(office.receive(email("Not emptied. #missed_bin complaint"), NOW).reference)
    to = Classification(case.category, case.service, None, case.level, (Flag.SAFEGUARDING,))
    seen = Seen(case.reference, case.version)
    return office.casework.reclassify(seen, to, staff("U1"), NOW)


def attempt(office: TestOffice, slack: WebSlack, parcel: Parcel) -> Delivered:
    item = Item(1, parcel, attempts=0, begun=True, lease=NOW, added_at=NOW)
    done = clearing.unnamed(Placing(office.store, slack, office.council), item, NOW)
    assert isinstance(done, Delivered)
    return done


def test_each_attempt_reads_one_page_and_the_next_goes_on_where_it_ended(
    town: tuple[Sandbox, WebSlack], office: TestOffice
) -> None:
    sandbox, slack = town
    case = private_case(office)
    lead = slack.channel_id(office.council.channels.lead)
    listed = Saying(f"Overdue:\n{case.reference} about Tom\nCC-2020-00099 about bins")
    first = slack.post(lead, listed, {"key": "list:1"})
    for n in range(1_998):
        sandbox.workspace.post(Message(lead, "", f"Chat {n}", user="U1"))
    last = slack.post(lead, listed, {"key": "list:2"})

    def text(ts: str) -> str:
        return sandbox.workspace.message(lead, ts).text

    parcels, calls = [outbox.unnamed(case.reference, lead, "", "9.9")], 0
    while parcels:
        before = len(sandbox.calls)
        done = attempt(office, slack, parcels.pop())
        methods = [call.method for call in sandbox.calls[before:]]
        assert methods.count("conversations.history") == 1
        calls += 1
        if calls == 1:
            assert "Tom" not in text(last.ts)
            assert "Tom" in text(first.ts)
        parcels = list(done.then)
        assert all(p.reference == case.reference for p in parcels)
    assert calls == 3
    assert "Tom" not in text(first.ts)
    assert "about bins" in text(first.ts), "other cases' lines stay"


def test_no_attempt_changes_more_than_a_lease_has_time_for(
    town: tuple[Sandbox, WebSlack], office: TestOffice
) -> None:
    sandbox, slack = town
    case = private_case(office)
    triage = slack.channel_id(office.council.channels.triage)
    for n in range(30):
        slack.post(triage, Saying(f"{case.reference} about Tom"), {"key": f"list:{n}"})
    parcel = outbox.unnamed(case.reference, triage, "", "9.9")

    def left() -> int:
        return sum("Tom" in m.text for m in sandbox.messages(office.council.channels.triage))

    with pytest.raises(NotYet):
        attempt(office, slack, parcel)
    assert left() == 5
    attempt(office, slack, parcel)
    assert left() == 0
