"""A modal that stays as it was filled in, with a sentence on top: nothing that was written is lost."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from handlers.slack import fields
from handlers.slack.api import Block

_ABOVE = "said_above"
# Slack's limit of the blocks in a view.
_MOST_BLOCKS = 100
_VERSION = "version"


def has_inputs(view: Mapping[str, Any]) -> bool:
    """Whether there is anything in a view that somebody fills in."""
    return any(block["type"] == "input" for block in view.get("blocks", ()))


def carries_version(view: Mapping[str, Any]) -> bool:
    """Whether a view says which version of a case it was drawn from."""
    return _VERSION in _carried(view)


def kept(
    view: Mapping[str, Any],
    said: str,
    *,
    version: int | None = None,
    blocks: Iterable[Block] | None = None,
) -> Block:
    """The view as Slack sent it, with what was filled in where it stands, and `said` (mrkdwn) on top
    in the place of what was said before. `version` is the one that it is of from now on, `blocks`
    are drawn anew and get what was filled in under the same names. Files stay by their block's id,
    for nothing can be put into that field.
    """
    drawn = view["blocks"] if blocks is None else blocks
    rest = [filled(block, view) for block in drawn if not _is_above(block)]
    above = [_section(part, number) for number, part in enumerate(fields.split(said))]
    again: Block = {
        "type": "modal",
        "callback_id": view["callback_id"],
        "private_metadata": _of_version(view, version),
        "blocks": [*above, *rest][:_MOST_BLOCKS],
    }
    return again | {name: view[name] for name in ("title", "submit", "close") if view.get(name)}


def filled(block: Mapping[str, Any], view: Mapping[str, Any]) -> Block:
    """A block with what a view holds under its name."""
    if block["type"] != "input":
        return dict(block)
    element = block["element"]
    values = (view.get("state") or {}).get("values") or {}
    state = (values.get(block.get("block_id")) or {}).get(element.get("action_id"))
    if state is None:
        return dict(block)
    plain = {name: value for name, value in element.items() if not name.startswith("initial_")}
    return {**block, "element": {**plain, **_initial(element, state)}}


def _initial(element: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, initial in _SINGLE.items():
        if state.get(name):
            found[initial] = state[name]
    one = _offered(element, [state.get("selected_option")])
    several = _offered(element, state.get("selected_options") or [])
    if one:
        found["initial_option"] = one[0]
    if several:
        found["initial_options"] = several
    return found


_SINGLE = {
    "value": "initial_value",
    "selected_date": "initial_date",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
}


def _offered(element: Mapping[str, Any], chosen: Iterable[Any]) -> list[Any]:
    """Those of the chosen that are still there to choose."""
    values = {one["value"] for one in chosen if one}
    return [option for option in element.get("options", ()) if option["value"] in values]


def _of_version(view: Mapping[str, Any], version: int | None) -> str:
    if version is None or not carries_version(view):
        return str(view.get("private_metadata") or "")
    return json.dumps({**_carried(view), _VERSION: version}, ensure_ascii=False)


def _carried(view: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        carried = json.loads(view.get("private_metadata") or "")
    except ValueError:
        return {}
    return carried if isinstance(carried, dict) else {}


def _is_above(block: Block) -> bool:
    return str(block.get("block_id", "")).startswith(_ABOVE)


def _section(text: str, number: int) -> Block:
    said = {"type": "mrkdwn", "text": text, "verbatim": True}
    return {"type": "section", "block_id": f"{_ABOVE}_{number}", "text": said}
