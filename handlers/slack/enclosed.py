"""Files that an officer puts with an answer: the field, and what was put into it."""

from handlers.slack import fields
from handlers.slack.api import Block
from handlers.slack.desk import Desk
from handlers.slack.requests import FieldErrors, Request
from models.enclosures import (
    KINDS,
    MOST,
    Enclosure,
    check_by_email,
    check_number,
    check_size,
    in_words,
)
from models.errors import Refused, Unavailable, Undeliverable
from models.letter import Going, Way

FILES = "files"


def field(most_bytes: int) -> Block:
    """Where files are put in."""
    return fields.hinted(
        fields.files(FILES, "Attach files", KINDS, MOST),
        f"PDF, Word, OpenDocument, pictures or plain text: {MOST} at most, and "
        f"{in_words(most_bytes)} together. The preview names them.",
    )


def taken(desk: Desk, request: Request, going: Going) -> tuple[Enclosure, ...] | FieldErrors:
    """The files that were put in, got from Slack and kept; or a sentence at their field."""
    given = request.given(FILES)
    most = desk.council.sending.enclosures.most_bytes
    try:
        check_number(len(given))
        check_size([one.size for one in given], most)
        contents = desk.download([one.id for one in given], most)
        named = list(zip([one.name for one in given], contents, strict=True))
        enclosures = desk.enclosing.keep(named)
        if going.way is Way.EMAIL:
            check_by_email(enclosures, desk.council.sending.enclosures)
    except Refused as refused:
        return FieldErrors({FILES: str(refused)})
    except (Unavailable, Undeliverable) as error:
        return FieldErrors({FILES: f"The files did not come ({error}). Press Preview again."})
    return enclosures


def listed(enclosures: tuple[Enclosure, ...], going: Way) -> list[Block]:
    """The files that go with a letter, for the eyes that look at its preview."""
    if not enclosures:
        return []
    head = "Attached:" if going is Way.EMAIL else "Enclosed, to be printed and put in:"
    lines = "\n".join([head, *(f"• {one}" for one in enclosures)])
    return [{"type": "section", "text": fields.plain(lines)}]
