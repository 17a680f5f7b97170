"""The lines of history on who looks after a case."""

from collections.abc import Callable, Mapping

from models.council import Council
from models.history import Entry, Event


def _assigned(entry: Entry, _council: Council, who: str) -> str:
    """The one line that mentions somebody: whoever has to look after the case from now on."""
    to = entry.details.get("to")
    if to == entry.actor.id:
        return f"{who} took the case over"
    named = f"<@{to}>" if to else "a colleague"
    return f"{who} gave the case to {named}, who looks after it from now on"


def _released(_entry: Entry, _council: Council, who: str) -> str:
    return f"{who} gave the case back: nobody holds it now"


LINES: Mapping[Event, Callable[[Entry, Council, str], str]] = {
    Event.ASSIGNED: _assigned,
    Event.RELEASED: _released,
}
