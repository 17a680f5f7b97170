"""What is said of people who are away, and of who covers for them."""

from collections.abc import Sequence

from handlers.slack import wording
from models.absence import Absence, StandIn

MENTION = "<@{}>".format


def until(absence: Absence) -> str:
    """The last day of an absence, such as "away until Wed 3 June 2026"."""
    return f"away until {wording.day(absence.last)}"


def of_card(holder: str, found: StandIn) -> str:
    """Where a case's holder is away: until when, and who covers; empty where they are in. mrkdwn."""
    if not found.away:
        return ""
    return f"{MENTION(holder)} is {until(found.away[0])}; {covered(found)}"


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
