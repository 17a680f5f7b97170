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
_LONG = timedelta(minutes=15)
_TO_DO = (
    "They leave by themselves as the rate allows, acknowledgements within the days that council.toml "
    "gives them. See what writes to us so often: if it goes round in circles, close its cases, and "
    "their acknowledgements are dropped; [letters] quiet stops all."
)


@dataclass(frozen=True, slots=True)
class Held:
    """Why a letter does not leave now; with `wait` it is tried again then, else it never leaves by
    itself. `ceiling`: too many left, whoever they were for.
    """

    why: str
    wait: timedelta | None = None
    ceiling: bool = False


def let_through(
    work: Work, letter: Letter, council: Council, now: datetime, *, since: datetime
) -> Held | None:
    """None where the letter, which waits `since` then, may leave. One that passed before may be
    tried again. The lead is told of a ceiling, and once more where letters wait long below it.
    """
    if work.departures.passed(letter.message_id):
        return None
    rules = (*_AUTOMATIC, *_ALL) if letter.automatic and not letter.approved else _ALL
    for rule in rules:
        held = rule(work, letter, council, now)
        if held is None:
            continue
        if held.ceiling and now - since >= _LONG:
            _say_that_they_wait(work, council, now)
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
    """A backlog that was taken in at once leaves at this rate, and whatever goes round in circles
    goes round no faster.
    """
    limits = council.acknowledging
    for most, period, name, wait in (
        (limits.per_hour, _HOUR, "an hour", _HOUR / 12),
        (limits.per_minute, _MINUTE, "a minute", _MINUTE),
    ):
        if work.departures.many_since(now - period, most, automatic=True):
            said = f"{most} automatic letters left within {name}: further ones wait."
            return _stop(work, "automatic", said, wait, council, now)
    return None


def _letters_in_all(work: Work, _: Letter, council: Council, now: datetime) -> Held | None:
    most = council.acknowledging.letters_per_hour
    if not work.departures.many_since(now - _HOUR, most, automatic=False):
        return None
    said = f"{most} letters left within an hour, more than carebot may send: further ones wait."
    return _stop(work, "all", said, _MINUTE, council, now)


def _stop(
    work: Work, which: str, why: str, wait: timedelta, council: Council, now: datetime
) -> Held:
    _tell(work, f"{which}:{now:%Y-%m-%dT%H}", f"{why} {_TO_DO}", council, now)
    return Held(why, wait, ceiling=True)


def _say_that_they_wait(work: Work, council: Council, now: datetime) -> None:
    minutes = _LONG // _MINUTE
    said = f"Letters have waited for more than {minutes} minutes because too many left before them."
    _tell(work, f"waiting:{now:%Y-%m-%d}", f"{said} {_TO_DO}", council, now)


def _tell(work: Work, key: str, said: str, council: Council, now: datetime) -> None:
    work.outbox.add(outbox.alarm(f"letters:{key}", council.channels.lead, said), now)


_AUTOMATIC: tuple[_Rule, ...] = (_one_acknowledgement, _per_address, _automatic_in_all)
_ALL: tuple[_Rule, ...] = (_letters_in_all,)
