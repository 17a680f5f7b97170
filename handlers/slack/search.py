"""`/case search WORDS`: cases by the words of the customer, subject, name, address, reference, notes."""

from handlers.slack import lists, wording
from handlers.slack.desk import Desk
from handlers.slack.lists import Asked, Page, Row
from handlers.slack.requests import Request
from models.searching import wanted

_LONGEST = 300


def search(desk: Desk, request: Request, of: Asked) -> Page:
    """What is found of what this person may see. Raises Refused where there is no word to look for."""
    actor = desk.staff.actor(request.user)
    hits = desk.looking.search(
        wanted(of.words),
        desk.staff.sight(request.user),
        actor,
        desk.now(),
        limit=lists.ROWS,
        after=of.after,
        outside=lambda case: not desk.stands_in(case, request.channel),
    )
    today = desk.today()
    rows = [
        Row(
            hit.case,
            lists.standing(hit.case, desk.council, today),
            wording.one_line(hit.words, _LONGEST),
        )
        for hit in hits.page
    ]
    return Page(f"Found for “{wording.escape(wording.one_line(of.words, 60))}”", hits.total, rows)
