"""How it is said that an email leaves later, and that it was taken back before."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from handlers.slack import wording
from models.case import Case, Leaving
from models.council import Council
from models.history import Entry, Event
from models.letter import LetterKind


def lines(case: Case, council: Council) -> list[str]:
    """For the card: what leaves when, while it can be taken back."""
    return [
        f"*{_when(one, council)}*{' by email' if one.at else ''}. "
        f"*Undo* takes it back until {'then' if one.at else 'it has left'}."
        for one in case.stage.leaving
    ]


def spoken(case: Case, council: Council) -> str:
    """The same, for the card read aloud."""
    return "".join(f" {_when(one, council)}." for one in case.stage.leaving)


def _when(one: Leaving, council: Council) -> str:
    letter = wording.LETTERS[one.kind]
    if one.at is None:
        return f"The {letter} waits for the mail server"
    return f"The {letter} leaves at {_time(one.at, council)}"


def leaves(entry: Entry, council: Council) -> str:
    """For the line of history of Send: when it leaves; empty where it leaves at once."""
    at = entry.details.get("leaves_at")
    if not isinstance(at, str):
        return ""
    when = _time(datetime.fromisoformat(at), council)
    return f". It leaves at {when}; until then *Undo* on the card takes it back"


def how_long(undo_for: timedelta) -> str:
    """For the preview: in how long a letter leaves, such as "one minute"."""
    seconds = round(undo_for / timedelta(seconds=1))
    if seconds == 60:  # a minute
        return "one minute"
    return f"{seconds} seconds" if seconds % 60 else f"{seconds // 60} minutes"


def _taken_back(entry: Entry, _council: Council, who: str) -> str:
    letter = _letter(entry)
    if entry.details.get("ended"):
        return f"*The {letter} was taken back*, for the case has gone on: *nothing left*"
    return (
        f"{who} took the {letter} back: *nothing left*. Its text is there when it is written again"
    )


def _left_all_the_same(entry: Entry, _council: Council, _who: str) -> str:
    said = (
        f"*The {_letter(entry)} left although the case had gone on*: it was on its way to the mail "
        "server already"
    )
    promised = entry.details.get("respond_by")
    if not isinstance(promised, str):
        return said
    day = wording.day(date.fromisoformat(promised))
    return f"{said}. It tells the customer that the answer is due *{day}*; the date here stays"


def _letter(entry: Entry) -> str:
    return wording.LETTERS[LetterKind(str(entry.details.get("letter")))]


LINES: Mapping[Event, Callable[[Entry, Council, str], str]] = {
    Event.LETTER_TAKEN_BACK: _taken_back,
    Event.LEFT_ALL_THE_SAME: _left_all_the_same,
}
"""The lines of history of what is told here."""


def _time(at: datetime, council: Council) -> str:
    """To the second: who sees only the minute cannot know how much of it is left."""
    return f"{at.astimezone(council.zone):%H:%M:%S}"
