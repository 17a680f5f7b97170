"""The modals: change, respond, the preview of a letter, close. Untrusted text is plain text."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from handlers.slack import wording
from handlers.slack.api import Block
from handlers.slack.cards import button_value
from models.case import Case, Level, Outcome, State
from models.council import Council
from models.letter import LetterKind
from models.prediction import Category
from models.store_port import Draft

CHANGE = "case_change"
RESPOND = "case_respond"
SEND = "letter_send"
CLOSE = "case_close"

# Slack's own limit of a text field; a section holds as much.
_TEXT_LIMIT = 3_000
_E = TypeVar("_E", bound=StrEnum)


def change(case: Case, council: Council) -> Block:
    """Correct category, service or authority, and level."""
    catalogue = council.catalogue
    services = {service.id: service.name for service in catalogue.services.values()}
    bodies = {authority.id: authority.name for authority in catalogue.authorities.values()}
    levels = {level.value: wording.LEVELS[level] for level in Level if level is not Level.LEVEL_TWO}
    return _modal(
        CHANGE,
        f"Change {case.reference}",
        "Change",
        button_value(case),
        [
            _select("category", "Category", _names(wording.CATEGORIES), case.category),
            _select("service", "Service that answers", services, case.service, optional=True),
            _select(
                "authority",
                "Or the other body whose matter it is",
                bodies,
                case.authority,
                optional=True,
            ),
            _select("level", "Level, of a complaint", levels, case.level, optional=True),
        ],
    )


def respond(case: Case, template: str) -> Block:
    """Write the answer; a preview follows before anything leaves."""
    blocks = []
    if case.category is Category.COMPLAINT:
        undecided = {Level.UNDETERMINED, Level.LEVEL_TWO} - {case.level}
        levels = _names({k: v for k, v in wording.LEVELS.items() if k not in undecided})
        decided = case.level if case.level is not Level.UNDETERMINED else Level.LEVEL_ONE
        blocks = [
            _select("level", "Level", levels, decided),
            _select("outcome", "Outcome", _names(wording.OUTCOMES), case.stage.outcome),
        ]
    answer = _text("text", "Your answer", template[:_TEXT_LIMIT], multiline=True)
    hint = "The next step shows the email as it will leave. Nothing is sent before that."
    answer["hint"] = _plain(hint)
    title = f"Answer {case.reference}"
    return _modal(RESPOND, title, "Preview", button_value(case), [*blocks, answer])


def preview(draft: Draft) -> Block:
    """A letter exactly as it will leave; its Send is the only one there is."""
    letter = draft.letter
    parts = [letter.text[i : i + _TEXT_LIMIT] for i in range(0, len(letter.text), _TEXT_LIMIT)]
    names = {
        LetterKind.ACKNOWLEDGEMENT: "Acknowledgement",
        LetterKind.RESPONSE: "Answer",
        LetterKind.SIGNPOST: "Signpost",
    }
    text: list[Block] = [{"type": "section", "text": _plain(part)} for part in parts]
    blocks: list[Block] = [
        {"type": "section", "text": _plain(f"To: {letter.recipient}\nSubject: {letter.subject}")},
        {"type": "divider"},
        *text,
        {"type": "divider"},
        {
            "type": "context",
            "elements": [_plain("Send lets this email leave. Go back to change it.")],
        },
    ]
    metadata = json.dumps({"draft": draft.id})
    return _modal(SEND, f"{names[letter.kind]}: preview", "Send", metadata, blocks)


def close(case: Case) -> Block:
    """End the case; one that was not answered in writing needs a reason."""
    blocks = []
    if case.category is Category.COMPLAINT and case.stage.outcome is None:
        blocks.append(_select("outcome", "Outcome", _names(wording.OUTCOMES), None))
    needed = case.state is not State.ANSWERED
    label = "Why it can be closed without a written answer" if needed else "Anything to note"
    blocks.append(_text("reason", label, "", multiline=True, optional=not needed))
    return _modal(CLOSE, f"Close {case.reference}", "Close case", button_value(case), blocks)


def notice(text: str) -> Block:
    """A sentence in a modal's place, where something was refused."""
    return {
        "type": "modal",
        "callback_id": "notice",
        "title": _plain("Not done"),
        "close": _plain("Close"),
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}],
    }


def chosen(kind: type[_E], value: str) -> _E | None:
    """What was chosen in a select, or None."""
    return kind(value) if value else None


def outcome(value: str) -> Outcome | None:
    """The outcome chosen, or None."""
    return chosen(Outcome, value)


def _modal(callback: str, title: str, submit: str, metadata: str, blocks: Iterable[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": metadata,
        "title": _plain(title),
        "submit": _plain(submit),
        "close": _plain("Cancel"),
        "blocks": list(blocks),
    }


def _select(
    name: str,
    label: str,
    options: Mapping[str, str],
    initial: str | None,
    *,
    optional: bool = False,
) -> Block:
    shown = {value: _option(value, text) for value, text in options.items()}
    element: Block = {
        "type": "static_select",
        "action_id": name,
        "options": list(shown.values()),
        "placeholder": _plain("Choose"),
    }
    if initial in shown:
        element["initial_option"] = shown[initial]
    return _input(name, label, element, optional=optional)


def _text(name: str, label: str, initial: str, *, multiline: bool, optional: bool = False) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": multiline,
        "max_length": _TEXT_LIMIT,
    }
    if initial:
        element["initial_value"] = initial
    return _input(name, label, element, optional=optional)


def _input(name: str, label: str, element: Block, *, optional: bool) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "label": _plain(label),
        "element": element,
        "optional": optional,
    }


def _option(value: str, text: str) -> Block:
    return {"value": value, "text": _plain(text[:75])}


def _names(words: Mapping[_E, str]) -> dict[str, str]:
    return {key.value: text for key, text in words.items()}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
