"""The words of a letter that left, below the line of history that says so."""

from handlers.slack import threads, wording
from handlers.slack.aloud import aloud, chunks
from handlers.slack.api import Block, Saying
from handlers.slack.note_lines import quote
from models.letter import Departed

_MOST = 8_000
"""Characters in the thread; *Show the words* has more room."""

_REST = "It goes on: the rest is under *Show the words*."


def below(line: str, left: Departed) -> Saying:
    """The line (mrkdwn) with the letter's words in quotes that format nothing; of a long one the
    beginning.
    """
    rest = goes_on(left)
    said = aloud(f"{line}:", *rest, wording.escape(shown(left)[:_MOST]))
    return Saying(said, [_section(line), *map(quote, parts(left)), *map(_section, rest)])


def parts(left: Departed) -> list[str]:
    """The words, as far as they stand in a thread, each as much as a quote holds."""
    return chunks(shown(left)[:_MOST])


def goes_on(left: Departed) -> list[str]:
    """Where the rest of a long letter is; empty for others."""
    return [_REST] if len(shown(left)) > _MOST else []


def shown(left: Departed) -> str:
    """The text as it left, without what Slack refuses."""
    return threads.showable(left.letter.text) or "(the letter has no text)"


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
