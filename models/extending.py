"""More time for an answer: an extension is promised in a holding reply and exists once that left."""

from dataclasses import replace
from datetime import date, datetime

from models.case import Action, Case, Change, Level
from models.changing import change, check, iso
from models.council import Council
from models.errors import Refused
from models.history import Detail, Entry, Event
from models.letter import Extension, LetterKind
from models.people import Actor

_A_LEAD_CAN = "A team leader can extend it all the same, with a reason."


def check_extend(case: Case, council: Council, now: datetime, *, overruled: bool = False) -> date:
    """The date to which the answer may be extended: the policy's working days after the one that
    holds now, or after today where that one has passed.

    Refused where nothing was promised, an answer or a holding reply is on its way, or, save where a
    team leader overruled that (requirement 16), the stage was extended already or its deadline has
    passed.
    """
    check(case, Action.EXTEND)
    stage, reference = case.stage, case.reference
    if stage.answer_by is None:
        raise Refused(f"No date was promised on {reference}, so there is nothing to extend.")
    if stage.is_on_its_way(LetterKind.HOLDING_REPLY):
        raise Refused(f"The holding reply to {reference} is on its way already.")
    why_not = against_the_rule(case, council.local_date(now))
    if why_not is not None and not overruled:
        raise Refused(f"{why_not} {_A_LEAD_CAN}")
    policy = council.policy
    days = policy.extension_days
    if case.level is Level.LEVEL_TWO:
        days = policy.level_two_extension_days
    return council.calendar.add(max(stage.answer_by, council.local_date(now)), days)


def against_the_rule(case: Case, day: date) -> str | None:
    """Why an extension whose holding reply leaves on this local date is against the rule, and only a
    team leader's; None where it is not. A sentence.
    """
    if case.stage.extended_to is not None:
        return f"{case.reference} has been extended already: a stage is extended once."
    due = case.stage.respond_by
    if due is not None and day > due:
        return (
            f"The answer to {case.reference} was due by the end of {due:%A} {due.day} {due:%B %Y}: "
            "an extension is only possible before that. Please answer as soon as you can."
        )
    return None


def check_in_time(case: Case, extension: Extension, day: date) -> None:
    """Refused where a holding reply that leaves on this local date would be against the rule, which
    no team leader overruled.
    """
    why_not = against_the_rule(case, day)
    if why_not is not None and not extension.although:
        raise Refused(why_not)


def approve_extension(
    case: Case, extension: Extension, council: Council, actor: Actor, now: datetime
) -> Change:
    """A person saw the holding reply and pressed Send. The date moves when it has left."""
    if check_extend(case, council, now, overruled=bool(extension.although)) != extension.to:
        raise Refused("The new date has changed since you wrote this. Please start from the card.")
    if not extension.reason.strip():
        raise Refused("Say why more time is needed: the customer is told.")
    stage = replace(case.stage, extension_approved_at=now)
    details: dict[str, Detail] = {"respond_by": iso(extension.to), "reason": extension.reason}
    if extension.although:
        details["although"] = extension.although
    return change(case, Event.EXTENSION_APPROVED, actor, now, details, stage=stage)


def extended_before(history: tuple[Entry, ...]) -> date | None:
    """The date that the holding reply before the last one of this stage promised; None where there
    is none, or it came back.
    """
    promised = list[date]()
    for entry in history:
        if entry.begins_a_stage:
            promised = []
        elif entry.event is Event.EXTENDED:
            promised.append(date.fromisoformat(str(entry.details["respond_by"])))
        elif _came_back(entry):
            promised = promised[:-1]
    return promised[-2] if len(promised) > 1 else None


def _came_back(entry: Entry) -> bool:
    of_holding_reply = entry.details.get("letter") == LetterKind.HOLDING_REPLY
    return entry.event is Event.BOUNCED and of_holding_reply and "earlier" not in entry.details


def extended(
    case: Case, extension: Extension, council: Council, actor: Actor, at: datetime
) -> Change:
    """The holding reply left at `at`: the answer is due on the date that it promises."""
    stage = replace(case.stage, extended_to=extension.to)
    details: dict[str, Detail] = {
        "respond_by_was": iso(case.stage.answer_by),
        "respond_by": iso(extension.to),
        "reason": extension.reason,
        "policy": council.policy.name,
    }
    return change(case, Event.EXTENDED, actor, at, details, stage=stage)
