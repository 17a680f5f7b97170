"""The parts that modals are made of. Untrusted text is plain text."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from handlers.slack.api import Block

# Slack's own limit of a text field; a section holds as much.
TEXT_LIMIT = 3_000
MOST_OPTIONS = 100
"""Slack's limit of the options of a select."""
_E = TypeVar("_E", bound=StrEnum)


def modal(callback: str, title: str, submit: str, metadata: str, blocks: Iterable[Block]) -> Block:
    """A modal; `metadata` comes back with what was filled in."""
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": metadata,
        "title": plain(title),
        "submit": plain(submit),
        "close": plain("Cancel"),
        "blocks": list(blocks),
    }


def select(
    name: str,
    label: str,
    options: Mapping[str, str],
    initial: str | None,
    *,
    optional: bool = False,
) -> Block:
    """One choice of several, by value and the words shown."""
    shown = {value: _option(value, text) for value, text in options.items()}
    element: Block = {
        "type": "static_select",
        "action_id": name,
        "options": list(shown.values()),
        "placeholder": plain("Choose"),
    }
    if initial in shown:
        element["initial_option"] = shown[initial]
    return _input(name, label, element, optional=optional)


def radio(name: str, label: str, options: Mapping[str, str], initial: str) -> Block:
    """One choice of a few that are all seen at once."""
    shown = {value: _option(value, text) for value, text in options.items()}
    element: Block = {
        "type": "radio_buttons",
        "action_id": name,
        "options": list(shown.values()),
        "initial_option": shown[initial],
    }
    return _input(name, label, element, optional=False)


def ticks(
    name: str,
    label: str,
    options: Mapping[str, tuple[str, str]],
    initial: Iterable[str] = (),
    *,
    optional: bool = True,
) -> Block:
    """Any of at most ten, by value with the words shown and a line of help (empty for none)."""
    shown = {value: _explained(value, *words) for value, words in options.items()}
    ticked = [shown[value] for value in initial if value in shown]
    element: Block = {
        "type": "checkboxes",
        "action_id": name,
        "options": list(shown.values()),
    }
    if ticked:
        element["initial_options"] = ticked
    return _input(name, label, element, optional=optional)


def text(
    name: str,
    label: str,
    initial: str,
    *,
    multiline: bool,
    optional: bool = False,
    most: int = TEXT_LIMIT,
) -> Block:
    """A text to write, of at most `most` characters."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": multiline,
        "max_length": most,
    }
    if initial:
        element["initial_value"] = initial
    return _input(name, label, element, optional=optional)


def day(name: str, label: str, initial: date | None) -> Block:
    """A date to choose."""
    element: Block = {"type": "datepicker", "action_id": name}
    if initial is not None:
        element["initial_date"] = initial.isoformat()
    return _input(name, label, element, optional=False)


def person(name: str, label: str, initial: str | None, *, optional: bool = False) -> Block:
    """Somebody of the workspace to choose, by their Slack user id."""
    element: Block = {
        "type": "users_select",
        "action_id": name,
        "placeholder": plain("Choose a person"),
    }
    if initial is not None:
        element["initial_user"] = initial
    return _input(name, label, element, optional=optional)


def files(name: str, label: str, endings: Iterable[str], most: int) -> Block:
    """Files to put in, if any: of these endings, at most so many."""
    element: Block = {
        "type": "file_input",
        "action_id": name,
        "filetypes": list(endings),
        "max_files": most,
    }
    return _input(name, label, element, optional=True)


def hinted(block: Block, hint: str) -> Block:
    """The input with a line of help below it."""
    return {**block, "hint": plain(hint)}


def split(whole: str, limit: int = TEXT_LIMIT) -> list[str]:
    """The text in parts of at most `limit` characters, cut between paragraphs, lines or words where
    one is near. Nothing is dropped: the parts together are the text.
    """
    parts = []
    while len(whole) > limit:
        cut = limit
        for sign in ("\n\n", "\n", " "):
            found = whole.rfind(sign, limit // 2, limit)
            if found > 0:
                cut = found + len(sign)
                break
        parts.append(whole[:cut])
        whole = whole[cut:]
    return [*parts, whole] if whole else parts


def names(words: Mapping[_E, str]) -> dict[str, str]:
    """Words by value, as a select wants them."""
    return {key.value: text for key, text in words.items()}


def plain(text: str) -> Block:
    """Text in which nothing is formatted, linked or mentioned."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _input(name: str, label: str, element: Block, *, optional: bool) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "element": element,
        "optional": optional,
    }


def _explained(value: str, text: str, help_: str) -> Block:
    option = _option(value, text)
    return {**option, "description": plain(help_[:75])} if help_ else option


def _option(value: str, text: str) -> Block:
    return {"value": value, "text": plain(text[:75])}
