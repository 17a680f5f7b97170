"""The modals of letters: writing one, its preview, and what became of one on paper."""

import json
from collections.abc import Sequence
from datetime import date, timedelta

from handlers.casework import HoldingReply
from handlers.slack import enclosed, fields, leaving_lines, points_modal, wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from handlers.slack.fields import plain
from models.case import Case, Level
from models.facts import default_way
from models.letter import Letter, LetterKind, Way
from models.prediction import Category
from models.store_port import Draft

ACKNOWLEDGE = "case_acknowledge_text"
EXTEND = "case_extend"
RESPOND = "case_respond"
SEND = "letter_send"
POSTED = "letter_posted"

HEAD = frozenset({"level", "outcome", points_modal.COVERED})
"""The fields of `head`, by action id."""
ALTHOUGH = "although"
TAKEN_BACK = "taken_back"
_NEXT = "The next step shows it exactly as it will leave. Nothing is sent before that."
_MORE = "Leave it empty unless the text above is full: a field holds 3,000 characters."
_TITLES = {
    LetterKind.ACKNOWLEDGEMENT: "Acknowledgement",
    LetterKind.HOLDING_REPLY: "Holding reply",
    LetterKind.RESPONSE: "Answer",
    LetterKind.SIGNPOST: "Signpost",
}


def acknowledge(case: Case, template: str, postal: str) -> Block:
    """Look over the acknowledgement, choose how it goes; a preview follows."""
    blocks = [_named(case), *_letter(case, "The acknowledgement", template, postal)]
    return fields.modal(ACKNOWLEDGE, "Acknowledge", "Preview", button_value(case), blocks)


def extend(case: Case, reply: HoldingReply, postal: str) -> Block:
    """Say why more time is needed; a preview of the holding reply follows. Against the rule a team
    leader says why it is extended although it should not be.
    """
    promise = f"The new date: {wording.day(reply.to)}. It holds once this letter has left."
    blocks: list[Block] = [_named(case), {"type": "section", "text": plain(promise)}]
    if reply.against is not None:
        blocks.append({"type": "section", "text": plain(reply.against)})
        why = "Why it is extended although that is against the rule"
        although = fields.text(ALTHOUGH, why, "", multiline=True)
        blocks.append(fields.hinted(although, "It stands in the history, not in the letter."))
    blocks += [
        fields.hinted(
            fields.text("reason", "Why more time is needed", reply.reason, multiline=True),
            "It stands in the letter in the place of the line in square brackets.",
        ),
        *_letter(case, "The letter", reply.text, postal),
    ]
    return fields.modal(EXTEND, "More time", "Preview", button_value(case), blocks)


def respond(
    case: Case,
    template: str,
    postal: str,
    files: Sequence[Block] = (),
    asked: Sequence[Block] = (),
) -> Block:
    """Write the answer to what was `asked` and, in `files`, what goes with it; a preview follows before
    anything leaves.
    """
    is_signpost = case.category is Category.NON_COUNCIL
    label = "Your letter" if is_signpost else "Your answer"
    blocks = [*asked, *head(case), *_letter(case, label, template, postal), *files]
    title = f"{'Signpost' if is_signpost else 'Answer'} {case.reference}"
    return fields.modal(RESPOND, title, "Preview", button_value(case), blocks)


def head(case: Case) -> list[Block]:
    """What the answer needs beside its text: that depends on what the case is. The fields are `HEAD`."""
    if not case.needs_level:
        return points_modal.covered(case)
    levels = fields.names(wording.levels_open_to(case.level, decided=True))
    decided = case.level if case.level is not Level.UNDETERMINED else Level.LEVEL_ONE
    return [
        fields.select("level", "Level", levels, decided),
        fields.select("outcome", "Outcome", fields.names(wording.OUTCOMES), case.stage.outcome),
        *points_modal.covered(case),
    ]


