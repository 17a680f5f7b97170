"""Naming the complainant of what a member of staff forwarded: the modal, and what it does (B19)."""

from handlers.slack import fields, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.fields import plain
from handlers.slack.requests import Done, OpenModal, Reply, Request
from models.case import Action, Case
from models.council import Council
from models.errors import Refused
from models.forwarding import original_date

NAME = "case_name"
_WRITTEN, _FORWARDED = "written", "forwarded"


def modal(case: Case, council: Council) -> Block:
    """Who it would be, as the forwarded text says, and from which day the clock would run."""
    original = case.original
    if original is None:
        raise Refused(f"Nobody has forwarded {case.reference} for somebody else.")
    blocks: list[Block] = [
        {"type": "section", "text": plain(wording.original(original, council))},
        {"type": "context", "elements": [plain(wording.ORIGINAL_UNPROVEN)]},
    ]
    dated, received = original_date(case), council.local_date(case.received_at)
    if dated is not None and council.local_date(dated) != received:
        days = {
            _WRITTEN: f"the day they wrote: {wording.day(council.local_date(dated))}",
            _FORWARDED: f"the day it reached this mailbox: {wording.day(received)}",
        }
        blocks.append(fields.select("from", "The clock runs from", days, _WRITTEN))
    return fields.modal(NAME, "Name the customer", "Name", button_value(case), blocks)


def open_naming(desk: Desk, request: Request) -> Reply:
    """Name the customer was pressed."""
    return OpenModal(modal(desk.acting(request, Action.NAME, fresh=False).case, desk.council))


def name(desk: Desk, request: Request) -> Reply:
    """The complainant was confirmed."""
    acting = desk.acting(request, Action.NAME)
    from_original = request.field("from") != _FORWARDED
    desk.casework.name_customer(acting.seen, acting.actor, desk.now(), from_original=from_original)
    return Done()
