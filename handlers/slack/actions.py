"""What a click or a submitted modal does: read the request, call the use case, answer."""

from handlers.slack import modals
from handlers.slack.background import background
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, FieldErrors, OpenModal, Reply, Request
from models.case import Level, check_fresh
from models.errors import Refused


def claim(desk: Desk, request: Request) -> Reply:
    """Claim was pressed."""
    actor = desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    desk.casework.claim(case.reference, actor, desk.now())
    return Done()


def open_change(desk: Desk, request: Request) -> Reply:
    """Change was pressed."""
    desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    with desk.store.view() as work:
        known = background(work, case, desk.council)
    return OpenModal(modals.change(case, desk.council, known))


def change(desk: Desk, request: Request) -> Reply:
    """The change was submitted."""
    actor = desk.staff.actor(request.user)
    desk.case_for(request.user, request.seen.reference)
    to = modals.classified(request)
    if isinstance(to, FieldErrors):
        return to
    desk.casework.reclassify(request.seen, to, actor, desk.now())
    return Done()


def open_close(desk: Desk, request: Request) -> Reply:
    """Close was pressed."""
    desk.staff.actor(request.user)
    case = desk.case_for(request.user, request.seen.reference)
    check_fresh(case, request.seen.version)
    if case.level is Level.UNDETERMINED:
        raise Refused(
            "An undetermined complaint cannot be closed: set its level with Change first."
        )
    return OpenModal(modals.close(case))


def close(desk: Desk, request: Request) -> Reply:
    """The close was submitted."""
    actor = desk.staff.actor(request.user)
    desk.case_for(request.user, request.seen.reference)
    outcome = modals.outcome(request.field("outcome"))
    desk.casework.close(request.seen, request.field("reason"), outcome, actor, desk.now())
    return Done()
