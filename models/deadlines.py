"""Which dates a case must keep, and where each comes from."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.policy import Count, CountedFrom, Policy
from models.prediction import Category, Flag
from models.working_days import WorkingCalendar


class DeadlineKind(StrEnum):
    """What is due."""

    ACKNOWLEDGE = "acknowledge"
    RESPOND = "respond"


@dataclass(frozen=True, slots=True)
class DueDates:
    """The local dates at whose end the acknowledgement and the response are due.

    `respond_by` is None where nothing is promised (a compliment).
    """

    acknowledge_by: date
    respond_by: date | None


class PromiseKind(StrEnum):
    """By which rule an answer is promised."""

    COMPLAINT = "complaint"
    REVIEW = "review"
    ENQUIRY = "enquiry"
    MP_ENQUIRY = "mp_enquiry"
    SIGNPOST = "signpost"


@dataclass(frozen=True, slots=True)
class Promise:
    """Within how many working days an answer is promised, and where they are counted from."""

    kind: PromiseKind
    days: int
    counted_from: CountedFrom = CountedFrom.RECEIPT


def promise(
    policy: Policy,
    *,
    category: Category,
    as_enquiry: bool,
    flags: AbstractSet[Flag],
    level_two: bool = False,
) -> Promise | None:
    """What the policy promises of the answer to such a case; None of a compliment (design.md 3).

    A review at Level Two is promised to the complainant: that an MP wrote too does not move it.
    """
    if level_two:
        return Promise(PromiseKind.REVIEW, policy.level_two_respond_days, policy.respond_from)
    if Flag.MP_ENQUIRY in flags:
        return Promise(PromiseKind.MP_ENQUIRY, policy.mp_days)
    if category is Category.COMPLIMENT:
        return None
    if category is Category.NON_COUNCIL:
        days = policy.acknowledge_days if policy.signpost_days is None else policy.signpost_days
        return Promise(PromiseKind.SIGNPOST, days)
    if category is Category.GENERAL_ENQUIRY or as_enquiry:
        return Promise(PromiseKind.ENQUIRY, policy.enquiry_days)
    return Promise(PromiseKind.COMPLAINT, policy.respond_days, policy.respond_from)


def due_dates(
    policy: Policy,
    calendar: WorkingCalendar,
    *,
    category: Category,
    as_enquiry: bool,
    flags: AbstractSet[Flag],
    received_on: date,
    acknowledged_on: date | None,
    level_two: bool = False,
) -> DueDates:
    """The dates of a case received on a local date, day 0 (design.md sections 2 and 3).

    `as_enquiry` is a complaint reclassified to the level `general_enquiry`, `level_two` a review,
    which counts from the day on which it was asked for. Where the policy
    counts the response from the acknowledgement and none has gone, the response is counted from
    the last day on which it may go.
    """
    start = day_nought(policy, calendar, received_on)
    acknowledge_by = calendar.add(start, acknowledge_days(policy, level_two=level_two))
    promised = promise(
        policy, category=category, as_enquiry=as_enquiry, flags=flags, level_two=level_two
    )
    if promised is None:
        return DueDates(acknowledge_by, None)
    if promised.counted_from is CountedFrom.ACKNOWLEDGEMENT:
        start = acknowledged_on or acknowledge_by
    return DueDates(acknowledge_by, calendar.add(start, promised.days))


def acknowledge_days(policy: Policy, *, level_two: bool) -> int:
    """Within how many working days a case, or a review at Level Two, is acknowledged."""
    own = policy.level_two_acknowledge_days
    return own if level_two and own is not None else policy.acknowledge_days


def day_nought(policy: Policy, calendar: WorkingCalendar, received_on: date) -> date:
    """The day from which the working days are counted; `roll_forward` moves it off a day off."""
    if policy.count is Count.ROLL_FORWARD:
        return calendar.on_or_after(received_on)
    return received_on
