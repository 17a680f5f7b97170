"""What a click or a submitted modal does: read the request, call the use case, answer."""

from handlers.slack import modals
from handlers.slack.background import background
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, FieldErrors, OpenModal, Reply, Request
from models.case import Action, Level
from models.people import Role


def claim(desk: Desk, request: Request) -> Reply:
    """Claim was pressed."""
    acting = desk.acting(request, Action.CLAIM, fresh=False)
    desk.casework.claim(acting.case.reference, acting.actor, desk.now())
    return Done()


def confirm(desk: Desk, request: Request) -> Reply:
    """Confirm was pressed: the case is what the model said."""
    acting = desk.acting(request, Action.CONFIRM)
    desk.casework.confirm(acting.seen, acting.actor, desk.now())
    return Done()


def open_change(desk: Desk, request: Request) -> Reply:
    """Change was pressed."""
    case = desk.acting(request, Action.CHANGE, fresh=False).case
    with desk.store.view() as work:
        known = background(work, case, desk.council)
    return OpenModal(modals.change(case, desk.council, known))


def change(desk: Desk, request: Request) -> Reply:
    """The change was submitted."""
    acting = desk.acting(request, Action.CHANGE)
    case = acting.case
    to = modals.classified(request, case.service, case.authority)
    if isinstance(to, FieldErrors):
        return to
    if case.level is Level.LEVEL_TWO and to.level is not Level.LEVEL_TWO:
        desk.staff.check_has(request.user, Role.SENIOR, case)
    desk.casework.reclassify(acting.seen, to, acting.actor, desk.now())
    return Done()
