"""The ledger and the quarantine as JSON and as text, for the command line."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from email.header import decode_header, make_header

from handlers.health import Health
from handlers.ledger import Account, summary
from handlers.quarantine import Replayed
from models.folders import FolderState, Role
from models.ledger import Arrival, Booking, Overruled, Tally
from models.quarantine import Quarantined

_NAMES = {
    Arrival.CASE: "cases",
    Arrival.REPLY: "replies",
    Arrival.AUTOMATIC: "automatic",
    Arrival.BOUNCE: "bounces",
    Arrival.QUARANTINED: "quarantined",
}
_HEAD = 64_000
_HEADER = re.compile(rb"^(from|subject):[ \t]*(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)


def account_to_json(account: Account) -> dict[str, object]:
    """The keys of docs/running-it.md; times are ISO in UTC."""
    differences = account.differences()
    return {
        "since": account.period.since.isoformat(),
        "until": account.period.until.isoformat(),
        "summary": summary(account.total, account.waiting),
        **_counts(account.total),
        "waiting": account.waiting,
        "junk": account.junk,
        "quarantine_open": len(account.open),
        "accounted_for": not differences,
        "differences": list(differences),
        "folders": [_folder_json(*pair) for pair in _folders(account)],
    }


def account_to_text(account: Account, zone: tzinfo) -> str:
    """The line, a table of folders, and what does not add up."""
    total = account.total
    lines = [_days(account, zone), summary(total, account.waiting)]
    if total.overruled:
        lines.append(f"{total.overruled} of them became something else since, by replay or undo")
    folders = [_folder_row(*pair, zone) for pair in _folders(account)]
    if folders:
        lines += ["", *_table([_HEADINGS, *folders])]
    for state in account.folders:
        if state.error:
            lines.append(f"{state.account} {state.folder}: {state.error}{_since(state, zone)}")
    if account.open:
        lines += ["", f"{len(account.open)} in quarantine and not dealt with: carebot quarantine"]
    lines += ["", *(f"NOT ACCOUNTED FOR: {said}" for said in account.differences())]
    return "\n".join(lines).rstrip()


def booking_to_json(booking: Booking) -> dict[str, object]:
    """A line of the ledger."""
    return {
        "number": booking.number,
        "account": booking.origin.account,
        "folder": booking.origin.folder,
        "uid": booking.origin.uid,
        "arrival": booking.arrival.value,
        "reason": booking.reason,
        "booked_at": booking.booked_at.isoformat(),
        "became": booking.overruled and _overruled(booking.overruled),
    }


def booking_to_text(booking: Booking, zone: tzinfo) -> str:
    """One line: its number, when, where, what and why."""
    line = (
        f"{booking.number:>6}  {_time(booking.booked_at, zone)}  {safe(booking.origin.account)} "
        f"{safe(booking.origin.folder)}  {booking.arrival}: {safe(booking.reason)}"
    )
    if booking.overruled is not None:
        line += f" (made {booking.overruled.reference} by {safe(booking.overruled.by)})"
    return line


def quarantined_to_json(quarantined: Quarantined, content: bytes) -> dict[str, object]:
    """One message in quarantine; `from` and `subject` as it says itself, null where it does not."""
    says = says_of_itself(content)
    return {
        "number": quarantined.number,
        "sha256": quarantined.sha256,
        "reference": quarantined.reference,
        "state": quarantined.state.value,
        "why": quarantined.why,
        "tries": quarantined.tries,
        "account": quarantined.origin.account,
        "folder": quarantined.origin.folder,
        "size": quarantined.size,
        "received_at": quarantined.received_at.isoformat(),
        "quarantined_at": quarantined.quarantined_at.isoformat(),
        "from": says.get("from"),
        "subject": says.get("subject"),
        "ended_at": quarantined.ended_at and quarantined.ended_at.isoformat(),
        "ended_by": quarantined.ended_by or None,
        "reason": quarantined.reason or None,
    }


def quarantined_to_text(quarantined: Quarantined, content: bytes, zone: tzinfo) -> str:
    """Some lines: its number, state and case, when and where, why, and what it says of itself."""
    tries = "" if quarantined.tries == 1 else f" ({quarantined.tries} tries)"
    says, origin = says_of_itself(content), quarantined.origin
    place = f"{safe(origin.account)} {safe(origin.folder)}"
    when, size = _time(quarantined.received_at, zone), f"{quarantined.size:,} bytes"
    sender, subject = says.get("from") or "nobody", says.get("subject") or "none"
    head = f"{quarantined.number:>6}  {quarantined.state}  {quarantined.reference}"
    lines = [
        f"{head}  received {when}  {place}  {size}",
        f"        why: {safe(quarantined.why)}{tries}",
        f"        it says: from {sender}, subject {subject}",
        f"        sha256: {quarantined.sha256}",
    ]
    if quarantined.ended_at is not None:
        reason = f": {safe(quarantined.reason)}" if quarantined.reason else ""
        ended = f"{_time(quarantined.ended_at, zone)} by {safe(quarantined.ended_by)}{reason}"
        lines.append(f"        {quarantined.state} {ended}")
    return "\n".join(lines)


def replayed_to_json(replayed: Replayed) -> dict[str, object]:
    """What became of a number; `arrival` is null where it still cannot be read."""
    placed = replayed.placed
    return {
        "number": replayed.number,
        "arrival": placed.arrival.value if placed else None,
        "reference": placed.reference if placed else None,
        "reason": (placed.reason if placed else replayed.reason) or None,
        "again": replayed.again,
    }


def replayed_to_text(replayed: Replayed) -> str:
    """One line."""
    placed = replayed.placed
    if placed is None:
        return f"{replayed.number}: still cannot be read: {safe(replayed.reason)}"
    what = f"{placed.arrival} {placed.reference}" if placed.reference else placed.arrival.value
    reason = f" ({safe(placed.reason)})" if placed.reason else ""
    return f"{replayed.number}: {'was already' if replayed.again else 'became'} {what}{reason}"


def health_to_text(health: Health) -> str:
    """What needs somebody, then the figures."""
    said = [f"PROBLEM: {problem}" for problem in health.problems] or ["All is well."]
    letters = ", ".join(f"{n} {name}" for name, n in health.letters_by_state().items())
    said += [
        f"{safe(one.folder)} of {safe(one.account)}: {_ago(one.last_look_age)}, "
        f"{one.waiting} waiting{', failing' if one.failing else ''}"
        for one in health.mailboxes
    ]
    said += [
        f"outbox for {lane}: {backlog.waiting} waiting" for lane, backlog in health.backlogs.items()
    ]
    ticked = "never" if health.last_tick_age is None else f"{health.last_tick_age:.0f} s ago"
    said += [
        f"letters: {letters.replace('_', ' ')}",
        f"in quarantine: {health.quarantined}",
        f"acknowledgements past their date: {health.unacknowledged}",
        f"acknowledgements withheld by a limit in a day: {health.withheld}",
        f"last tick: {ticked}",
    ]
    return "\n".join(said)


def _ago(age: float | None) -> str:
    return "never looked at" if age is None else f"looked at {age:.0f} s ago"


def says_of_itself(content: bytes) -> Mapping[str, str]:
    """`from` and `subject` of bytes that could not be read: the first of each, safe to print.

    Not read by the mail parser, which may be what failed, and true for nobody but its sender.
    """
    head = re.split(rb"\r?\n\r?\n", content[:_HEAD], maxsplit=1)[0]
    found: dict[str, str] = {}
    for name, value in _HEADER.findall(head):
        text = _decoded(b" ".join(value.split()).decode("utf-8", "backslashreplace"))
        found.setdefault(name.decode().lower(), safe(text)[:160])
    return found


def safe(text: str) -> str:
    """Text of unknown origin for a terminal: control and direction signs are shown, not obeyed."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def safe_lines(content: bytes) -> str:
    """Raw bytes for a terminal; line ends stay line ends."""
    text = content.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    return "\n".join(safe(line.replace("\t", "    ")) for line in text.split("\n"))


