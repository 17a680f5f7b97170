"""The lines of history on cases that belong together, and on compliments passed on."""

from collections.abc import Callable, Mapping
from datetime import date

from handlers.slack import flag_lines, wording
from models.council import Council
from models.history import Entry, Event


def linked_by_hand(entry: Entry, who: str) -> str:
    """A person linked two cases."""
    return f"{who} linked this with {_other(entry)}{_because(entry)}"


def with_link(text: str, entry: Entry, url: str) -> str:
    """The line with the other case's reference as a link to its card, where there is one. mrkdwn."""
    other = entry.details.get("other")
    if not url or not isinstance(other, str):
        return text
    return text.replace(other, f"<{url}|{other}>", 1)


def _merged(entry: Entry, _council: Council, who: str) -> str:
    return (
        f"{who} merged this case into {_other(entry)}, which goes on for both{_because(entry)}. "
        "What is still written on this case goes there"
    )


def _joined(entry: Entry, _council: Council, who: str) -> str:
    said = f"{who} merged {_other(entry)} into this case{_because(entry)}"
    if "received_on" in entry.details:
        said += (
            f". The customer waits since *{_day(entry, 'received_on')}*, not "
            f"{_day(entry, 'received_on_was')}"
        )
    flags = entry.details.get("flags")
    if flags:
        said += f". It raises: *{flag_lines.named(flags)}*"
    gone = entry.details.get("points_gone")
    if gone:
        points = "1 point that was" if gone == 1 else f"{gone} points that were"
        said += f". {points} answered made room on the checklist"
    return f"{said}{_redated(entry)}. The words of {_other(entry)} follow"


def _taken_apart(entry: Entry, _council: Council, who: str) -> str:
    said = f"{who} took this case and {_other(entry)} apart again: each goes on for itself"
    if entry.details.get("acknowledged_no_more"):
        said += (
            f". The acknowledgement was that of {_other(entry)}: this case is *not acknowledged by that "
            "any more*"
        )
    gone, stay = (entry.details.get(name) for name in ("flags_gone", "flags_stay"))
    if gone:
        said += f". It no longer raises: *{flag_lines.named(gone)}*"
    if stay:
        said += (
            f". It *stays private* ({flag_lines.named(stay)}), for the words of {_other(entry)} were "
            "said in its thread; Change takes that off"
        )
    return said + _redated(entry)


def _passed_on(entry: Entry, council: Council, who: str) -> str:
    staff, service = entry.details.get("staff"), entry.details.get("service")
    how = "formal" if entry.details.get("formal") else "informal"
    to = council.catalogue.owner_name(str(service), None) if service else "the service"
    named = f"{wording.one_line(str(staff), 500)}, {to}" if staff else to
    return f"{who} passed the compliment on to {wording.escape(named)} ({how})"


def _unlinked(entry: Entry, _council: Council, who: str) -> str:
    return f"{who} took the link with {_other(entry)} back: they are not linked any more"


LINES: Mapping[Event, Callable[[Entry, Council, str], str]] = {
    Event.UNLINKED: _unlinked,
    Event.MERGED: _merged,
    Event.JOINED: _joined,
    Event.TAKEN_APART: _taken_apart,
    Event.PASSED_ON: _passed_on,
}


def _other(entry: Entry) -> str:
    return wording.escape(str(entry.details.get("other", "another case")))


def _because(entry: Entry) -> str:
    reason = entry.details.get("reason")
    return f": {wording.escape(wording.one_line(str(reason), 200))}" if reason else ""


def _day(entry: Entry, name: str) -> str:
    value = entry.details.get(name)
    return wording.day(date.fromisoformat(str(value))) if value else "none"


def _redated(entry: Entry) -> str:
    if "respond_by" not in entry.details:
        return ""
    return f". Answer due: {_day(entry, 'respond_by_was')} → *{_day(entry, 'respond_by')}*"
