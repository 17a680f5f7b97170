"""When an acknowledgement leaves by itself, and the reason why one does not (mail.md D25, D27)."""

from dataclasses import replace
from datetime import timedelta

from handlers.arriving import Arriving
from models.case import Case
from models.errors import Refused
from models.facts import letter_facts
from models.letter import Letter, LetterKind


def acknowledgement(arriving: Arriving, case: Case) -> Letter | str:
    """The acknowledgement, or the reason why none leaves by itself."""
    why_not = _why_not_now(arriving, case) or _why_not_acknowledge(arriving, case)
    if why_not is not None:
        return why_not
    letters, kind = arriving.letters, LetterKind.ACKNOWLEDGEMENT
    facts = letter_facts(case, arriving.council, arriving.message)
    try:
        letter = letters.finish(kind, facts, letters.draft(kind, facts))
    except Refused as error:
        return str(error)
    return replace(letter, automatic=True)


def _why_not_now(arriving: Arriving, case: Case) -> str | None:
    """What is taken in again may have been dealt with by a person meanwhile."""
    if arriving.by_hand:
        return "a person made a case of it"
    if case.stage.acknowledgement_approved_at is not None or not case.is_open:
        return "the case is past that"
    return None


def _why_not_acknowledge(arriving: Arriving, case: Case) -> str | None:
    limits = arriving.council.acknowledging
    address, now, message = case.customer.address, arriving.now, arriving.message
    if message.machine is not None:
        return f"a machine sent it: {message.machine.reason}"
    if address is None:
        return "there is no address to answer to"
    # A copied file looks new; its own date does not.
    written = min(case.received_at, message.dated or case.received_at)
    if now - written > timedelta(days=limits.within_days):
        return f"received more than {limits.within_days} days ago"
    if (
        arriving.work.letters.count_to(address, now - timedelta(days=1))
        >= limits.per_address_per_day
    ):
        return f"{limits.per_address_per_day} automatic letters went to this address within a day"
    return None
