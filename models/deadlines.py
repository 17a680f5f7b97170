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


def due_dates(
    policy: Policy,
    calendar: WorkingCalendar,
    *,
    category: Category,
    as_enquiry: bool,
    flags: AbstractSet[Flag],
    received_on: date,
    acknowledged_on: date | None,
) -> DueDates:
    """The dates of a case received on a local date, day 0 (design.md sections 2 and 3).

    `as_enquiry` is a complaint reclassified to the level `general_enquiry`. Where the policy
    counts the response from the acknowledgement and none has gone, the response is counted from
    the last day on which it may go.
    """
    start = received_on
    if policy.count is Count.ROLL_FORWARD:
        start = calendar.on_or_after(received_on)
    acknowledge_by = calendar.add(start, policy.acknowledge_days)
    from_acknowledgement = acknowledged_on or acknowledge_by
    return DueDates(
        acknowledge_by,
        _respond_by(policy, calendar, category, as_enquiry, flags, start, from_acknowledgement),
    )


def _respond_by(
    policy: Policy,
    calendar: WorkingCalendar,
    category: Category,
    as_enquiry: bool,
    flags: AbstractSet[Flag],
    start: date,
    acknowledged_on: date,
) -> date | None:
    if Flag.MP_ENQUIRY in flags:
        return calendar.add(start, policy.mp_days)
    if category is Category.COMPLIMENT:
        return None
    if category is Category.NON_COUNCIL:
        days = policy.acknowledge_days if policy.signpost_days is None else policy.signpost_days
        return calendar.add(start, days)
    if category is Category.GENERAL_ENQUIRY or as_enquiry:
        return calendar.add(start, policy.enquiry_days)
    if policy.respond_from is CountedFrom.ACKNOWLEDGEMENT:
        return calendar.add(acknowledged_on, policy.respond_days)
    return calendar.add(start, policy.respond_days)
