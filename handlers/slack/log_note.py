"""`/case log`: a phone call, a letter or a visit is taken down and becomes a case (requirement 1)."""

import re
from datetime import date

from handlers.slack import fields, modals, wording
from handlers.slack.api import Block
from handlers.slack.desk import Desk
from handlers.slack.requests import FieldErrors, OpenModal, Reply, Request, ShowInstead
from models.case import Case, State
from models.errors import Refused
from models.message import Sender, Source
from models.noted import NOTED_SOURCES, Note, received_on

LOG = "case_log"
_LONGEST_POSTAL = 300
_ADDRESS = re.compile(r"[^\s<>@,;:()\"\\\[\]]{1,64}@[^\s<>@,;:()\"\\\[\]]{1,255}\Z")


def modal(today: date, said: str = "") -> Block:
    """What was said (`said` of it already) comes first: the rest has a default or may stay empty."""
    sources = {source.value: wording.SOURCES[source] for source in NOTED_SOURCES}
    return fields.modal(
        LOG,
        "Log a contact",
        "Open a case",
        "",
        [
            fields.text(
                "said", "What they said or wrote", said[: fields.TEXT_LIMIT], multiline=True
            ),
            fields.select("source", "How it came", sources, Source.PHONE.value),
            fields.day("received", "The day on which it came", today),
            fields.text("name", "Name, if given", "", multiline=False, optional=True),
            fields.hinted(
                fields.text("email", "Email address, if given", "", multiline=False, optional=True),
                "With an address they get the acknowledgement by email.",
            ),
            fields.hinted(
                fields.text(
                    "postal", "Postal address, of a letter", "", multiline=True, optional=True
                ),
                "Without the name, as on an envelope. Answers to a letter go there.",
            ),
        ],
    )


def open_log(desk: Desk, request: Request) -> Reply:
    """`/case log` was typed; words behind it are the beginning of the text."""
    return OpenModal(modal(desk.today(), request.text))


def log(desk: Desk, request: Request) -> Reply:
    """The contact was taken down: its case is opened as if it had come by mail."""
    actor = desk.staff.actor(request.user)
    address = request.field("email").strip()
    if address and not _ADDRESS.match(address):
        return FieldErrors({"email": "This is not one email address, such as jo@post.example."})
    try:
        received_at = received_on(request.field("received"), desk.council, desk.now())
    except Refused as refused:
        return FieldErrors({"received": str(refused)})
    sender = Sender(wording.one_line(request.field("name"), 200), address or None)
    postal = request.field("postal").strip()
    if len(postal) > _LONGEST_POSTAL:
        return FieldErrors({"postal": f"Use at most {_LONGEST_POSTAL} characters."})
    source = Source(request.field("source"))
    note = Note(request.field("said"), source, sender, received_at, postal)
    case = desk.intake.take_note(note, actor, desk.now(), once=request.view)
    return ShowInstead(modals.notice(_opened(desk, case, request.user), "Case opened"))


def _opened(desk: Desk, case: Case, user: str) -> str:
    """The reference to read out, where the case is, and what comes next. mrkdwn."""
    council = desk.council
    if case.state is State.TRIAGE:
        said = f"*{case.reference}* is open. Somebody has to decide what it is."
    else:
        owner = council.catalogue.owner_name(case.service, case.authority)
        said = f"*{case.reference}* is open, for {wording.escape(owner)}."
    if desk.staff.may_see(user, case):
        said += f" Its card comes into <#{desk.staff.channel_of(case)}>."
    else:
        said += " It is handled in a private channel."
    due = case.stage.answer_by
    answer = f"\nThe answer is due {wording.day(due)}." if due else ""
    return f"{said}\n{_acknowledged(case)}{answer}"


def _acknowledged(case: Case) -> str:
    if case.stage.acknowledgement_approved_at is not None:
        return (
            f"The acknowledgement goes to {wording.escape(case.customer.address or '')} by email."
        )
    if case.source is Source.LETTER:
        return "To acknowledge it by post, press Acknowledge on the card."
    if case.customer.address is None:
        return "There is no email address, so no acknowledgement leaves: tell them the reference."
    return "The acknowledgement has not left by itself: the case's thread says why."
