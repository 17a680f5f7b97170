"""Passing a compliment on to those whom it is about: whom it names, and how it was made."""

import re
from datetime import datetime

from models.case import Action, Case, Change
from models.changing import change, check
from models.errors import Refused
from models.history import Detail, Event
from models.people import Actor
from models.praise import Praise

_BETWEEN = re.compile(r"[,;\n]|\band\b|&")
_MOST_NAMES = 20
_LONGEST_NAME = 60


def names_in(text: str) -> tuple[str, ...]:
    """The members of staff in what an officer typed, "Dave, Sue and Priya", each once. Raises Refused
    where it reads as no list of names.
    """
    found = (" ".join(part.split()) for part in _BETWEEN.split(text))
    names = tuple(dict.fromkeys(name for name in found if name))
    if len(names) > _MOST_NAMES:
        raise Refused(f"Type at most {_MOST_NAMES} names, with commas between them.")
    if any(len(name) > _LONGEST_NAME for name in names):
        raise Refused("Type only the names of staff, with commas between them.")
    return names


def pass_on(
    case: Case, staff: tuple[str, ...], actor: Actor, now: datetime, *, formal: bool
) -> Change:
    """A compliment is recorded as one for these members of staff, once. Raises Refused."""
    check(case, Action.PASS_ON)
    details: dict[str, Detail] = {
        "formal": formal,
        "staff": ", ".join(staff) or None,
        "service": case.service,
    }
    praise = Praise(formal, staff, now)
    return change(case, Event.PASSED_ON, actor, now, details, praise=praise)
