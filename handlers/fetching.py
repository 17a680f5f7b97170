"""Decisions about fetching: which message is given up, what stands for it, when somebody is told.

Nothing here talks to a mailbox: bot/mail_loop.py does, and asks here (mail.md A2, A8, A9, A11-A14).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from models import outbox
from models.fetching import Trouble
from models.folders import FolderState, Role
from models.message import Origin, RawMessage
from models.quarantine import NEVER_FETCHED
from models.store_port import Store, Work

_FIRST_REST = timedelta(seconds=30)
_LONGEST_REST = timedelta(minutes=15)
# While nothing else of the folder is handed over either, the server may be ill, not the message.
_PATIENCE = timedelta(hours=1)
_LATEST = timedelta(days=1)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_STUB_SUBJECT = b"A message that the mail server does not hand over"


def received(internal_date: datetime | None, now: datetime) -> datetime | None:
    """When a mailbox says that a message came (aware, gives UTC), where that can be true (A14).

    None for no date, one before 1990 and one more than a day after `now`: the time of the fetch
    must stand for it.
    """
    if internal_date is None or internal_date.tzinfo is None:
        return None
    at = internal_date.astimezone(UTC)
    return at if _EARLIEST <= at <= now + _LATEST else None


def too_large(size: int, origin: Origin, lies_in: str) -> str:
    """What a person is told of a message of which only the beginning was fetched (A11)."""
    return (
        f"This is a message of {size / 1_000_000:,.0f} MB and only its beginning was fetched. "
        f"Open it in the mailbox: {_where(origin, lies_in)}"
    )


def stub(origin: Origin, header: bytes, why: str, at: datetime, lies_in: str) -> RawMessage:
    """What stands for a message that cannot be had: its header, or a few words (A2, A12)."""
    words = b"Subject: %s\r\n\r\n%d %d\r\n" % (_STUB_SUBJECT, origin.uidvalidity, origin.uid)
    lacking = f"{NEVER_FETCHED} ({why}). Open it in the mailbox: {_where(origin, lies_in)}"
    return RawMessage(header or words, origin, at, lacking=lacking, unfetchable=True)


def _where(origin: Origin, lies_in: str) -> str:
    number = f", number {origin.uid}" if origin.uid else ""
    return f"folder “{lies_in}” of {origin.account} (it came in “{origin.folder}”{number})."


# Messages that make trouble


def could_not_fetch(store: Store, origin: Origin, why: str, now: datetime) -> Trouble:
    """Count a failed try; the next is later each time."""
    with store.work() as work:
        known = {t.origin: t for t in work.troubles.of(origin.account, origin.folder)}.get(origin)
        trouble = failed_again(known, origin, why, now)
        work.troubles.put(trouble)
    return trouble


def failed_again(known: Trouble | None, origin: Origin, why: str, now: datetime) -> Trouble:
    """What is known of it after one more failed try."""
    tries = known.tries + 1 if known else 1
    rest = min(_FIRST_REST * 2 ** min(tries - 1, 10), _LONGEST_REST)
    return Trouble(origin, tries, known.first_at if known else now, now + rest, why)


def is_given_up(
    trouble: Trouble, tries: int, handed_over_at: datetime | None, now: datetime
) -> bool:
    """Whether it was tried often enough: `tries` times, and others of its folder were handed over
    meanwhile (last at `handed_over_at`) or an hour has passed.
    """
    others_came = handed_over_at is not None and handed_over_at >= trouble.first_at
    return trouble.tries >= tries and (others_came or now - trouble.first_at >= _PATIENCE)


# How a folder stands


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found; as in models.folders.FolderState."""

    account: str
    folder: str
    role: Role = Role.WATCHED
    waiting: int = 0
    oldest_waiting: datetime | None = None
    error: str = ""


def looked(store: Store, lead: str, look: Looked, now: datetime) -> None:
    """A look succeeded: keep what it found, and say to the `lead` channel that it is well again."""
    with store.work() as work:
        before = _state(work, look.account, look.folder, look.role, now)
        state = replace(
            before,
            role=look.role,
            looked_at=now,
            waiting=look.waiting,
            oldest_waiting=look.oldest_waiting,
            error=look.error,
            error_since=(before.error_since or now) if look.error else None,
            alarmed_at=None,
        )
        if before.alarmed_at is not None:
            name = _name(state)
            text = f"{name[0].upper()}{name[1:]} is looked at again. Nothing that lay there was missed."
            _say(work, lead, state, "well", before.alarmed_at, text, now)
        work.folders.put(state)


def could_not_look(
    store: Store, lead: str, look: Looked, now: datetime, *, for_a_person: bool
) -> None:
    """A look failed with `look.error`. What only a person can end is said at once (A9)."""
    with store.work() as work:
        before = _state(work, look.account, look.folder, look.role, now)
        state = replace(before, error=look.error, error_since=before.error_since or now)
        if for_a_person and state.alarmed_at is None:
            text = f"{look.error} Until then nothing is taken in from {_name(state)}."
            state = _alarm(work, lead, state, text, now)
        work.folders.put(state)


def nobody_looked(
    store: Store,
    lead: str,
    account: str,
    folder: str,
    silence: timedelta,
    now: datetime,
    patience: timedelta | None = None,
) -> bool:
    """No look of ours at a watched folder has succeeded for so long: tell the `lead` channel, once
    until it is well again (A8). Gives whether it was told now.

    Nothing is said where another bot has looked within the `patience` (the silence if not given).
    """
    with store.work() as work:
        state = _state(work, account, folder, Role.WATCHED, now)
        if state.alarmed_at is not None:
            return False
        if state.looked_at is not None:
            since = abs(now - state.looked_at)  # a time to come is of a clock that was set
            if since < (patience or silence):
                return False
            silence = min(silence, since)
        minutes = round(silence / timedelta(minutes=1))
        why = f" {state.error}" if state.error else ""
        text = f"No look at {_name(state)} has succeeded for {minutes} minutes.{why}"
        work.folders.put(_alarm(work, lead, state, text, now))
    return True


def expect(store: Store, account: str, folder: str, now: datetime) -> None:
    """Note a folder that is to be watched, before the first look at it."""
    with store.work() as work:
        work.folders.put(_state(work, account, folder, Role.WATCHED, now))


def _state(work: Work, account: str, folder: str, role: Role, now: datetime) -> FolderState:
    known = work.folders.get(account, folder)
    return known or FolderState(account, folder, role, first_looked_at=now)


def _alarm(work: Work, lead: str, state: FolderState, text: str, now: datetime) -> FolderState:
    _say(work, lead, state, "silent", state.looked_at or state.first_looked_at, text, now)
    return replace(state, alarmed_at=now)


def _say(
    work: Work, lead: str, state: FolderState, what: str, since: datetime, text: str, now: datetime
) -> None:
    key = f"{what}:{state.account}:{state.folder}:{since.isoformat()}"
    work.outbox.add(outbox.alarm(key, lead, text), now)


def _name(state: FolderState) -> str:
    return f"the folder “{state.folder}” of the mailbox {state.account}"
