"""The shape of every block, element and composition object, as data.

A checker takes a value, its JSON pointer and a list to which it adds what is wrong. Slack refuses
properties that it does not know, so each shape names all of its properties.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Problems = list[str]
Check = Callable[[Any, str, Problems], None]
TOO_LONG: Final = "must be less than {} characters [json-pointer:{}]"
DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Shape:
    """An object's properties: those it must have and those it may have."""

    required: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)
    one_of: tuple[str, ...] = ()

    def check(self, value: Any, pointer: str, problems: Problems) -> None:
        """Add what is wrong with the object to the problems."""
        if not isinstance(value, dict):
            problems.append(f"must be an object [json-pointer:{pointer}]")
            return
        for name in self.required:
            if value.get(name) is None:
                problems.append(f"missing required field: {name} [json-pointer:{pointer}]")
        if self.one_of and not any(value.get(name) for name in self.one_of):
            wanted = " or ".join(self.one_of)
            problems.append(f"missing required field: {wanted} [json-pointer:{pointer}]")
        for name, part in value.items():
            checker = self.required.get(name) or self.optional.get(name)
            if name == "type" or part is None:
                continue
            if checker is None:
                problems.append(f"invalid additional property: {name} [json-pointer:{pointer}]")
            else:
                checker(part, f"{pointer}/{name}", problems)


Shapes = Mapping[str, Shape]


def check_typed(shapes: Shapes, value: Any, pointer: str, problems: Problems) -> None:
    """Check an object by the shape that its `type` names."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        problems.append(f"missing required field: type [json-pointer:{pointer}]")
    elif kind not in shapes:
        problems.append(f"unsupported type: {kind} [json-pointer:{pointer}/type]")
    else:
        shapes[kind].check(value, pointer, problems)


def string(most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.append(f"must be a string [json-pointer:{pointer}]")
        elif len(value) < least:
            problems.append(f"must be more than {least - 1} characters [json-pointer:{pointer}]")
        elif len(value) > most:
            problems.append(TOO_LONG.format(most + 1, pointer))

    return check


def choice(*allowed: str) -> Check:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if value not in allowed:
            problems.append(f"must be one of {', '.join(allowed)} [json-pointer:{pointer}]")

    return check


def flag(value: Any, pointer: str, problems: Problems) -> None:
    if not isinstance(value, bool):
        problems.append(f"must be a boolean [json-pointer:{pointer}]")


def number(value: Any, pointer: str, problems: Problems) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        problems.append(f"must be a number [json-pointer:{pointer}]")


def between(least: int, most: int) -> Check:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            problems.append(f"must be a number from {least} to {most} [json-pointer:{pointer}]")

    return check


def anything(_value: Any, _pointer: str, _problems: Problems) -> None:
    """Accept what Slack hands through."""


def date(value: Any, pointer: str, problems: Problems) -> None:
    if not isinstance(value, str) or not DATE.fullmatch(value):
        problems.append(f"must be a date like 2026-11-30 [json-pointer:{pointer}]")


def listing(each: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.append(f"must be an array [json-pointer:{pointer}]")
            return
        if len(value) < least:
            problems.append(f"no fewer than {least} items allowed [json-pointer:{pointer}]")
        if len(value) > most:
            problems.append(f"no more than {most} items allowed [json-pointer:{pointer}]")
        for place, item in enumerate(value):
            each(item, f"{pointer}/{place}", problems)

    return check


def text(most: int, *kinds: str) -> Check:
    allowed = kinds or ("plain_text", "mrkdwn")

    def check(value: Any, pointer: str, problems: Problems) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind not in allowed:
            problems.append(f"must be a {' or '.join(allowed)} object [json-pointer:{pointer}]")
            return
        extra = "emoji" if kind == "plain_text" else "verbatim"
        Shape({"text": string(most)}, {extra: flag}).check(value, pointer, problems)

    return check


def plain(most: int) -> Check:
    return text(most, "plain_text")


def typed(shapes: Shapes) -> Check:
    def check(value: Any, pointer: str, problems: Problems) -> None:
        check_typed(shapes, value, pointer, problems)

    return check


def different(name: str, inner: Check) -> Check:
    """A list whose items must not share the property."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        inner(value, pointer, problems)
        items = value if isinstance(value, list) else []
        seen: set[Any] = set()
        for place, item in enumerate(items):
            key = item.get(name) if isinstance(item, dict) else None
            if isinstance(key, str) and key in seen:
                problems.append(f"{name} already exists: {key} [json-pointer:{pointer}/{place}]")
            elif isinstance(key, str):
                seen.add(key)

    return check


ID: Final = string(255)
CONFIRM: Final = Shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
).check
OPTION: Final = Shape(
    {"text": plain(75), "value": string(150)},
    {"description": plain(75), "url": string(3000)},
).check
MARKED_OPTION: Final = Shape(
    {"text": text(75), "value": string(150)}, {"description": text(75)}
).check
GROUP: Final = Shape({"label": plain(75), "options": listing(OPTION, 100)}).check
COMMON: Final[Mapping[str, Check]] = {
    "action_id": ID,
    "confirm": CONFIRM,
    "focus_on_load": flag,
}
PLACEHOLDER: Final[Mapping[str, Check]] = {**COMMON, "placeholder": plain(150)}


def _select(**extra: Check) -> Shape:
    return Shape(optional={**PLACEHOLDER, **extra})


STATIC: Final[Mapping[str, Check]] = {
    "options": listing(OPTION, 100),
    "option_groups": listing(GROUP, 100),
}
MANY: Final[Mapping[str, Check]] = {"max_selected_items": number}
DISPATCH: Final[Mapping[str, Check]] = {"dispatch_action_config": anything}
NAMES: Final = listing(string(255), 100, 0)