def _decoded(text: str) -> str:
    """Encoded words (RFC 2047) in words; as they stand where that fails."""
    try:
        return str(make_header(decode_header(text)))
    except Exception:  # noqa: BLE001  # the standard library raises a dozen kinds here
        return text


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape").decode() if sign.isascii() else f"\\u{ord(sign):04x}"


def _days(account: Account, zone: tzinfo) -> str:
    first = account.period.since.astimezone(zone).date()
    last = (account.period.until - timedelta(seconds=1)).astimezone(zone).date()
    said = [f"{day:%a} {day.day} {day:%B %Y}" for day in dict.fromkeys((first, last))]
    return " to ".join(said)


_HEADINGS = (
    "mailbox",
    "folder",
    "arrived",
    *_NAMES.values(),
    "copies",
    "waiting",
    "oldest",
    "last look",
)


def _folders(account: Account) -> Sequence[tuple[Tally, FolderState | None]]:
    """Every place with a booking of the period or a state, by account and folder."""
    states = {(state.account, state.folder): state for state in account.folders}
    tallies = {(tally.account, tally.folder): tally for tally in account.tallies}
    places = sorted({*states, *tallies})
    return [(tallies.get(p) or Tally(*p, counts={}), states.get(p)) for p in places]


def _counts(tally: Tally) -> dict[str, object]:
    named = {name: tally.counts.get(arrival, 0) for arrival, name in _NAMES.items()}
    return {
        "arrived": tally.arrived,
        **named,
        "copies": tally.copies,
        "overruled": tally.overruled,
    }


def _folder_json(tally: Tally, state: FolderState | None) -> dict[str, object]:
    return {
        "account": tally.account,
        "folder": tally.folder,
        "role": (state.role if state else Role.WATCHED).value,
        **_counts(tally),
        "waiting": state.waiting if state else 0,
        "oldest_waiting": _iso(state.oldest_waiting if state else None),
        "looked_at": _iso(state.looked_at if state else None),
        "error": (state.error or None) if state else None,
        "error_since": _iso(state.error_since if state else None),
    }


def _folder_row(tally: Tally, state: FolderState | None, zone: tzinfo) -> Sequence[str]:
    looked = _time(state.looked_at, zone) if state and state.looked_at else "never"
    waiting, oldest = "", ""
    if state is not None:
        waiting = str(state.waiting)
        oldest = _time(state.oldest_waiting, zone) if state.oldest_waiting else ""
    if state is not None and state.role is Role.JUNK:
        counts = ["junk", *[""] * (len(_NAMES) + 1)]
        return (safe(tally.account), safe(tally.folder), *counts, waiting, oldest, looked)
    counts = [str(n) for n in _counts(tally).values()][:-1]
    return (safe(tally.account), safe(tally.folder), *counts, waiting, oldest, looked)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    left = {0, 1, len(widths) - 1, len(widths) - 2}
    return [
        "  ".join(
            cell.ljust(width) if n in left else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _overruled(overruled: Overruled) -> dict[str, object]:
    return {
        "arrival": overruled.arrival.value,
        "reference": overruled.reference,
        "by": overruled.by,
        "at": overruled.at.isoformat(),
    }


def _since(state: FolderState, zone: tzinfo) -> str:
    return f" (since {_time(state.error_since, zone)})" if state.error_since else ""


def _time(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y %H:%M}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
