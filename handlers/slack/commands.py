"""/case: looking things up. Only the person who asked sees the answer."""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from handlers.slack import away, lists, log_note, looking, search, stats, why_dates, wording
from handlers.slack.desk import Desk
from handlers.slack.lists import Asked, Lister
from handlers.slack.references import reference_in
from handlers.slack.requests import Replace, Reply, Request, Say, say
from models.errors import Refused

_MENTIONED = re.compile(r"<[@#!][^<>|]*\|([^<>]*)>")


def command(desk: Desk, request: Request) -> Reply:
    """`/case WORD …`: a reference, or one of the words of `help`."""
    desk.staff.actor(request.user)
    reference = reference_in(request.text)
    if reference is not None:
        return looking.card(desk, request, reference)
    first, _, rest = _as_typed(request.text).strip().partition(" ")
    word, rest = first.lower(), rest.strip()
    known = _WORDS.get(word)
    if known is None:
        raise Refused(f"{_unknown(request.text)}\n{wording.HELP}")
    if rest and word in _ALONE:
        raise Refused(f"`/case {word}` stands alone: write it without the words behind it.")
    return known(desk, replace(request, text=rest))


def turn_page(desk: Desk, request: Request) -> Reply:
    """Earlier or Next was pressed: the list is made anew for whoever pressed it."""
    desk.staff.actor(request.user)
    asked = lists.asked(request.value)
    if asked.name not in _LISTS:
        raise Refused("This button is from another time. Please ask again.")
    return Replace(_page(desk, request, asked).saying)


def _page(desk: Desk, request: Request, asked: Asked) -> Say:
    page = _LISTS[asked.name](desk, request, asked)
    last = max(1, -(-page.total // lists.ROWS))
    if asked.page > last:  # the list has become shorter since
        asked = replace(asked, page=last)
        page = _LISTS[asked.name](desk, request, asked)
    return Say(lists.drawn(page, asked, desk.council, desk.staff.seeing(request.user)))


def _listing(name: str) -> Callable[[Desk, Request], Reply]:
    return lambda desk, request: _page(desk, request, Asked(name, request.text))


def _help(_desk: Desk, _request: Request) -> Reply:
    return say(wording.HELP)


def _as_typed(text: str) -> str:
    """What Slack's escaping stands for: `<@U1|sam>` is sam."""
    return html.unescape(_MENTIONED.sub(r"\1", text))


def _unknown(text: str) -> str:
    said = wording.escape(wording.one_line(text, 60))
    near = get_close_matches(text.split(maxsplit=1)[0].lower(), filter(None, _WORDS), n=1)
    return f"I do not know “{said}”." + (f" Did you mean `/case {near[0]}`?" if near else "")


_LISTS: Mapping[str, Lister] = {
    "mine": lists.mine,
    "due": lists.due,
    "overdue": lists.overdue,
    "triage": lists.triage,
    "search": search.search,
}
_WORDS: Mapping[str, Callable[[Desk, Request], Reply]] = {
    **{name: _listing(name) for name in _LISTS},
    "away": away.open_away,
    "log": log_note.open_log,
    "why": why_dates.why,
    "looked": looking.looked,
    "stats": stats.stats,
    "help": _help,
    "": _help,
}
"""What each word does; the request's text is what stands behind it. Each is in `wording.HELP`."""
_ALONE = frozenset({"mine", "overdue", "triage", "away", "stats", "help"})
