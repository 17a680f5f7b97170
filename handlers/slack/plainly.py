"""What is said in mrkdwn, for a place where Slack shows only plain text: the sentence at a field."""

import html
import re
from collections.abc import Callable

from handlers.slack.desk import Desk
from models.errors import Unavailable, Undeliverable

_MENTION = re.compile(r"<@(\w+)(?:\|[^<>]*)?>")
_LINK = re.compile(r"<[^<>|]*\|([^<>]*)>")
_BOLD = re.compile(r"(?<!\w)\*(\S(?:[^*\n]*\S)?)\*(?!\w)")


def plainly(text: str, name: Callable[[str], str]) -> str:
    """The text without marks: names for ids, words for links. `name` gives that of a user id."""
    parts = _MENTION.split(text)
    return "".join(
        name(part) if number % 2 else html.unescape(_BOLD.sub(r"\1", _LINK.sub(r"\1", part)))
        for number, part in enumerate(parts)
    )


def names_of(desk: Desk) -> Callable[[str], str]:
    """The name of a user id; of whom Slack does not tell, that it is a colleague."""

    def name(user: str) -> str:
        try:
            return desk.staff.person(user).name
        except (Unavailable, Undeliverable):
            return "a colleague"

    return name
