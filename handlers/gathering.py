"""What was written on a case and on those that were merged into it."""

from models.joining import all_joined
from models.store_port import StoredMessage, Work


def family(work: Work, reference: str) -> tuple[str, ...]:
    """The cases that are merged into a case, and those merged into these."""
    return all_joined(work.cases.history(reference), work.cases.history)


def messages_of(work: Work, reference: str) -> tuple[StoredMessage, ...]:
    """The messages of a case and of those merged into it, in the order in which they were taken in. What
    was merged in with a flag that the case has no longer stays where that one is.
    """
    case = work.cases.get(reference)
    shown = set(case.flags) if case is not None else set()
    joined = filter(None, map(work.cases.get, family(work, reference)))
    references = [reference, *(one.reference for one in joined if shown.issuperset(one.flags))]
    found = [stored for each in references for stored in work.messages.of_case(each)]
    return tuple(sorted(found, key=lambda stored: stored.id))
