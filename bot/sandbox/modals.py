"""Web API methods that show views."""

from typing import Any

from bot.sandbox.caller import Caller
from bot.sandbox.grants import Trigger
from bot.sandbox.records import Json, SlackError
from bot.sandbox.views import view_json


def open_view(caller: Caller) -> Json:
    """views.open"""
    definition = _definition(caller)
    view = caller.views.open(_exchange(caller).user, definition)
    return {"view": view_json(view)}


def push_view(caller: Caller) -> Json:
    """views.push: only from what happened inside a modal"""
    definition = _definition(caller)
    trigger = _exchange(caller)
    if trigger.in_view is None or caller.views.top(trigger.user) is None:
        raise SlackError("invalid_trigger_id")
    return {"view": view_json(caller.views.push(trigger.user, definition))}


def update_view(caller: Caller) -> Json:
    """views.update"""
    definition = _definition(caller)
    external_id = caller.text("external_id") or ""
    view = caller.views.find(caller.text("view_id") or "", external_id)
    return {"view": view_json(caller.views.update(view, definition, caller.text("hash")))}


def publish_view(caller: Caller) -> Json:
    """views.publish"""
    definition = _definition(caller)
    wanted = caller.required("user_id")
    if wanted not in caller.workspace.people:
        raise SlackError("user_not_found")
    view = caller.views.publish(wanted, definition, caller.text("hash"))
    return {"view": view_json(view)}


def _definition(caller: Caller) -> Any:
    """The view; an app that asks for files has to be allowed to read them."""
    definition = caller.structure("view", "invalid_arguments")
    blocks = definition.get("blocks") if isinstance(definition, dict) else None
    for block in blocks if isinstance(blocks, list) else ():
        element = block.get("element") if isinstance(block, dict) else None
        if isinstance(element, dict) and element.get("type") == "file_input":
            caller.need("files:read")
    return definition


def _exchange(caller: Caller) -> Trigger:
    trigger_id = caller.required("trigger_id")
    with caller.workspace.lock:
        return caller.workspace.grants.exchange(trigger_id)
