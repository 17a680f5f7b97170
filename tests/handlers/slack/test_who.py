"""Who may act on a case: the groups and channels of the settings, and nobody's own word."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from handlers.slack.api import Person
from handlers.slack.who import Staff
from models.case import Action, Case
from models.council import Staffing
from models.errors import Refused
from models.people import Role
from tests.support.cases import opened
from tests.support.council import example_council, utc

NOW = utc(2026, 11, 27)
COUNCIL = example_council()
CASE = opened(COUNCIL, NOW, "CC-2026-00042").case
NAMED = Staffing(
    officers=("@care",),
    leads=("@leads",),
    senior=("@heads",),
    by_service={"waste_recycling": ("#waste",)},
)


@dataclass
class Workspace:
    """What Slack would tell of groups and people; how often it was asked."""

    groups: Mapping[str, frozenset[str]]
    asked: list[str] = field(default_factory=list)

    def group_members(self, group: str) -> frozenset[str]:
        self.asked.append(group)
        return self.groups[group]

    def person(self, user: str) -> Person:
        return Person(user, user, False, False, False, False)


def staff(staffing: Staffing, **groups: str) -> tuple[Staff, Workspace]:
    names = {"care": "@care", "leads": "@leads", "heads": "@heads", "waste": "#waste"}
    members = {mark: frozenset(groups.get(name, "").split()) for name, mark in names.items()}
    workspace = Workspace(members)
    return Staff(workspace, replace(COUNCIL, staffing=staffing), lambda: NOW), workspace


def other(case: Case) -> Case:
    return replace(case, service="housing")


def test_every_colleague_works_on_cases_where_nobody_is_named() -> None:
    who, workspace = staff(Staffing())
    for role in Role:
        assert who.has("anybody", role, CASE)
    assert workspace.asked == []


def test_a_services_own_officers_work_on_its_cases_and_on_no_others() -> None:
    who, _ = staff(NAMED, waste="wendy", care="cara")
    assert who.has("wendy", Role.OFFICER, CASE)
    assert not who.has("wendy", Role.OFFICER, other(CASE))
    assert who.has("cara", Role.OFFICER, CASE)
    assert who.has("cara", Role.OFFICER, other(CASE))
    assert not who.has("stranger", Role.OFFICER, CASE)


def test_leads_and_senior_officers_work_on_every_case_and_more() -> None:
    who, _ = staff(NAMED, leads="lea", heads="hal", care="cara")
    assert [who.has("lea", role, CASE) for role in Role] == [True, True, False]
    assert [who.has("hal", role, CASE) for role in Role] == [True, True, True]
    assert [who.has("cara", role, CASE) for role in Role] == [True, False, False]


def test_where_no_lead_is_named_each_officer_may_overrule_and_nobody_else() -> None:
    who, _ = staff(Staffing(officers=("@care",)), care="cara")
    assert who.has("cara", Role.LEAD, CASE)
    assert not who.has("stranger", Role.LEAD, CASE)


def test_a_refusal_says_who_may() -> None:
    who, _ = staff(NAMED, waste="wendy")
    with pytest.raises(Refused, match=r"CC-2026-00042.*#waste.*@care"):
        who.check_may("stranger", Action.CLAIM, CASE)


def test_what_slack_said_of_a_group_is_not_asked_again_within_five_minutes() -> None:
    who, workspace = staff(Staffing(officers=("@care",)), care="cara")
    for _ in range(3):
        who.has("cara", Role.OFFICER, CASE)
    assert workspace.asked == ["@care"]
