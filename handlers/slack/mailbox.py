"""What Slack is told of the mailbox: messages that could not be read, and the ledger. All mrkdwn."""

from datetime import date, datetime

from handlers.ledger import Account, summary
from handlers.slack.wording import escape, one_line
from models.council import Council
from models.folders import FolderState
from models.quarantine import Quarantined


def quarantined(of: Quarantined, council: Council) -> str:
    """For the thread of the stub case: what happened, that nothing is lost, what to do."""
    why = escape(one_line(of.why, 300))
    place = escape(one_line(f"{of.origin.account}, {of.origin.folder}", 120))
    kept = "its bytes are kept as they came, and it lies in the mailbox's quarantine folder"
    how = (
        "open it there with a mail program and decide here what it is. Or ask whoever runs carebot "
        f"to look (`carebot quarantine show {of.number}`) and, once it can be read, to take it in "
        f"again (`carebot quarantine replay {of.number}`): this case becomes its case."
    )
    if of.unfetchable:
        kept = "it lies in the mailbox, though carebot could not have its bytes"
        how = "open it there with a mail program and decide here what it is."
    return (
        f"*This message could not be read*: {why.rstrip('.')}.\n"
        f"It came {_when(of.received_at, council)} to {place} ({_size(of.size)}). Nothing is lost: "
        f"{kept}. Nobody was answered; the clock of {of.reference} runs from its receipt.\n"
        f"What to do: {how} If nothing is to be done: "
        f"`carebot quarantine dismiss {of.number} --reason …`"
    )


def flood(count: int, hour: datetime, council: Council) -> str:
    """The one post that counts a flood; `count` is how many have no post of their own."""
    local = hour.astimezone(council.zone)
    messages = "1 more message" if count == 1 else f"{count} more messages"
    return (
        f":warning: *{messages} could not be read* between {local:%H:%M} and "
        f"{_end(local)} on {local.day} {local:%B}. They are counted here instead of posted one by "
        "one. Nothing is lost: the bytes are kept, each has a case (`/case triage`) whose clock "
        "runs, and nobody was answered. `carebot quarantine` lists them; once they can be read, "
        "`carebot quarantine replay --all` takes them in."
    )


def ledger(account: Account, first: date, council: Council) -> tuple[str, ...]:
    """For the morning list: what arrived since a day, and a line for each thing that is not well.

    Empty where nothing arrived and all is well.
    """
    total, lines = account.total, []
    if total.booked:
        since = f"{first:%a} {first.day} {first:%B}"
        lines.append(f"*The mailbox since {since}:* {summary(total, account.waiting)}.")
    lines += [_waits(state, council) for state in account.watched if state.waiting]
    lines += [_ails(state, council) for state in account.watched if _is_ill(state)]
    if account.open:
        shown = ", ".join(q.reference for q in account.open[:_SHOWN])
        more = f" and {len(account.open) - _SHOWN} more" if len(account.open) > _SHOWN else ""
        lines.append(
            f":warning: *{len(account.open)} could not be read* and nobody has dealt with "
            f"{'it' if len(account.open) == 1 else 'them'}: {shown}{more}."
        )
    if account.unaccounted:
        numbers = ", ".join(str(booking.number) for booking in account.unaccounted[:_SHOWN])
        lines.append(
            f":rotating_light: *The ledger does not add up*: of {len(account.unaccounted)} booked "
            f"the store does not hold what was booked (number {numbers}). Tell whoever runs carebot."
        )
    return tuple(lines)


_SHOWN = 10


def _waits(state: FolderState, council: Council) -> str:
    oldest = ""
    if state.oldest_waiting is not None:
        oldest = f", the oldest came {_when(state.oldest_waiting, council)}"
    return f":warning: *{state.waiting} lie in {_folder(state)}* and are not taken in yet{oldest}."


def _is_ill(state: FolderState) -> bool:
    """Looks fail, or somebody had to be told that nobody looks (handlers/fetching.py)."""
    return bool(state.error) or state.alarmed_at is not None


def _ails(state: FolderState, council: Council) -> str:
    why = escape(one_line(state.error, 300)) or "nobody knows why"
    if state.looked_at is None:
        return f":warning: *Nobody could ever look at {_folder(state)}*: {why}"
    if state.alarmed_at is None:
        return f":warning: *{_folder(state)}*: {why}"
    last = _when(state.looked_at, council)
    return f":warning: *Nobody has looked at {_folder(state)}* since the look {last}: {why}"


def _folder(state: FolderState) -> str:
    return escape(one_line(f"{state.folder} of {state.account}", 160))


def _end(local: datetime) -> str:
    return f"{(local.hour + 1) % 24:02d}:{local.minute:02d}"


def _when(at: datetime, council: Council) -> str:
    local = at.astimezone(council.zone)
    return f"on {local.day} {local:%B at %H:%M}"


def _size(size: int) -> str:
    return f"{size:,} bytes" if size < 10_000 else f"{size / 1000:,.0f} kB"