BUTTON: Final = Shape(
    {"text": plain(75)},
    {
        **COMMON,
        "url": string(3000),
        "value": string(2000, 0),
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
    },
)
IMAGE: Final = Shape(
    {"alt_text": string(2000)},
    {"image_url": string(3000), "slack_file": anything},
    one_of=("image_url", "slack_file"),
)
CHOICES: Final[Shapes] = {
    "static_select": Shape(
        optional={**PLACEHOLDER, **STATIC, "initial_option": OPTION},
        one_of=("options", "option_groups"),
    ),
    "multi_static_select": Shape(
        optional={**PLACEHOLDER, **STATIC, **MANY, "initial_options": listing(OPTION, 100)},
        one_of=("options", "option_groups"),
    ),
    "external_select": _select(initial_option=OPTION, min_query_length=number),
    "multi_external_select": _select(
        initial_options=listing(OPTION, 100), min_query_length=number, **MANY
    ),
    "users_select": _select(initial_user=ID),
    "multi_users_select": _select(initial_users=NAMES, **MANY),
    "channels_select": _select(initial_channel=ID, response_url_enabled=flag),
    "conversations_select": _select(
        initial_conversation=ID,
        default_to_current_conversation=flag,
        response_url_enabled=flag,
        filter=anything,
    ),
    "checkboxes": Shape(
        {"options": listing(MARKED_OPTION, 10)},
        {**COMMON, "initial_options": listing(MARKED_OPTION, 10)},
    ),
    "radio_buttons": Shape(
        {"options": listing(MARKED_OPTION, 10)}, {**COMMON, "initial_option": MARKED_OPTION}
    ),
    "datepicker": _select(initial_date=date),
    "timepicker": _select(initial_time=string(5), timezone=string(100)),
    "datetimepicker": Shape(optional={**COMMON, "initial_date_time": number}),
}
TEXT_INPUTS: Final[Shapes] = {
    "plain_text_input": _select(
        initial_value=string(3000, 0),
        multiline=flag,
        min_length=number,
        max_length=number,
        **DISPATCH,
    ),
    "email_text_input": _select(initial_value=string(3000, 0), **DISPATCH),
    "url_text_input": _select(initial_value=string(3000, 0), **DISPATCH),
    "number_input": Shape(
        {"is_decimal_allowed": flag},
        {
            **PLACEHOLDER,
            "initial_value": string(100, 0),
            "min_value": string(100),
            "max_value": string(100),
            **DISPATCH,
        },
    ),
}
FILE_INPUT: Final = Shape(
    optional={
        "action_id": ID,
        "filetypes": listing(string(255), 100),
        "max_files": between(1, 10),
    },
)
OVERFLOW: Final = Shape({"options": listing(OPTION, 5)}, COMMON)
PRESSED: Final[Shapes] = {"button": BUTTON, "overflow": OVERFLOW}
RICH_ELEMENTS: Final = listing(anything, 10_000, 0)
RICH_PARTS: Final[Shapes] = {
    "rich_text_section": Shape({"elements": RICH_ELEMENTS}),
    "rich_text_quote": Shape({"elements": RICH_ELEMENTS}, {"border": number}),
    "rich_text_preformatted": Shape(
        {"elements": RICH_ELEMENTS}, {"border": number, "language": string(100)}
    ),
    "rich_text_list": Shape(
        {"elements": RICH_ELEMENTS, "style": choice("bullet", "ordered")},
        {"indent": number, "offset": number, "border": number},
    ),
}


def _context_element(value: Any, pointer: str, problems: Problems) -> None:
    if isinstance(value, dict) and value.get("type") == "image":
        IMAGE.check(value, pointer, problems)
    else:
        text(3000)(value, pointer, problems)


def _cell(value: Any, pointer: str, problems: Problems) -> None:
    shapes = {
        "raw_text": Shape({"text": string(12_000)}),
        "rich_text": Shape({"elements": listing(typed(RICH_PARTS), 1000)}),
    }
    check_typed(shapes, value, pointer, problems)


def _block(
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    one_of: tuple[str, ...] = (),
) -> Shape:
    return Shape(required or {}, {**(optional or {}), "block_id": ID}, one_of)


BLOCKS: Final[Shapes] = {
    "section": _block(
        optional={
            "text": text(3000),
            "fields": listing(text(2000), 10),
            "accessory": typed({**PRESSED, **CHOICES, "image": IMAGE}),
            "expand": flag,
        },
        one_of=("text", "fields"),
    ),
    "header": _block({"text": plain(150)}),
    "divider": _block(),
    "context": _block({"elements": listing(_context_element, 10)}),
    "actions": _block(
        {"elements": different("action_id", listing(typed({**PRESSED, **CHOICES}), 25))}
    ),
    "input": _block(
        {
            "label": plain(2000),
            "element": typed({**CHOICES, **TEXT_INPUTS, "file_input": FILE_INPUT}),
        },
        {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "image": _block(
        {"alt_text": string(2000)},
        {"image_url": string(3000), "slack_file": anything, "title": plain(2000)},
        one_of=("image_url", "slack_file"),
    ),
    "rich_text": _block({"elements": listing(typed(RICH_PARTS), 1000, 0)}),
    "table": _block(
        {"rows": listing(listing(_cell, 20), 100)},
        {"column_settings": listing(anything, 20)},
    ),
    "markdown": _block({"text": string(12_000)}),
}


def walk_texts(value: Any) -> Iterator[str]:
    """Every text that a reader of the blocks could see."""
    if isinstance(value, list):
        for item in value:
            yield from walk_texts(item)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name == "text" and isinstance(part, str):
                yield part
            else:
                yield from walk_texts(part)
