"""Modals and home tabs: the stack in front of each person, and what they fill in."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from bot.sandbox.elements import element_state, stateful
from bot.sandbox.limits import LIMITS, check_view
from bot.sandbox.records import Json, SlackError, View, slack_id
from bot.sandbox.workspace import APP_ID, BOT_ID, TEAM_ID, Workspace, with_block_ids

DEFAULTS: Final = {
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
    "title": None,
    "submit": None,
    "close": None,
}


class Views:
    """Every open modal and published home tab; safe from any thread."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def top(self, user: str) -> View | None:
        """The modal that the person sees."""
        with self._workspace.lock:
            stack = self._stacks.get(user)
            return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        """What the app published on its home tab for this person."""
        with self._workspace.lock:
            return self._homes.get(user)

    def find(self, view_id: str, external_id: str = "") -> View:
        """The open view of that id, or `not_found`."""
        with self._workspace.lock:
            for view in self._all():
                known = view.definition["external_id"]
                if view_id == view.id or (external_id and external_id == known):
                    return view
        raise SlackError("not_found")

    def open(self, user: str, definition: Any) -> View:
        """Show a modal in the place of those that were open."""
        view = self._made(user, definition, "modal")
        with self._workspace.lock:
            self._stacks[user] = [view]
        self._workspace.changed()
        return view

    def push(self, user: str, definition: Any) -> View:
        """Show a modal on top of the one that is open."""
        with self._workspace.lock:
            stack = self._stacks.get(user) or []
            if len(stack) >= LIMITS["view.stack"]:
                raise SlackError("push_limit_reached")
            view = self._made(user, definition, "modal")
            if stack:
                view = replace(view, root_id=stack[0].id, previous_id=stack[-1].id)
            self._stacks[user] = [*stack, view]
        self._workspace.changed()
        return view

    def update(self, view: View, definition: Any, expected_hash: str | None = None) -> View:
        """Show another content in the view's place; `hash_conflict` when it moved meanwhile."""
        with self._workspace.lock:
            now = self.find(view.id)
            if expected_hash is not None and expected_hash != now.hash:
                raise SlackError("hash_conflict")
            made = self._made(view.user, definition, now.type, replaces=now.id)
            after = replace(
                made,
                id=now.id,
                root_id=now.root_id,
                previous_id=now.previous_id,
                values=_kept_values(now, made),
            )
            self._put(after)
        self._workspace.changed()
        return after

    def publish(self, user: str, definition: Any, expected_hash: str | None = None) -> View:
        """Show a home tab to the person."""
        with self._workspace.lock:
            before = self._homes.get(user)
            if before is not None:
                return self.update(before, definition, expected_hash)
            view = self._made(user, definition, "home")
            self._homes[user] = view
        self._workspace.changed()
        return view

    def set_value(self, view: View, block_id: str, action_id: str, state: Json) -> View:
        """Keep what the person filled in."""
        with self._workspace.lock:
            now = self.find(view.id)
            block = {**now.values.get(block_id, {}), action_id: state}
            after = replace(now, values={**now.values, block_id: block})
            self._put(after)
        self._workspace.changed()
        return after

    def show_errors(self, view: View, errors: dict[str, str]) -> None:
        """Show the texts beside their fields; the empty key is for the whole modal."""
        with self._workspace.lock:
            self._put(replace(self.find(view.id), errors=errors))
        self._workspace.changed()

    def close(self, view: View, *, everything: bool = False) -> None:
        """Take the view off the stack, or the whole stack away."""
        with self._workspace.lock:
            stack = self._stacks.get(view.user, [])
            kept = [] if everything else [each for each in stack if each.id != view.id]
            self._stacks[view.user] = kept
        self._workspace.changed()

    def _all(self) -> Iterator[View]:
        for stack in self._stacks.values():
            yield from stack
        yield from self._homes.values()

    def _put(self, view: View) -> None:
        if view.type == "home":
            self._homes[view.user] = view
        else:
            stack = self._stacks[view.user]
            self._stacks[view.user] = [view if each.id == view.id else each for each in stack]

    def _made(self, user: str, definition: Any, kind: str, replaces: str = "") -> View:
        check_view(definition)
        if definition["type"] != kind:
            raise SlackError("invalid_arguments", response_metadata={
                "messages": [f"[ERROR] type must be {kind} [json-pointer:/view/type]"]})  # fmt: skip
        if len(json.dumps(definition)) > LIMITS["view.bytes"]:
            raise SlackError("view_too_large")
        external_id = definition.get("external_id")
        for other in self._all():
            taken = external_id and other.definition["external_id"] == external_id
            if taken and other.id != replaces:
                raise SlackError("duplicate_external_id")
        whole = {**DEFAULTS, **definition, "blocks": list(with_block_ids(definition["blocks"]))}
        name = slack_id("V", secrets.token_hex(8))
        view_hash = f"{int(self._workspace.clock())}.{secrets.token_hex(4)}"
        return View(name, user, whole, view_hash, name, values=initial_values(whole["blocks"]))


def initial_values(blocks: list[Json]) -> Json:
    """The `state.values` of a view that nobody has touched."""
    values: Json = {}
    for block in blocks:
        for element in block_elements(block):
            if stateful(element):
                states = values.setdefault(block["block_id"], {})
                states[element.get("action_id", "")] = element_state(element)
    return values


def block_elements(block: Json) -> list[Json]:
    """The interactive elements of a block, whichever block it is."""
    if block["type"] == "actions":
        return list(block["elements"])
    inner = block.get("element") or block.get("accessory")
    return [inner] if inner and inner["type"] != "image" else []


def view_json(view: View) -> Json:
    """The view as it stands in payloads and answers."""
    return {
        "id": view.id,
        "team_id": TEAM_ID,
        **view.definition,
        "state": {"values": view.values},
        "hash": view.hash,
        "previous_view_id": view.previous_id,
        "root_view_id": view.root_id,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }


def _kept_values(before: View, after: View) -> Json:
    """What was filled in survives an update for fields with the same block_id and action_id."""
    return {
        block_id: {
            action_id: before.values.get(block_id, {}).get(action_id, state)
            for action_id, state in states.items()
        }
        for block_id, states in after.values.items()
    }