def preview(draft: Draft, undo_for: timedelta = timedelta()) -> Block:
    """A letter exactly as it will leave, whole; its Send is the only one there is. `undo_for` is how
    long an email can be taken back.
    """
    letter = draft.letter
    blocks: list[Block] = [{"type": "section", "text": plain(_envelope(letter))}]
    blocks += enclosed.listed(letter.attachments, letter.way)
    warnings = "\n".join(f"⚠ Please check. {warning}" for warning in draft.warnings)
    blocks += [{"type": "section", "text": plain(part)} for part in fields.split(warnings)]
    parts: list[Block] = [
        {"type": "section", "text": plain(part)} for part in fields.split(letter.text)
    ]
    blocks += [
        {"type": "divider"},
        *parts,
        {"type": "divider"},
        *points_modal.although_open(draft.open_points),
        {"type": "context", "elements": [plain(_what_send_does(letter, undo_for))]},
    ]
    metadata = json.dumps({"draft": draft.id, "case": draft.reference})
    submit = "Send" if letter.way is Way.EMAIL else "Send to print"
    title = f"{_TITLES[letter.kind]}: preview"
    return fields.modal(SEND, title, submit, metadata, blocks)


def posted(case: Case, waiting: Sequence[LetterKind], today: date) -> Block:
    """Say that a letter on paper went into the post, and when; or take it back."""
    kinds = {kind.value: wording.LETTERS[kind].capitalize() for kind in waiting}
    became = {"posted": "It was posted", TAKEN_BACK: "It was not posted: take it back"}
    blocks = [
        fields.select("kind", "Letter", kinds, waiting[0]),
        fields.select("became", "What became of it", became, "posted"),
        fields.hinted(
            fields.day("posted_on", "Date of posting", today),
            "The case counts as acknowledged or answered on this day.",
        ),
    ]
    title = f"Posted {case.reference}"
    return fields.modal(POSTED, title, "Save", button_value(case), blocks)


def _named(case: Case) -> Block:
    """Which case it is: a title has no room for it beside the words."""
    text = f"{case.reference}: {wording.subject(case)}"
    return {"type": "section", "text": plain(text)}


def _letter(case: Case, called: str, template: str, postal: str) -> list[Block]:
    """How it goes, the text to write, and the address for one on paper."""
    ways = {Way.LETTER.value: "By post, on paper"}
    if case.customer.address is not None:
        ways = {Way.EMAIL.value: f"By email to {case.customer.address}"} | ways
    # Without an address of email it goes by post, or not at all.
    by_email = Way.EMAIL.value in ways
    label = f"Name and postal address{': needed by post' if by_email else ''}"
    address = fields.text("postal", label, postal, multiline=True, optional=by_email)
    return [
        fields.select("going", "How it goes", ways, default_way(case)),
        *_texts(called, template),
        fields.hinted(address, "For a letter on paper: each line on its own, seven at most."),
    ]


def _texts(label: str, template: str) -> list[Block]:
    """A field of Slack's holds 3,000 characters; there is always one more than the text fills."""
    parts = [*fields.split(template), ""]
    labels = [label, *(f"{label}, part {number}" for number in range(2, len(parts) + 1))]
    names = ["text", *(f"text_{number}" for number in range(2, len(parts) + 1))]
    texts = [
        fields.text(name, label, part, multiline=True, optional=number > 0)
        for number, (name, label, part) in enumerate(zip(names, labels, parts, strict=True))
    ]
    return [fields.hinted(texts[0], _NEXT), *texts[1:-1], fields.hinted(texts[-1], _MORE)]


def _envelope(letter: Letter) -> str:
    if letter.way is Way.EMAIL:
        return f"To: {letter.recipient}\nHow: {wording.WAYS[letter.way]}\nSubject: {letter.subject}"
    dated = wording.day(letter.written_on) if letter.written_on else ""
    return (
        f"To:\n{letter.postal_address}\n\nHow: {wording.WAYS[letter.way]}\nDated: {dated}\n"
        f"Our reference: {letter.reference}\nHeading: {letter.subject}"
    )


def _what_send_does(letter: Letter, undo_for: timedelta) -> str:
    if letter.way is Way.EMAIL and undo_for:
        return (
            f"Send lets this email leave in {leaving_lines.how_long(undo_for)}; until then Undo on "
            "the card takes it back. Cancel goes back to change it."
        )
    if letter.way is Way.EMAIL:
        return "Send lets this email leave. Cancel goes back to change it."
    return (
        "Send makes the document to print. It counts from the day on which you say, with Posted on "
        "the card, that it went into the post. Cancel goes back to change it."
    )
