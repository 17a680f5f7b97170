"""The modals of a case that write no letter: change, close. Untrusted text is plain text."""

from enum import StrEnum
from typing import TypeVar

from handlers.slack import fields, flag_lines, wording
from handlers.slack.api import Block
from handlers.slack.background import Background
from handlers.slack.cards import button_value
from handlers.slack.requests import FieldErrors, Request
from models.case import Case, Classification, Level, Outcome, State
from models.council import Council
from models.prediction import Category, Flag

CHANGE = "case_change"

_NOTHING_KNOWN = Background()
_E = TypeVar("_E", bound=StrEnum)


def change(case: Case, council: Council, known: Background = _NOTHING_KNOWN) -> Block:
    """Correct category, service or authority, level and flags. Where it has perhaps failed again, and the
    case that failed may be named here, a complaint is chosen already.
    """
    failed = case.state is State.TRIAGE and known.failed_again(case.contact)
    category = Category.COMPLAINT if failed else case.category
    blocks = classification(category, case.service, case.authority, case.level, council)
    # Flags that the model missed are raised here, and what it raised for nothing is cleared.
    blocks.append(fields.ticks("flags", "Flags", flag_lines.options(council), case.flags))
    return fields.modal(CHANGE, f"Change {case.reference}", "Change", button_value(case), blocks)


def classification(
    category: Category,
    service: str | None,
    authority: str | None,
    level: Level | None,
    council: Council,
) -> list[Block]:
    """What a case is and whose: read again by `classified`."""
    catalogue = council.catalogue
    services = {service.id: service.name for service in catalogue.services.values()}
    bodies = {authority.id: authority.name for authority in catalogue.authorities.values()}
    levels = fields.names(wording.levels_open_to(level))
    other = "Other body: needed if it is not the council's"
    return [
        fields.select("category", "Category", fields.names(wording.CATEGORIES), category),
        fields.select(
            "service",
            "Service that answers: needed if it is the council's",
            services,
            service,
            optional=True,
        ),
        fields.select("authority", other, bodies, authority, optional=True),
        fields.select("level", "Level (complaints only)", levels, level, optional=True),
    ]


def classified(
    request: Request, stood_service: str | None = None, stood_authority: str | None = None
) -> Classification | FieldErrors:
    """What was chosen. A category of another body's matter needs the body, others a service; what does
    not go with the category is an error at its field. Only what stood there when the modal opened may
    stay: nobody has chosen it.
    """
    category = Category(request.field("category"))
    outside = category is Category.NON_COUNCIL
    service, authority = request.field("service"), request.field("authority")
    if outside and not authority:
        return FieldErrors({"authority": "Choose the body whose matter it is."})
    if not outside and not service:
        return FieldErrors({"service": "Choose the service that answers it."})
    kind = wording.CATEGORIES[category]
    if outside and service and service != stood_service:
        return FieldErrors(
            {"service": f"“{kind}” has no service: clear this, or change the category."}
        )
    if not outside and authority and authority != stood_authority:
        return FieldErrors(
            {"authority": f"“{kind}” is for the council: clear this, or change the category."}
        )
    level = chosen(Level, request.field("level")) or Level.UNDETERMINED
    return Classification(
        category=category,
        service=None if outside else service,
        authority=authority if outside else None,
        level=level if category is Category.COMPLAINT else None,
        flags=_ticked(request),
    )


def _ticked(request: Request) -> tuple[Flag, ...] | None:
    """The flags that were ticked; None where the modal does not ask for them."""
    if "flags" not in request.lists:
        return None
    return tuple(flag for flag in Flag if flag.value in request.several("flags"))


def notice(text: str, title: str = "Not done") -> Block:
    """A sentence (mrkdwn) in a modal's place, where something was refused or has been done."""
    return {
        "type": "modal",
        "callback_id": "notice",
        "title": fields.plain(title),
        "close": fields.plain("Close"),
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}],
    }


def chosen(kind: type[_E], value: str) -> _E | None:
    """What was chosen in a select, or None."""
    return kind(value) if value else None


def outcome(value: str) -> Outcome | None:
    """The outcome chosen, or None."""
    return chosen(Outcome, value)
