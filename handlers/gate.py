"""The gate through which everything passes that leaves for a customer by email (mail.md D27).

Intake decides whether an acknowledgement is written; this is the last defence, at the moment of
leaving, whatever wrote the letter. What a person approved is counted and waits only for the ceiling
over all letters.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import outbox
from models.council import Council
from models.letter import Letter, LetterKind
from models.store_port import Work

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """Why a letter does not leave now; with `wait` it is tried again then, else it never leaves by
    itself.
    """

    why: str
    wait: timedelta | None = None


def let_through(work: Work, letter: Letter, council: Council, now: datetime) -> Held | None:
    """None where the letter may leave. One that passed before may be tried again."""
    if work.departures.passed(letter.message_id):
        return None
    rules = (*_AUTOMATIC, *_ALL) if letter.automatic and not letter.approved else _ALL
    for rule in rules:
        held = rule(work, letter, council, now)
        if held is not None:
            return held
    return None


_Rule = Callable[[Work, Letter, Council, datetime], Held | None]


def _one_acknowledgement(work: Work, letter: Letter, _: Council, __: datetime) -> Held | None:
    again = letter.kind is LetterKind.ACKNOWLEDGEMENT and work.departures.acknowledged(
        letter.reference, letter.message_id
    )
    return Held("an acknowledgement of this case has left before") if again else None


def _per_address(work: Work, letter: Letter, council: Council, now: datetime) -> Held | None:
    limits = council.acknowledging
    if work.departures.count_to(letter.recipient, now - _DAY) >= limits.per_address_per_day:
        return Held(
            f"{limits.per_address_per_day} automatic letters left for this address within a day"
        )
    if work.departures.count_to(letter.recipient, now - _HOUR) >= limits.per_address_per_hour:
        return Held("enough automatic letters left for this address within an hour", _HOUR / 6)
    return None


def _automatic_in_all(work: Work, _: Letter, council: Council, now: datetime) -> Held | None:
    limits = council.acknowledging
    for most, period in ((limits.per_minute, _MINUTE), (limits.per_hour, _HOUR)):
        if work.departures.many_since(now - period, most, automatic=True):
            said = f"{most} automatic letters left within {period}: further ones wait."
            return _alarm(work, "automatic", said, council, now)
    return None


def _letters_in_all(work: Work, _: Letter, council: Council, now: datetime) -> Held | None:
    most = council.acknowledging.letters_per_hour
    if not work.departures.many_since(now - _HOUR, most, automatic=False):
        return None
    said = f"{most} letters left within an hour, more than carebot may send: further ones wait."
    return _alarm(work, "all", said, council, now)


def _alarm(work: Work, which: str, said: str, council: Council, now: datetime) -> Held:
    parcel = outbox.alarm(f"letters:{which}:{now:%Y-%m-%dT%H}", council.channels.lead, said)
    work.outbox.add(parcel, now)
    return Held(said, _MINUTE)


_AUTOMATIC: tuple[_Rule, ...] = (_one_acknowledgement, _per_address, _automatic_in_all)
_ALL: tuple[_Rule, ...] = (_letters_in_all,)
