"""Which case a message belongs to, and how sure that is (mail.md C22, C23)."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers.arriving import Arriving
from models.case import Case
from models.joining import going_on
from models.message import Mark
from models.threads import is_another_matter, is_from


@dataclass(frozen=True, slots=True)
class Belonging:
    """The case. `sure`: by a Message-ID of its thread or by a mark that only carebot can have
    written. `known`: the sender is known on the case. What is neither is for a person to check.
    """

    case: Case
    sure: bool
    known: bool


def belonging(arriving: Arriving) -> Belonging | None:
    """Message-IDs go before a plus address with its check, before a reference that anybody can
    write in a subject, before one in the text. The last is believed only of somebody who is known
    on that one case, and not where the model sees another matter.
    """
    for case in _sure(arriving):
        return _of(arriving, case, sure=True)
    bare = [_of(arriving, case, sure=False) for case in _named(arriving, Mark.BARE)]
    if bare:
        return next((one for one in bare if one.known), bare[0])
    quoted = list(_named(arriving, Mark.QUOTED))
    if len(quoted) == 1 and _known(arriving, quoted[0]):
        found = _of(arriving, quoted[0], sure=False)
        return None if is_another_matter(found.case, arriving.prediction) else found
    return None


def _of(arriving: Arriving, case: Case, *, sure: bool) -> Belonging:
    """What belongs to a merged case belongs to the one that goes on; who is known on either is known."""
    goes_on = going_on(case, arriving.work.cases.get)
    known = _known(arriving, case) or _known(arriving, goes_on)
    return Belonging(goes_on, sure=sure, known=known)


def _sure(arriving: Arriving) -> Iterator[Case]:
    message, work = arriving.message, arriving.work
    machine = message.machine
    failed = machine.failed_message_ids if machine else ()
    reference = work.messages.case_answered_by((*failed, *message.references))
    case = work.cases.get(reference) if reference else None
    if case is not None:
        yield case
    yield from _named(arriving, Mark.SIGNED)


def _named(arriving: Arriving, mark: Mark) -> Iterator[Case]:
    for named in arriving.message.named:
        case = arriving.work.cases.get(named.reference) if named.mark is mark else None
        if case is not None:
            yield case


def _known(arriving: Arriving, case: Case) -> bool:
    return is_from(arriving.message, arriving.work.messages.participants(case.reference))
