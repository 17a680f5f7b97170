"""The Ombudsman: a referral is recorded, and later its decision."""

from collections.abc import Sequence
from datetime import date

from handlers.slack import fields, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.requests import (
    Done,
    FieldErrors,
    OpenModal,
    Reply,
    Request,
    ShowInstead,
)
from models.allowed import may_be_referred
from models.case import Action, Case
from models.errors import Refused
from models.ombudsman import (
    AREAS,
    DECISIONS,
    Area,
    Decision,
    Referral,
    check_decided_on,
    check_may_refer,
    check_received_on,
)

REFER = "ombudsman_refer"
DECIDE = "ombudsman_decide"
ANOTHER = "ombudsman_another"
_MOST = 100


def open_ombudsman(desk: Desk, request: Request) -> Reply:
    """Ombudsman was pressed: what is recorded already is shown, or a referral asked for."""
    case = desk.acting(request, Action.OMBUDSMAN, fresh=False).case
    known = desk.ombudsman.referrals(case.reference)
    if not known:
        return OpenModal(referring(case, desk.today()))
    return OpenModal(deciding(case, known, desk.today()))


def open_another(desk: Desk, request: Request) -> Reply:
    """Another referral of the same case was asked for."""
    case = desk.acting(request, Action.OMBUDSMAN, fresh=False).case
    check_may_refer(case)
    return ShowInstead(referring(case, desk.today()))


def referring(case: Case, today: date) -> Block:
    """A new referral."""
    blocks = [
        fields.text("theirs", "The Ombudsman's reference", "", multiline=False),
        fields.hinted(
            fields.day("received_on", "Received on", today),
            "The day on which the council heard from the Ombudsman.",
        ),
        fields.select("area", "Area, as the Ombudsman sorts it", fields.names(AREAS), None),
    ]
    return fields.modal(REFER, "With the Ombudsman", "Record", button_value(case), blocks)


def deciding(case: Case, known: Sequence[Referral], today: date) -> Block:
    """The decision on a referral, the first open one chosen; one that was decided can be corrected."""
    first = next((one for one in known[-_MOST:] if one.is_open), known[-1])
    options = {str(one.number): _option(one) for one in reversed(known[-_MOST:])}
    blocks: list[Block] = [
        fields.select("referral", "Referral", options, str(first.number)),
        fields.select("decision", "The Ombudsman's decision", fields.names(DECISIONS), None),
        fields.day("decided_on", "Decided on", today),
    ]
    if may_be_referred(case):
        blocks.append(_another(case))
    return fields.modal(DECIDE, "Ombudsman decided", "Record", button_value(case), blocks)


def _another(case: Case) -> Block:
    button = {
        "type": "button",
        "action_id": ANOTHER,
        "text": fields.plain("Record another referral"),
        "value": button_value(case),
    }
    return {"type": "actions", "elements": [button]}


def refer(desk: Desk, request: Request) -> Reply:
    """A referral was written down."""
    acting = desk.acting(request, Action.OMBUDSMAN)
    received_on = _day(request, "received_on")
    if received_on is None:
        return FieldErrors({"received_on": "Choose the day."})
    try:
        check_received_on(acting.case, received_on, desk.council, desk.now())
    except Refused as refused:
        return FieldErrors({"received_on": str(refused)})
    if not request.field("area"):
        return FieldErrors({"area": "Choose the area."})
    referral = Referral(
        acting.case.reference, received_on, request.field("theirs"), Area(request.field("area"))
    )
    desk.ombudsman.refer(acting.seen, referral, acting.actor, desk.now())
    return Done()


def decide(desk: Desk, request: Request) -> Reply:
    """A decision was written down."""
    acting = desk.acting(request, Action.OMBUDSMAN)
    decided_on = _day(request, "decided_on")
    if decided_on is None:
        return FieldErrors({"decided_on": "Choose the day."})
    if not request.field("decision"):
        return FieldErrors({"decision": "Choose what the Ombudsman decided."})
    number = int(request.field("referral"))
    chosen = [r for r in desk.ombudsman.referrals(acting.case.reference) if r.number == number]
    try:
        for referral in chosen:
            check_decided_on(referral, decided_on, desk.council, desk.now())
    except Refused as refused:
        return FieldErrors({"decided_on": str(refused)})
    desk.ombudsman.decide(
        acting.seen,
        number,
        Decision(request.field("decision")),
        decided_on,
        acting.actor,
        desk.now(),
    )
    return Done()


def _day(request: Request, name: str) -> date | None:
    try:
        return date.fromisoformat(request.field(name))
    except ValueError:
        return None


def _option(referral: Referral) -> str:
    stands = "open" if referral.decision is None else DECISIONS[referral.decision].lower()
    return f"{wording.one_line(referral.theirs, 30)}: {stands}, {wording.day(referral.received_on)}"
