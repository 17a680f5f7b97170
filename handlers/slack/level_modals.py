"""Open again, and Level Two: the modals, and what they do."""

from datetime import date

from handlers.slack import fields, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import Done, FieldErrors, OpenModal, Reply, Request
from models.case import Action, Case
from models.errors import Refused
from models.levels import ReviewRequest, check_asked_on
from models.people import Role

REOPEN = "case_reopen_why"
ESCALATE = "case_escalate_why"
_WHAT_FOLLOWS = (
    "A review is made by a senior officer who was not involved. It has its own acknowledgement and "
    "date of answer. Nothing is sent by this."
)


def open_reopen(desk: Desk, request: Request) -> Reply:
    """Open again was pressed."""
    acting = desk.acting(request, Action.REOPEN, fresh=False)
    desk.levels.check_reopen(acting.seen)
    return OpenModal(reopening(acting.case))


def reopening(case: Case) -> Block:
    """Why it is opened again."""
    hint = (
        "Its answer is due anew, counted from today."
        if case.stage.answered_at is not None
        else "It was not answered, so the date of its answer stays as it was."
    )
    blocks = [
        fields.hinted(fields.text("reason", "Why it is opened again", "", multiline=True), hint)
    ]
    return fields.modal(REOPEN, "Open again", "Open again", button_value(case), blocks)


def reopen(desk: Desk, request: Request) -> Reply:
    """The reason was given."""
    acting = desk.acting(request, Action.REOPEN)
    desk.levels.reopen(acting.seen, request.field("reason"), acting.actor, desk.now())
    return Done()


def open_escalate(desk: Desk, request: Request) -> Reply:
    """Level Two was pressed."""
    acting = desk.acting(request, Action.ESCALATE, fresh=False)
    earliest = desk.levels.earliest_request(acting.seen)
    return OpenModal(escalating(acting.case, earliest, desk.today()))


def escalating(case: Case, earliest: date | None, today: date) -> Block:
    """What the customer asks for, when they asked, and who reviews if that is known."""
    answered = f"Not before the answer, {wording.day(earliest)}. " if earliest else ""
    blocks: list[Block] = [
        {"type": "section", "text": fields.plain(_WHAT_FOLLOWS)},
        fields.text("reason", "Why the customer is not satisfied", "", multiline=True),
        fields.hinted(
            fields.day("asked_on", "The day on which they asked", today),
            f"{answered}The dates of the review count from this day.",
        ),
        fields.hinted(
            fields.person("reviewer", "Who reviews it", None, optional=True),
            "May be left open: then a senior officer claims it.",
        ),
    ]
    title = f"Level Two {case.reference}"
    return fields.modal(ESCALATE, title, "Begin the review", button_value(case), blocks)


def escalate(desk: Desk, request: Request) -> Reply:
    """The customer's request was written down."""
    acting = desk.acting(request, Action.ESCALATE)
    try:
        asked_on = date.fromisoformat(request.field("asked_on"))
    except ValueError:
        return FieldErrors({"asked_on": "Choose the day on which they asked."})
    earliest = desk.levels.earliest_request(acting.seen)
    try:
        check_asked_on(asked_on, earliest, desk.council, desk.now())
    except Refused as refused:
        return FieldErrors({"asked_on": str(refused)})
    reviewer = request.field("reviewer") or None
    asked = ReviewRequest(request.field("reason"), asked_on, reviewer)
    if reviewer is None:
        desk.levels.escalate(acting.seen, asked, acting.actor, desk.now())
        return Done()
    try:
        desk.staff.check_can_work_on(reviewer, acting.case)
        desk.staff.check_has(reviewer, Role.SENIOR, acting.case)
        desk.levels.check_reviewer(acting.seen, reviewer, acting.actor, desk.now())
    except Refused as refused:
        name = desk.staff.person(reviewer).name
        # A field's error is plain text, in which a mention would show an id.
        return FieldErrors({"reviewer": str(refused).replace(f"<@{reviewer}>", name)})
    desk.levels.escalate(acting.seen, asked, acting.actor, desk.now())
    return Done()
