"""When an acknowledgement leaves by itself, and the reason why one does not (mail.md D25, D27, E33, E34).

The rules are one table, read from the top. Each gives the reason why none leaves, or None. Not sure
means: the case is made and nothing is sent (D30); a person can still send it. How many leave in all is
not asked here: those of a backlog wait at the gate (handlers/gate.py), and none of them is lost.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from handlers.arriving import Arriving
from models.case import Case
from models.errors import Refused
from models.facts import letter_facts
from models.letter import Letter, LetterKind

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def acknowledgement(arriving: Arriving, case: Case) -> Letter | str:
    """The acknowledgement, or the reason why none leaves by itself."""
    for rule in _RULES:
        why_not = rule(arriving, case)
        if why_not is not None:
            return why_not
    letters, kind = arriving.letters, LetterKind.ACKNOWLEDGEMENT
    facts = letter_facts(case, arriving.council, arriving.message, kind, arriving.now)
    try:
        letter = letters.finish(kind, facts, letters.draft(kind, facts))
    except Refused as error:
        return str(error)
    return replace(letter, automatic=True)


def _again(arriving: Arriving, case: Case) -> str | None:
    """What is taken in again may have been dealt with by a person meanwhile."""
    if arriving.by_hand:
        return "a person made a case of it"
    if case.stage.acknowledgement_approved_at is not None or not case.is_open:
        return "the case is past that"
    return None


def _switched_off(arriving: Arriving, _case: Case) -> str | None:
    """Off for all, or for the mailbox it came to; where nobody knows which, it is off too (D30)."""
    if arriving.council.sending.quiet:
        return "quiet mode is on ([letters] quiet), so nothing leaves to customers"
    silent, origin = arriving.council.acknowledging.silent_accounts, arriving.origin
    if silent and (origin is None or origin.account in silent):
        return "acknowledgements are switched off for this mailbox"
    return None


def _from_a_machine(arriving: Arriving, _case: Case) -> str | None:
    machine = arriving.message.machine
    return None if machine is None else f"a machine sent it: {machine.reason}"


def _forwarded_by_staff(_arriving: Arriving, case: Case) -> str | None:
    """The forwarder needs none, and an address out of a text gets none unseen (B19)."""
    if case.original is None:
        return None
    return "a member of staff forwarded it: name the complainant first"


def _to_nobody(_arriving: Arriving, case: Case) -> str | None:
    return "there is no address to answer to" if case.customer.address is None else None


def _too_old(arriving: Arriving, case: Case) -> str | None:
    # A copied file looks new; its own date does not.
    written = min(case.received_at, arriving.message.dated or case.received_at)
    days = arriving.council.acknowledging.within_days
    if arriving.now - written > timedelta(days=days):
        return f"received more than {days} days ago"
    return None


def _often_to_one_address(arriving: Arriving, case: Case) -> str | None:
    limits, letters = arriving.council.acknowledging, arriving.work.letters
    address, now = case.customer.address or "", arriving.now
    within_a_day = letters.count_to(address, now - _DAY)
    if within_a_day >= limits.per_address_per_day:
        return f"{within_a_day} automatic letters went to this address within a day"
    if within_a_day < limits.per_address_per_hour:
        return None
    within_an_hour = letters.count_to(address, now - _HOUR)
    if within_an_hour >= limits.per_address_per_hour:
        return f"{within_an_hour} automatic letters went to this address within an hour"
    return None


def _the_same_words(arriving: Arriving, _case: Case) -> str | None:
    """An automatic answer that no header tells of says the same each time."""
    if arriving.work.messages.same_words(arriving.message, arriving.now - _DAY):
        return "the same words came before from this address within a day"
    return None


def _nothing_but_ours(arriving: Arriving, _case: Case) -> str | None:
    """Our own letter, sent back by a system that changed its headers."""
    for named in arriving.message.named:
        sent = arriving.work.outbox.letters_of(named.reference)
        if sent and _is_only(arriving.message.new_text, sent):
            return f"there is nothing in it but a letter of ours ({named.reference})"
    return None


def _is_only(text: str, sent: tuple[Letter, ...]) -> bool:
    ours = " ".join(_flat(f"{letter.subject}\n{letter.text}") for letter in sent)
    return all(_flat(line.lstrip("> ")) in ours for line in text.splitlines())


def _flat(text: str) -> str:
    return " ".join(text.split())


_RULES: tuple[Callable[[Arriving, Case], str | None], ...] = (
    _again,
    _switched_off,
    _from_a_machine,
    _forwarded_by_staff,
    _to_nobody,
    _too_old,
    _often_to_one_address,
    _the_same_words,
    _nothing_but_ours,
)
