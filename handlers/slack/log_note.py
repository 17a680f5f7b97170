"""`/case log`: a phone call, a letter or a visit is taken down and becomes a case (requirement 1)."""

import re
from datetime import date

from handlers.slack import fields, modals, wording
from handlers.slack.api import Block
from handlers.slack.desk import Desk
from handlers.slack.requests import FieldErrors, OpenModal, Reply, Request, ShowInstead
from models.case import Case, State
from models.council import Council
from models.errors import Refused
from models.message import Sender, Source
from models.noted import NOTED_SOURCES, Note, received_on

LOG = "case_log"
_ADDRESS = re.compile(r"[^\s<>@,;:()\"\\\[\]]{1,64}@[^\s<>@,;:()\"\\\[\]]{1,255}\Z")


def modal(today: date) -> Block:
    """What was said comes first: the rest has a default or may stay empty."""
    sources = {source.value: wording.SOURCES[source] for source in NOTED_SOURCES}
    return fields.modal(
        LOG,
        "Log a contact",
        "Open a case",
        "",
        [
            fields.text("said", "What they said or wrote", "", multiline=True),
            fields.select("source", "How it came", sources, Source.PHONE.value),
            fields.day("received", "The day on which it came", today),
            fields.text("name", "Name, if given", "", multiline=False, optional=True),
            fields.hinted(
                fields.text("email", "Email address, if given", "", multiline=False, optional=True),
                "With an address they get the acknowledgement by email.",
            ),
        ],
    )


def open_log(desk: Desk, _request: Request) -> Reply:
    """`/case log` was typed."""
    return OpenModal(modal(desk.today()))


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
    note = Note(request.field("said"), Source(request.field("source")), sender, received_at)
    case = desk.intake.take_note(note, actor, desk.now(), once=request.view)
    return ShowInstead(modals.notice(_opened(case, desk.council), "Case opened"))


def _opened(case: Case, council: Council) -> str:
    if case.state is State.TRIAGE:
        return f"*{case.reference}* is open. Somebody has to decide what it is."
    owner = council.catalogue.owner_name(case.service, case.authority)
    return f"*{case.reference}* is open, for {wording.escape(owner)}."
