"""What staff read of levels and the Ombudsman: history lines and the card. Not by colour alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from handlers.slack import wording
from models.allowed import allowed_actions
from models.case import Action, Case
from models.council import Council
from models.history import Entry, Event
from models.ombudsman import AREAS, DECISIONS, Area, Decision, Referral
from models.people import Kind
from models.prediction import Flag

_LONGEST = 300
_MOST_REFERRALS = 4


def notes(case: Case, referrals: Sequence[Referral], council: Council, today: date) -> list[str]:
    """What the card says of an MP's target, of the next level and of the Ombudsman, whose last
    referrals are named. mrkdwn.
    """
    said = list[str]()
    if Flag.MP_ENQUIRY in case.flags and not case.needs_level:
        due = wording.answer_due(case, council, today)
        said.append(f"*MP enquiry, target:* {due}. It is counted apart from complaints")
    if asks_for_level_two(case):
        said.append(
            "*The customer asks for Level Two:* press *Level Two* to begin a review by somebody who "
            "was not involved"
        )
    if case.is_exhausted and case.stage.answered_at is not None:
        said.append("*Answered at Level Two*, the last stage: the next step is the Ombudsman")
    said += [_referral(one) for one in referrals[-_MOST_REFERRALS:]]
    return said


def spoken(referrals: Iterable[Referral]) -> str:
    """Since when the Ombudsman has it, to be read aloud; empty where they have not."""
    return "".join(
        f" With the Ombudsman since {wording.day(one.received_on)}."
        for one in referrals
        if one.is_open
    )


def asks_for_level_two(case: Case) -> bool:
    """Whether the customer asks for a review that can begin now."""
    return Flag.LEVEL_TWO_REQUEST in case.flags and Action.ESCALATE in allowed_actions(case)


def _reopened(entry: Entry, _council: Council, who: str) -> str:
    until = _due(entry, "; answer due *{}*")
    if entry.actor.kind is Kind.STAFF:
        return f"{who} opened the case again: {_reason(entry)}{until}"
    return f"The customer wrote again and the case is open again{until}"


def _escalated(entry: Entry, _council: Council, who: str) -> str:
    asked = wording.day(date.fromisoformat(str(entry.details["asked_on"])))
    next_step = (
        "The card names who reviews it"
        if entry.details.get("reviewer")
        else "A senior officer who was not involved can claim it"
    )
    return (
        f"*Level Two*: {who} recorded that the customer asked for a review on {asked}: "
        f"{_reason(entry)}{_due(entry, '. Answer due *{}*')}. {next_step}"
    )


def _referred(entry: Entry, _council: Council, who: str) -> str:
    since = wording.day(date.fromisoformat(str(entry.details["received_on"])))
    area = AREAS[Area(str(entry.details["area"]))]
    return (
        f"*With the Ombudsman since {since}*: {wording.escape(area)}, their reference "
        f"{_text(entry, 'theirs')}. {who} recorded it"
    )


def _decided(entry: Entry, _council: Council, who: str) -> str:
    on = wording.day(date.fromisoformat(str(entry.details["decided_on"])))
    decision = DECISIONS[Decision(str(entry.details["decision"]))]
    was = entry.details.get("decision_was")
    instead = f", and not {DECISIONS[Decision(str(was))].lower()}" if was else ""
    return (
        f"*The Ombudsman decided: {decision.lower()}*{instead}, on {on}, their reference "
        f"{_text(entry, 'theirs')}. {who} recorded it"
    )


def _referral(referral: Referral) -> str:
    theirs = f"{wording.escape(AREAS[referral.area])}, their reference " + wording.escape(
        referral.theirs
    )
    if referral.decision is None or referral.decided_on is None:
        return f"*With the Ombudsman since {wording.day(referral.received_on)}*: {theirs}"
    decided = DECISIONS[referral.decision].lower()
    return f"*The Ombudsman decided: {decided}*, on {wording.day(referral.decided_on)}: {theirs}"


def _reason(entry: Entry) -> str:
    """What was written, to stand inside a sentence."""
    return _text(entry, "reason").rstrip(" .;")


def _text(entry: Entry, name: str) -> str:
    return wording.escape(wording.one_line(str(entry.details.get(name, "")), _LONGEST))


def _due(entry: Entry, words: str) -> str:
    due = entry.details.get("respond_by")
    return words.format(wording.day(date.fromisoformat(due))) if isinstance(due, str) else ""


LINES: Mapping[Event, Callable[[Entry, Council, str], str]] = {
    Event.REOPENED: _reopened,
    Event.ESCALATED: _escalated,
    Event.REFERRED: _referred,
    Event.OMBUDSMAN_DECIDED: _decided,
}
"""The lines of the events of this part, as `history_lines` wants them."""
