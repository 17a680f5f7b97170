"""Pass on: a compliment reaches those whom it is about, in the channel of their service."""

from handlers.slack import fields, looking, modals
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.desk import Desk
from handlers.slack.praise_post import quote
from handlers.slack.requests import FieldErrors, OpenModal, Reply, Request, ShowInstead
from models.case import Action, Case
from models.channels import is_private
from models.council import Council
from models.errors import Refused
from models.praising import names_in

PRAISE = "case_praise"
_FORMAL, _INFORMAL = "formal", "informal"
_HOW = {
    _FORMAL: "Formal: written to the council to say so",
    _INFORMAL: "Informal: said in passing, within something else",
}
_PRIVATE = "This case is private: it is only recorded, and nothing is posted."


def modal(case: Case, words: str, council: Council) -> Block:
    """Whom it names and how it was made; the words are shown as they will be posted."""
    service = council.catalogue.owner_name(case.service, case.authority)
    where = _PRIVATE if is_private(case, council) else f"It is posted in the channel of {service}:"
    blocks: list[Block] = [{"type": "section", "text": fields.plain(where)}]
    if not is_private(case, council):
        blocks.append(quote(words))
    blocks += [
        fields.hinted(
            fields.text("staff", "Staff it names", "", multiline=False, optional=True),
            "With commas between them: Dave, Sue. Leave it empty where it names nobody.",
        ),
        fields.radio("how", "How it was made", _HOW, _FORMAL),
    ]
    return fields.modal(PRAISE, f"Pass on {case.reference}", "Pass on", button_value(case), blocks)


def open_pass_on(desk: Desk, request: Request) -> Reply:
    """Pass on was pressed."""
    case = desk.acting(request, Action.PASS_ON, fresh=False).case
    if case.praise is not None:
        raise Refused(f"{case.reference} has been passed on already.")
    if not is_private(case, desk.council):
        looking.note_step(desk, request, case)  # of a private one no words are shown
    return OpenModal(modal(case, desk.praising.words(case), desk.council))


def pass_on(desk: Desk, request: Request) -> Reply:
    """Whom it is for was said."""
    acting = desk.acting(request, Action.PASS_ON)
    try:
        staff = names_in(request.field("staff"))
    except Refused as refused:
        return FieldErrors({"staff": str(refused)})
    formal = request.field("how") != _INFORMAL
    after = desk.praising.pass_on(acting.seen, staff, acting.actor, desk.now(), formal=formal)
    where = "It is recorded." if is_private(after, desk.council) else "It is on its way."
    view = modals.notice(f"{where} Nothing more is to be done: it can be closed.", "Passed on")
    return ShowInstead(view)
