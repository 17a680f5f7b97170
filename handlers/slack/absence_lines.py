"""What is said of people who are away, and of who covers for them."""

from collections.abc import Sequence
from datetime import date

from handlers.slack import wording
from models.absence import Absence, StandIn, stands_in
from models.case import Case
from models.store_port import Work

MENTION = "<@{}>".format


def until(absence: Absence) -> str:
    """The last day of an absence, such as "away until Wed 3 June 2026"."""
    return f"away until {wording.day(absence.last)}"


def of_card(work: Work, case: Case, today: date) -> str:
    """Until when the holder of an open case is away, and who covers; empty where they are in. mrkdwn."""
    if case.holder is None or not case.is_open:
        return ""
    found = stands_in(work.absences.on(today), case.holder, today)
    return f"{until(found.away[0])}; {covered(found)}" if found.away else ""


def covered(found: StandIn) -> str:
    """Who covers, in the middle of a sentence. mrkdwn."""
    if found.who is not None:
        return f"{MENTION(found.who)} covers"
    return "nobody covers" + (
        ", for those who are away cover for each other" if found.in_circle else ""
    )


def names_away(absences: Sequence[tuple[str, StandIn]]) -> str:
    """A line each for people (by their names, escaped) who are away. mrkdwn."""
    return "\n".join(
        f"• {name}: {until(found.away[0])}, {covered(found)}" for name, found in absences
    )
