"""What happened to a case since somebody saw it: who was first, and what they did; as in its thread,
nothing that names a case which became private.
"""

from handlers.slack import history_lines
from handlers.slack.desk import Desk
from handlers.slack.naming import may_be_told
from models.errors import Stale, Unavailable, Undeliverable
from models.people import Kind

_MOST = 3


def told(desk: Desk, stale: Stale) -> str:
    """The refusal of a change made on an old view, with what others did meanwhile. mrkdwn."""
    with desk.store.view() as work:
        case = work.cases.get(stale.reference)
        since = [
            entry
            for entry in work.cases.history(stale.reference)
            if entry.version > stale.seen
            and case is not None
            and may_be_told(work, case, entry, desk.council)
        ]
    lines = [
        f"• {history_lines.line(entry, desk.council, _name(desk, entry.actor.kind, entry.actor.id))}"
        for entry in since[-_MOST:]
    ]
    return "\n".join([str(stale), *lines])


def _name(desk: Desk, kind: Kind, user: str) -> str:
    if kind is not Kind.STAFF:
        return user or kind.value
    try:
        return desk.staff.person(user).name
    except (Unavailable, Undeliverable):
        return "Somebody"
