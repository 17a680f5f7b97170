"""Who looks after a case is changed by somebody else than by a claim."""

from datetime import datetime

from models.case import Action, Case, Change
from models.changing import change, check
from models.errors import Refused
from models.history import Event
from models.people import Actor


def assign(case: Case, to: str | None, actor: Actor, now: datetime) -> Change:
    """The colleague `to` (a Slack user id) holds the case from now on; with None nobody does, and it
    can be claimed. Refused where that is so already.
    """
    check(case, Action.ASSIGN)
    if to is None and case.holder is None:
        raise Refused(f"Nobody holds {case.reference}, so it cannot be given back.")
    if to is not None and to == case.holder:
        raise Refused(f"<@{to}> already holds {case.reference}.")
    event = Event.ASSIGNED if to is not None else Event.RELEASED
    return change(case, event, actor, now, {"from": case.holder, "to": to}, holder=to)
