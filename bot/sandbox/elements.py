"""What each element keeps in `state.values`, and how a choice changes it."""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from bot.sandbox.records import File, Json, NoSuchElement, NotPossible
from bot.sandbox.schema import GROUP, OPTION, Problems, listing

# The name under which the state of an element stands, and the element's own name for its start.
STATE: Final = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "file_input": ("files", "no file is there at the start"),
}
MANY: Final = {"selected_options", "selected_users", "files"}
MOST_FILES: Final = 10
MOST_OFFERED: Final = 100
OPTIONS: Final = {"selected_option", "selected_options"}


def is_external(element: Json) -> bool:
    """Whether the app itself says what can be chosen, when somebody types."""
    return str(element["type"]).endswith("external_select")


def offered(answer: Json | None) -> list[Json]:
    """What the app's answer to typing offers; an answer that Slack would not take offers nothing."""
    given = answer or {}
    problems: Problems = []
    if "option_groups" in given:
        listing(GROUP, MOST_OFFERED, 0)(given["option_groups"], "/option_groups", problems)
    else:
        listing(OPTION, MOST_OFFERED, 0)(given.get("options"), "/options", problems)
    return [] if problems else options_of(given)


def stateful(element: Json) -> bool:
    """Whether the element stands in `state.values`."""
    return element["type"] in STATE


def element_state(element: Json) -> Json:
    """The element's state before anyone touched it."""
    name, initial = STATE[element["type"]]
    return {"type": element["type"], name: element.get(initial, [] if name in MANY else None)}


def options_of(element: Json) -> list[Json]:
    """The options of a select, whether grouped or not."""
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(each for group in groups for each in group["options"])]


def option_for(element: Json, wanted: str) -> Json:
    """The option with that value, or with that text."""
    options = options_of(element)
    for option in options:
        if option["value"] == wanted:
            return option
    for option in options:
        if option["text"]["text"] == wanted:
            return option
    offered = ", ".join(option["value"] for option in options)
    raise NoSuchElement(f"{element.get('action_id')} offers no {wanted!r}, only: {offered}")


def chosen_state(
    element: Json, wanted: str | Sequence[str], find_user: Callable[[str], str]
) -> Json:
    """The element's state after a person entered or chose that."""
    kind = element["type"]
    if kind not in STATE:
        raise NoSuchElement(f"{element.get('action_id')} is a {kind}, nothing to fill in")
    name, _ = STATE[kind]
    many = [wanted] if isinstance(wanted, str) else list(wanted)
    if name not in MANY and len(many) > 1:
        raise NoSuchElement(f"{element.get('action_id')} takes one value, not {len(many)}")
    values: list[Any] = [each for each in many if each]
    if name in OPTIONS:
        values = [option_for(element, each) for each in values]
    elif name in {"selected_user", "selected_users"}:
        values = [find_user(each) for each in values]
    elif name == "selected_date_time":
        values = [int(each) for each in values]
    if name in MANY:
        most = element.get("max_selected_items", 100)
        if len(values) > most:
            raise NotPossible(f"{element.get('action_id')} takes at most {most}")
        return {"type": kind, name: values}
    if values and name == "value":
        _check_typed(element, str(values[0]))
    return {"type": kind, name: values[0] if values else None}


def files_state(element: Json, files: Sequence[File], shown: Callable[[File], Json]) -> Json:
    """The state of a file_input after a person put these files in."""
    most = element.get("max_files", MOST_FILES)
    if len(files) > most:
        raise NotPossible(f"{element.get('action_id')} takes at most {most} files")
    allowed = [each.lower() for each in element.get("filetypes", ())]
    for file in files:
        if not file.content:
            raise NotPossible(f"{file.name} is empty")
        if allowed and PurePosixPath(file.name).suffix.lstrip(".").lower() not in allowed:
            raise NotPossible(f"{file.name}: only {', '.join(allowed)} can be added here")
    return {"type": element["type"], "files": [shown(each) for each in files]}


def is_empty(state: Json) -> bool:
    """Whether a person still has to fill the element in."""
    name, _ = STATE[state["type"]]
    return state[name] in (None, "", [])


def _check_typed(element: Json, value: str) -> None:
    least = element.get("min_length", 0)
    most = element.get("max_length", 3000)
    if not least <= len(value) <= most:
        raise NotPossible(
            f"{element.get('action_id')} takes {least} to {most} characters, not {len(value)}"
        )
    if element["type"] == "number_input":
        try:
            float(value)
        except ValueError:
            raise NotPossible("Enter a number") from None
