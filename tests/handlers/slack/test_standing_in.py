"""A reminder reaches somebody who can do something about it, or says in words that nobody is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest

from handlers.absence import told_lead
from handlers.slack.api import Person, Place, Saying
from handlers.slack.placing import Placing
from handlers.slack.standing_in import addressee, departed, uncovered
from models.absence import Absence
from models.case import Case, State
from models.council import Staffing
from models.outbox import Item, Kind
from models.people import staff
from models.prediction import Flag
from tests.support.cases import opened
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2020, 6, 1)
TODAY = NOW.date()


@dataclass
class Workspace:
    """What Slack would tell of people, and of who is in which group or channel."""

    members: Mapping[str, str] = field(default_factory=dict)
    deleted: frozenset[str] = frozenset()

    def person(self, user: str) -> Person:
        return Person(user, f"Name <{user}>", False, False, False, user in self.deleted)

    def channel_id(self, channel: str) -> str:
        return channel

    def is_member(self, user: str, channel: str) -> bool:
        return user in self.members.get(f"#{channel}", "").split()

    def group_members(self, group: str) -> frozenset[str]:
        return frozenset(self.members.get(group, "").split())


def away(user: str, cover: str | None) -> Absence:
    return Absence(user, TODAY, date(2020, 6, 3), cover)


def said(
    office: TestOffice, workspace: Workspace, *absences: Absence, case: Case | None = None
) -> tuple[str, list[Kind]]:
    with office.store.work() as work:
        for absence in absences:
            work.absences.put(absence, "U1", NOW)
    held = replace(case or opened(office.council, NOW, "CC-2020-00001").case, holder="U1")
    found = addressee(Placing(office.store, workspace, office.council), held, NOW)
    return found.words, [parcel.kind for parcel in found.then]


def test_who_is_in_is_mentioned_themselves(office: TestOffice) -> None:
    assert said(office, Workspace(), away("U2", "U1")) == ("<@U1>", [])


def test_the_end_of_the_chain_is_mentioned_and_for_whom_it_is(office: TestOffice) -> None:
    words, then = said(office, Workspace(), away("U1", "U2"), away("U2", "U3"))
    assert words == "<@U3> (for Name &lt;U1&gt;, away until Wed 3 June 2020)"
    assert then == []


@pytest.mark.parametrize(
    "absences",
    [
        (away("U1", None),),
        (away("U1", "U2"), away("U2", "U1")),
        (away("U1", "U9"),),  # has left the council since
    ],
    ids=["no cover", "a circle", "a cover who left"],
)
def test_where_the_chain_ends_in_nobody_the_service_is_asked_and_the_lead_told(
    office: TestOffice, absences: tuple[Absence, ...]
) -> None:
    words, then = said(office, Workspace(deleted=frozenset({"U9"})), *absences)
    assert words.startswith("Nobody covers for Name &lt;U1&gt;, who is away until Wed 3 June 2020.")
    assert words.endswith("Waste and recycling (Direct Services), please look")
    assert "<@" not in words
    assert then == [Kind.UNCOVERED]


def test_who_has_left_the_council_is_told_of_as_one_whom_nobody_covers(office: TestOffice) -> None:
    words, then = said(office, Workspace(deleted=frozenset({"U1"})))
    assert words.startswith("Nobody covers for Name &lt;U1&gt;, who is no longer here.")
    assert then == [Kind.UNCOVERED]


def test_a_cover_outside_the_private_channel_is_not_told_of_a_private_case(
    office: TestOffice,
) -> None:
    case = opened(office.council, NOW, "CC-2020-00001").case
    private = replace(case, flags=(Flag.SAFEGUARDING,))
    outside = said(office, Workspace(), away("U1", "U2"), case=private)
    assert outside[1] == [Kind.UNCOVERED]
    inside = Workspace({"#private-safeguarding": "U1 U2"})
    assert said(office, inside, case=private)[0].startswith("<@U2>")


def test_a_cover_who_does_not_work_on_such_cases_gets_no_reminder_of_them(
    office: TestOffice,
) -> None:
    staffing = Staffing(by_service={"waste_recycling": ("@waste",)})
    office = replace(office, council=replace(office.council, staffing=staffing))
    words, _ = said(office, Workspace({"@waste": "U1"}), away("U1", "U2"))
    assert words.startswith("Nobody covers")
    assert said(office, Workspace({"@waste": "U1 U2"}))[0].startswith("<@U2>")


def test_an_unclaimed_case_is_nobodys_whoever_is_away(office: TestOffice) -> None:
    case = replace(opened(office.council, NOW, "CC-2020-00001").case, state=State.OPEN)
    found = addressee(Placing(office.store, Workspace(), office.council), case, NOW)
    assert found.words == "Nobody has claimed this case yet"


def test_after_the_absence_the_holder_is_mentioned_again(office: TestOffice) -> None:
    said(office, Workspace(), away("U1", "U2"))
    case = replace(opened(office.council, NOW, "CC-2020-00001").case, holder="U1")
    placing = Placing(office.store, Workspace(), office.council)
    assert addressee(placing, case, NOW + timedelta(days=3)).words == "<@U1>"


@dataclass
class Posted(Workspace):
    """Slack that keeps what is posted."""

    posts: list[Saying] = field(default_factory=list)

    def post(self, channel: str, saying: Saying, _metadata: object) -> Place:
        self.posts.append(saying)
        return Place(channel, "1.0")


def told(office: TestOffice, workspace: Posted) -> str:
    """What the lead is told of U1, who holds a case."""
    parcel = told_lead(office.council, "U1", NOW)
    item = Item(1, parcel, attempts=0, begun=False, lease=NOW, added_at=NOW)
    uncovered(Placing(office.store, workspace, office.council), item, NOW)
    return "".join(saying.text for saying in workspace.posts)


def test_the_lead_is_told_of_a_cover_who_may_not_act(office: TestOffice) -> None:
    staffing = Staffing(by_service={"waste_recycling": ("@waste",)})
    office = replace(office, council=replace(office.council, staffing=staffing))
    office.casework.claim(str(office.receive(email(), NOW).reference), staff("U1"), NOW)
    with office.store.work() as work:
        work.absences.put(away("U1", "U2"), "U1", NOW)
    assert told(office, Posted({"@waste": "U1 U2"})) == ""
    words = told(office, Posted({"@waste": "U1"}))
    assert words.startswith(
        "*Name &lt;U2&gt; covers for Name &lt;U1&gt;*, away until Wed 3 June 2020, and may not work "
        "on 1 open case of theirs. Please assign it:"
    )


def test_of_who_has_left_without_an_absence_the_lead_is_told_every_morning(
    office: TestOffice,
) -> None:
    for n, user in enumerate(("U1", "U2")):
        reference = office.receive(email(Message_ID=f"<{n}@x>"), NOW).reference
        office.casework.claim(str(reference), staff(user), NOW)
    left = Posted(deleted=frozenset({"U1"}))
    placing = Placing(office.store, left, office.council)
    assert [parcel.payload["user"] for parcel in departed(placing, NOW)] == ["U1"]
    assert "no longer here, who holds 1 open case" in told(office, left)
