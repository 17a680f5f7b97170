"""What was written on a case and on those that were merged into it."""

from collections.abc import Iterable

from models.history import Event
from models.joining import all_joined
from models.prediction import Flag
from models.store_port import StoredMessage, Work


def family(work: Work, reference: str) -> tuple[str, ...]:
    """The cases that are merged into a case, and those merged into these."""
    return all_joined(work.cases.history(reference), work.cases.history)


def messages_of(work: Work, reference: str) -> tuple[StoredMessage, ...]:
    """The messages of a case and of those merged into it, in the order in which they were taken in. What
    was merged in with a private flag that the case has no longer stays where that one is.
    """
    found = [
        stored for each in shown_with(work, reference) for stored in work.messages.of_case(each)
    ]
    return tuple(sorted(found, key=lambda stored: stored.id))


def shown_with(work: Work, reference: str) -> tuple[str, ...]:
    """The case, and those merged into it whose words are shown with it: see `messages_of`."""
    case = work.cases.get(reference)
    shown = set(case.flags) if case is not None else set()
    joined = (one for one in family(work, reference) if shown.issuperset(_private_flags(work, one)))
    return (reference, *joined)


def _private_flags(work: Work, reference: str) -> Iterable[Flag]:
    """The flags with which a merged case was private when it was merged."""
    merged = [one for one in work.cases.history(reference) if one.event is Event.MERGED]
    flags = merged[-1].details.get("private_flags") if merged else None
    if flags is None:  # merged before this was kept: better too few words than too many
        case = work.cases.get(reference)
        return case.flags if case is not None else ()
    return [Flag(flag) for flag in str(flags).split()]
