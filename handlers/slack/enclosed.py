"""Files that an officer puts with an answer: the field, and what was put into it."""

from collections.abc import Sequence

from handlers.slack import fields
from handlers.slack.api import Block
from handlers.slack.desk import Desk
from handlers.slack.requests import FieldErrors, Request
from models.case import Case
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
KEPT = "kept_files"


def fields_of(before: Sequence[Enclosure], most_bytes: int) -> list[Block]:
    """Where files are put in, and which of those of the letter that was taken back go again."""
    put_in = fields.hinted(
        fields.files(FILES, "Attach files", KINDS, MOST),
        f"PDF, Word, OpenDocument, pictures or plain text: {MOST} at most, and "
        f"{in_words(most_bytes)} together. The preview names them.",
    )
    if not before:
        return [put_in]
    named = {one.sha256: (one.name, one.what) for one in before}
    label = "Files of the letter that was taken back"
    return [fields.ticks(KEPT, label, named, named), put_in]


def taken(
    desk: Desk, request: Request, case: Case, going: Going
) -> tuple[Enclosure, ...] | FieldErrors:
    """The files that go with the answer, those put in got from Slack and kept; or a sentence at
    their field.
    """
    given = request.given(FILES)
    again = request.several(KEPT)
    before = [one for one in desk.enclosing.taken_back(case) if one.sha256 in again]
    rules = desk.council.sending.enclosures
    try:
        check_number(len(given) + len(before))
        sizes = [*(one.size for one in before), *(one.size for one in given)]
        check_size(sizes, rules.most_bytes)
        contents = desk.download([one.id for one in given], rules.most_bytes)
        named = list(zip([one.name for one in given], contents, strict=True))
        enclosures = desk.enclosing.keep(named, before)
        if going.way is Way.EMAIL:
            check_by_email(enclosures, rules)
    except Refused as refused:
        return FieldErrors({FILES: str(refused)})
    except Unavailable as error:
        return FieldErrors({FILES: f"The files did not come ({error}). Press Preview again."})
    except Undeliverable as error:
        return FieldErrors({FILES: f"The files cannot be taken. {error} Or answer without them."})
    return enclosures


def listed(enclosures: tuple[Enclosure, ...], going: Way) -> list[Block]:
    """The files that go with a letter, for the eyes that look at its preview."""
    if not enclosures:
        return []
    head = "Attached:" if going is Way.EMAIL else "Enclosed, to be printed and put in:"
    lines = "\n".join([head, *(f"• {one}" for one in enclosures)])
    return [{"type": "section", "text": fields.plain(lines)}]
