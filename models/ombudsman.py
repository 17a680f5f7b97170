"""The register of what went to the Ombudsman, by the categories in which they report to councils.

The areas and decisions are those of the Ombudsman's yearly letter. A case may be referred several
times, each with a reference of the Ombudsman's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from models.allowed import may_be_referred
from models.case import Action, Case, Change
from models.changing import change, check
from models.council import Council
from models.errors import Refused
from models.history import Detail, Event
from models.people import Actor

_LONGEST_REFERENCE = 40


class Area(StrEnum):
    """What a complaint to the Ombudsman is about, as they sort it."""

    CORPORATE_AND_OTHER = "corporate_and_other"
    DEVELOPMENT_MANAGEMENT = "development_management"
    ENVIRONMENTAL_SERVICES = "environmental_services"
    HOUSING = "housing"
    REVENUES_AND_BENEFITS = "revenues_and_benefits"
    ADULT_CARE = "adult_care"
    HIGHWAYS_AND_TRANSPORT = "highways_and_transport"
    OTHER = "other"


class Decision(StrEnum):
    """What the Ombudsman decided. Only `not_upheld` and `upheld` follow an investigation."""

    INCOMPLETE_OR_INVALID = "incomplete_or_invalid"
    REFERRED_BACK = "referred_back"
    CLOSED_AFTER_INITIAL_ENQUIRIES = "closed_after_initial_enquiries"
    ADVICE_GIVEN = "advice_given"
    NOT_UPHELD = "not_upheld"
    UPHELD = "upheld"


@dataclass(frozen=True, slots=True)
class Referral:
    """One complaint to the Ombudsman about a case. Dates are local.

    `received_on` is the day on which the council heard of it, `theirs` the Ombudsman's own
    reference. `decision` and `decided_on` are None while the Ombudsman has it. `number` is the
    register's, 0 before it is kept.
    """

    reference: str
    received_on: date
    theirs: str
    area: Area
    decision: Decision | None = None
    decided_on: date | None = None
    number: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the Ombudsman still has it."""
        return self.decision is None


class OmbudsmanRegister(Protocol):
    """Every referral and decision, kept for the yearly figures."""

    def add(self, referral: Referral) -> Referral:
        """Keep a new referral; gives it with its number."""
        ...

    def decide(self, referral: Referral) -> None:
        """Keep the decision that a referral of this number carries, over an earlier one."""
        ...

    def of_case(self, reference: str) -> tuple[Referral, ...]:
        """A case's referrals, those received first first."""
        ...

    def received_between(self, first: date, last: date) -> tuple[Referral, ...]:
        """What was received on these days, both included, in their order."""
        ...

    def decided_between(self, first: date, last: date) -> tuple[Referral, ...]:
        """What was decided on these days, both included, in their order."""
        ...


def refer(
    case: Case,
    referral: Referral,
    known: Sequence[Referral],
    council: Council,
    actor: Actor,
    now: datetime,
) -> tuple[Change, Referral]:
    """The Ombudsman has the case: what happens to it, and the referral to keep.

    Refused for a day in the future or before the case was received, without the Ombudsman's
    reference, or with one that is among `known`, the case's referrals so far.
    """
    check(case, Action.OMBUDSMAN)
    check_may_refer(case)
    theirs = " ".join(referral.theirs.split())
    if not theirs:
        raise Refused("Give the Ombudsman's own reference.")
    if len(theirs) > _LONGEST_REFERENCE:
        raise Refused(f"The Ombudsman's reference is longer than {_LONGEST_REFERENCE} characters.")
    if any(one.theirs.casefold() == theirs.casefold() for one in known):
        raise Refused(f"The referral {theirs} of {case.reference} is recorded already.")
    check_received_on(case, referral.received_on, council, now)
    kept = replace(referral, theirs=theirs)
    details: dict[str, Detail] = {
        "received_on": kept.received_on.isoformat(),
        "theirs": theirs,
        "area": kept.area,
    }
    return change(case, Event.REFERRED, actor, now, details, referred=True), kept


def check_may_refer(case: Case) -> None:
    """Refused where the case cannot newly be referred."""
    if not may_be_referred(case):
        raise Refused(
            f"Only a complaint that is not merged into another is referred, and {case.reference} is "
            "none: choose the case that goes on."
        )


def decide(
    case: Case,
    referral: Referral,
    decision: Decision,
    decided_on: date,
    council: Council,
    actor: Actor,
    now: datetime,
) -> tuple[Change, Referral]:
    """The Ombudsman decided, whatever became of the case since it was referred; one decision may
    correct another, which history keeps.

    Refused for a day in the future or before the referral was received, and where nothing differs.
    """
    check(case, Action.OMBUDSMAN)
    check_decided_on(referral, decided_on, council, now)
    if (referral.decision, referral.decided_on) == (decision, decided_on):
        raise Refused("This decision is recorded already.")
    details: dict[str, Detail] = {
        "theirs": referral.theirs,
        "area": referral.area,
        "decision": decision,
        "decided_on": decided_on.isoformat(),
    }
    if referral.decision is not None:
        details["decision_was"] = referral.decision
    changed = change(case, Event.OMBUDSMAN_DECIDED, actor, now, details)
    return changed, replace(referral, decision=decision, decided_on=decided_on)


def check_received_on(case: Case, day: date, council: Council, now: datetime) -> None:
    """Refused where the Ombudsman cannot have written of the case on this local day."""
    received = council.local_date(case.received_at)
    _check_day(day, received, f"{case.reference} was received", council, now)


def check_decided_on(referral: Referral, day: date, council: Council, now: datetime) -> None:
    """Refused where the Ombudsman cannot have decided on this local day."""
    heard = f"the referral {referral.theirs} was received"
    _check_day(day, referral.received_on, heard, council, now)


def _check_day(day: date, first: date, what: str, council: Council, now: datetime) -> None:
    if day > council.local_date(now):
        raise Refused("The day cannot be in the future.")
    if day < first:
        raise Refused(f"It cannot be before {what}, {first:%A} {first.day} {first:%B %Y}.")


AREAS: Mapping[Area, str] = {
    Area.CORPORATE_AND_OTHER: "Corporate and Other Services",
    Area.DEVELOPMENT_MANAGEMENT: "Development Management",
    Area.ENVIRONMENTAL_SERVICES: "Environmental Services",
    Area.HOUSING: "Housing",
    Area.REVENUES_AND_BENEFITS: "Revenues and Benefits",
    Area.ADULT_CARE: "Adult Care Services",
    Area.HIGHWAYS_AND_TRANSPORT: "Highways & Transport",
    Area.OTHER: "Other",
}
"""The areas as the Ombudsman writes them, in the order of their yearly letter."""
DECISIONS: Mapping[Decision, str] = {
    Decision.INCOMPLETE_OR_INVALID: "Incomplete or invalid",
    Decision.REFERRED_BACK: "Referred back for local resolution",
    Decision.CLOSED_AFTER_INITIAL_ENQUIRIES: "Closed after initial enquiries",
    Decision.ADVICE_GIVEN: "Advice given",
    Decision.NOT_UPHELD: "Not upheld",
    Decision.UPHELD: "Upheld",
}
"""The decisions as the Ombudsman writes them, in the order of their yearly letter."""
