"""What Slack accepts in blocks, messages and views, and how it words a refusal.

The figures are in one table. Sources: Slack's Block Kit reference, the checks in slack_sdk and
the reports of users where Slack documents nothing (the sum of characters in a message).
"""

from typing import Any, Final

from bot.sandbox.records import Json, SlackError
from bot.sandbox.schema import BLOCKS, Problems, check_typed, walk_texts

LIMITS: Final = {
    "message.text": 40_000,
    "message.update.text": 4_000,
    "message.blocks": 50,
    # Undocumented: github.com/slackapi/bolt-js/issues/2509 measured 13,172 to 13,297.
    "message.characters": 13_200,
    "message.markdown": 12_000,
    "message.tables": 1,
    "metadata.bytes": 16_000,
    "view.blocks": 100,
    "view.bytes": 250_000,
    "view.title": 24,
    "view.private_metadata": 3_000,
    "view.callback_id": 255,
    "view.external_id": 255,
    "view.stack": 3,
    "response_url.uses": 5,
    "response_url.seconds": 1_800,
    "trigger.seconds": 3,
    "sockets": 10,
}
NOT_IN_VIEWS: Final = {"table", "markdown"}
NOT_IN_MODALS: Final = NOT_IN_VIEWS
VIEW_FIELDS: Final = {
    "modal": {"title", "close", "submit", "clear_on_close", "notify_on_close"},
    "home": set(),
}
VIEW_FIELDS_OF_ALL: Final = {
    "type", "blocks", "private_metadata", "callback_id", "external_id", "submit_disabled",
}  # fmt: skip


def block_problems(blocks: Any, most: int) -> list[str]:
    """Every reason for which Slack refuses the blocks, with the place as a JSON pointer."""
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    problems: Problems = []
    if len(blocks) > most:
        problems.append(f"no more than {most} items allowed [json-pointer:/blocks]")
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        pointer = f"/blocks/{number}"
        check_typed(BLOCKS, block, pointer, problems)
        name = block.get("block_id") if isinstance(block, dict) else None
        if isinstance(name, str) and name:
            if name in seen:
                problems.append(f"block_id already exists: {name} [json-pointer:{pointer}]")
            seen.add(name)
    return problems


def check_blocks(blocks: Any) -> None:
    """Refuse a message's blocks as chat.postMessage does."""
    problems = block_problems(blocks, LIMITS["message.blocks"])
    if not problems:
        kinds = [block["type"] for block in blocks]
        if kinds.count("table") > LIMITS["message.tables"]:
            raise SlackError("invalid_attachments", response_metadata={
                "messages": ["[ERROR] only_one_table_allowed"]})  # fmt: skip
        written = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
        if written > LIMITS["message.markdown"]:
            problems.append(
                f"markdown blocks hold {written} characters in total, more than "
                f"{LIMITS['message.markdown']} [json-pointer:/blocks]"
            )
    if problems:
        raise SlackError("invalid_blocks", **refusal(problems))
    if sum(map(len, walk_texts(blocks))) > LIMITS["message.characters"]:
        raise SlackError("msg_blocks_too_long")


def check_view(view: Any) -> None:
    """Refuse a view as views.open does."""
    problems = view_problems(view)
    if problems:
        raise SlackError("invalid_arguments", **refusal(problems))


def view_problems(view: Any) -> list[str]:
    """Every reason for which Slack refuses the view."""
    if not isinstance(view, dict):
        return ["must be an object [json-pointer:/view]"]
    kind = view.get("type")
    if kind not in VIEW_FIELDS:
        return [f"unsupported type: {kind} [json-pointer:/view/type]"]
    problems: Problems = []
    if "blocks" not in view:
        problems.append("missing required field: blocks [json-pointer:/view]")
    problems += [
        problem.replace("[json-pointer:/", "[json-pointer:/view/")
        for problem in block_problems(view.get("blocks", []), LIMITS["view.blocks"])
    ]
    problems += [
        f"invalid additional property: {name} [json-pointer:/view]"
        for name in sorted(set(view) - VIEW_FIELDS_OF_ALL - VIEW_FIELDS[kind])
    ]
    for name in ("private_metadata", "callback_id", "external_id"):
        if len(str(view.get(name) or "")) > LIMITS[f"view.{name}"]:
            problems.append(
                f"must be less than {LIMITS[f'view.{name}'] + 1} characters "
                f"[json-pointer:/view/{name}]"
            )
    if kind == "modal":
        problems += _modal_problems(view)
    return problems


def _modal_problems(view: Json) -> Problems:
    problems: Problems = []
    if not view.get("title"):
        problems.append("missing required field: title [json-pointer:/view]")
    for name in ("title", "submit", "close"):
        text = view.get(name)
        if not text:
            continue
        if not isinstance(text, dict) or text.get("type") != "plain_text":
            problems.append(f"must be a plain_text object [json-pointer:/view/{name}]")
        elif not 0 < len(str(text.get("text", ""))) <= LIMITS["view.title"]:
            problems.append(
                f"must be less than {LIMITS['view.title'] + 1} characters "
                f"[json-pointer:/view/{name}/text]"
            )
    blocks = [block for block in view.get("blocks", []) if isinstance(block, dict)]
    if not view.get("submit") and any(block.get("type") == "input" for block in blocks):
        problems.append("missing required field: submit [json-pointer:/view]")
    problems += [
        f"unsupported type: {block['type']} [json-pointer:/view/blocks/{number}/type]"
        for number, block in enumerate(blocks)
        if block.get("type") in NOT_IN_MODALS
    ]
    return problems


def refusal(problems: list[str]) -> Json:
    """The part of Slack's answer that names what is wrong, twice as Slack does."""
    return {
        "errors": problems,
        "response_metadata": {"messages": [f"[ERROR] {problem}" for problem in problems]},
    }
