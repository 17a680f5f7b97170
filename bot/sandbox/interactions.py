"""What a person does in Slack's client, and what the app's answer does to their screen."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.sandbox import payloads
from bot.sandbox.conversations import file_json
from bot.sandbox.deliveries import Deliveries, Delivery
from bot.sandbox.elements import (
    chosen_state,
    files_state,
    is_empty,
    is_external,
    offered,
    option_for,
)
from bot.sandbox.events import Events
from bot.sandbox.files import made
from bot.sandbox.limits import check_blocks
from bot.sandbox.records import (
    Channel,
    Given,
    Json,
    Message,
    NoSuchElement,
    NotPossible,
    Person,
    SlackError,
    View,
)
from bot.sandbox.sight import seen_channel, seen_message
from bot.sandbox.typed_text import with_references
from bot.sandbox.views import Views, block_elements, initial_values
from bot.sandbox.workspace import BOT_ID, Workspace

TROUBLE: Final = "We had some trouble connecting. Try again?"
REQUIRED: Final = "Please complete this required field."
Found = tuple[Json, Json]


class Interactions:
    """A person's hands: each act is delivered, and waits for its ack as Slack's client does."""

    def __init__(
        self,
        workspace: Workspace,
        views: Views,
        deliveries: Deliveries,
        events: Events,
        url: Callable[[], str],
    ) -> None:
        self._workspace = workspace
        self._views = views
        self._deliveries = deliveries
        self._events = events
        self._url = url
        self._chosen: dict[tuple[str, str], Json] = {}
        self._offered: dict[tuple[str, str], dict[str, Json]] = {}

    # On a message

    def act(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        value: str | Sequence[str] | None,
        seen: Message | None = None,
    ) -> Delivery:
        """Press a button, or choose in a select or a menu, of a message that the person sees, or
        still sees as it was.
        """
        workspace = self._workspace
        person = workspace.person(user)
        with workspace.lock:
            place = seen_channel(workspace, person, channel)
            message = seen or seen_message(workspace, person, place, ts)
            block, element = _find(message.blocks, action_id, f"message {ts} in #{place.name}")
            state = _state_after(element, value, self._user_id)
            values = self._message_values(person, message)
            if state is not None and element["type"] != "overflow":
                values.setdefault(block["block_id"], {})[action_id] = state
            action = payloads.action_json(element, block["block_id"], state, workspace.next_ts())
            payload = payloads.message_action(
                workspace,
                person,
                place,
                message,
                trigger_id=workspace.grants.trigger(person.id),
                response_url=self._response_url(person, place, message),
                values=copy.deepcopy(values),
                actions=[action],
            )
        return self._deliver(Delivery("block_actions", "interactive", payload))

    def use_shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> Delivery:
        """Choose a message shortcut."""
        workspace = self._workspace
        person = workspace.person(user)
        with workspace.lock:
            place = seen_channel(workspace, person, channel)
            message = seen_message(workspace, person, place, ts)
            payload = payloads.shortcut(
                workspace,
                person,
                place,
                message,
                callback_id=callback_id,
                trigger_id=workspace.grants.trigger(person.id),
                response_url=self._response_url(person, place, message),
            )
        return self._deliver(Delivery("message_action", "interactive", payload))

    # In a view

    def act_in_view(
        self,
        view: View | None,
        action_id: str,
        value: str | Sequence[str] | None,
        filled: Mapping[str, Given],
    ) -> Delivery:
        """Press or choose something in a modal or on the home tab; `filled` is what stands in its
        other fields by then, of which the app hears too.
        """
        if view is None:
            raise NoSuchElement("no view is open")
        person = self._workspace.people[view.user]
        with self._workspace.lock:
            view = self._filled(self._views.find(view.id), filled)
            block, element = _find(view.blocks, action_id, f"the view {view.title!r}")
            if block["type"] == "input" and not block.get("dispatch_action"):
                raise NoSuchElement(f"{action_id} is an input: it acts when the view is submitted")
            state = _state_after(self._with_offered(view, element), value, self._user_id)
            if state is not None and element["type"] != "overflow":
                view = self._views.set_value(view, block["block_id"], action_id, state)
            ts = self._workspace.next_ts()
            action = payloads.action_json(element, block["block_id"], state, ts)
            trigger = self._workspace.grants.trigger(person.id, view.id)
            payload = payloads.view_action(person, view, trigger, [action])
        return self._deliver(Delivery("block_actions", "interactive", payload))

    def suggest(self, user: str, action_id: str, typed: str) -> list[Json]:
        """Type into an external select of the top view; what the app then offers."""
        person = self._workspace.person(user)
        with self._workspace.lock:
            view = self._views.top(person.id)
            if view is None:
                raise NoSuchElement(f"{person.name} has no view open")
            block, element = _find(view.blocks, action_id, f"the view {view.title!r}")
            if not is_external(element):
                raise NoSuchElement(
                    f"{action_id} is a {element['type']}, which asks the app nothing"
                )
            if len(typed) < element.get("min_query_length", MIN_QUERY):
                return []
            name = element["action_id"]
            payload = payloads.suggestion(person, view, block["block_id"], name, typed)
        options: list[Json] = []
        delivery = Delivery("block_suggestion", "interactive", payload)
        self._deliver(delivery, lambda answer: options.extend(offered(answer)))
        known = self._offered.setdefault((view.id, name), {})
        known.update({each["value"]: each for each in options})
        return options

    def submit(self, user: str, values: Mapping[str, Given]) -> Delivery:
        """Fill the top view in and press its submit button."""
        person = self._workspace.person(user)
        with self._workspace.lock:
            view = self._views.top(person.id)
            if view is None:
                raise NoSuchElement(f"{person.name} has no view open")
            if not view.definition.get("submit"):
                raise NoSuchElement(f"the view {view.title!r} has no submit button")
            view = self._filled(view, values)
            missing = _missing(view)
            self._views.show_errors(view, dict.fromkeys(missing, REQUIRED))
            if missing:
                raise NotPossible(f"{REQUIRED} {', '.join(missing.values())}")
            trigger = self._workspace.grants.trigger(person.id, view.id)
            payload = payloads.view_submission(person, view, trigger)
        delivery = Delivery("view_submission", "interactive", payload)
        return self._deliver(
            delivery,
            lambda answer: self._after_submit(view, answer),
            lambda: self._views.show_errors(view, {"": TROUBLE}),
        )

    def close(self, user: str) -> Delivery | None:
        """Close the top view; the app hears of it when the view asked for that."""
        person = self._workspace.person(user)
        with self._workspace.lock:
            view = self._views.top(person.id)
            if view is None:
                raise NoSuchElement(f"{person.name} has no view open")
            everything = bool(view.definition["clear_on_close"])
            self._views.close(view, everything=everything)
            if not view.definition["notify_on_close"]:
                return None
            payload = payloads.view_closed(person, view, is_cleared=everything)
        return self._deliver(Delivery("view_closed", "interactive", payload))

    # Elsewhere

    def slash(self, user: str, channel: str, command: str, text: str) -> Delivery:
        """Type a slash command into a channel."""
        workspace = self._workspace
        person = workspace.person(user)
        with workspace.lock:
            place = seen_channel(workspace, person, channel)
            payload = payloads.slash_command(
                person,
                place,
                command,
                with_references(self._workspace, text),
                trigger_id=workspace.grants.trigger(person.id),
                response_url=self._response_url(person, place, None),
            )

        def answer(response: Json | None) -> None:
            if response and (response.get("text") or response.get("blocks")):
                self.respond(person.id, place.id, response, None)

        def trouble() -> None:
            self._only_to(person, place, f"{command} failed because the app did not respond.")

        delivery = Delivery("slash_commands", "slash_commands", payload)
        return self._deliver(delivery, answer, trouble)

    def open_home(self, user: str) -> Delivery:
        """Look at the app's home tab."""
        delivery = self._events.home_opened(self._workspace.person(user).id)
        delivery.wait_ack()
        return delivery

    def respond(self, user: str, channel: str, answer: Json, thread_ts: str | None) -> Message:
        """Show what the app answered: to the person alone unless it says `in_channel`."""
        blocks = answer.get("blocks")
        if blocks:
            check_blocks(blocks)
        elif not answer.get("text"):
            raise SlackError("no_text")
        alone = answer.get("response_type") != "in_channel"
        return self._workspace.post(
            Message(
                channel,
                "",
                str(answer.get("text") or ""),
                thread_ts=answer.get("thread_ts") or thread_ts,
                bot_id=BOT_ID,
                blocks=tuple(blocks or ()),
                ephemeral_to=user if alone else None,
            )
        )

    # How it is done

    def _deliver(
        self,
        delivery: Delivery,
        answered: Callable[[Json | None], None] | None = None,
        gave_up: Callable[[], None] | None = None,
    ) -> Delivery:
        self._deliveries.start(delivery, answered)
        delivery.wait_ack(timeout=ACK_PATIENCE)
        if delivery.timed_out and gave_up is not None:
            gave_up()
        return delivery

    def _after_submit(self, view: View, answer: Json | None) -> None:
        """Do what the ack of a submission asks for; a bad answer leaves the view as it was."""
        asked = answer or {}
        shown: dict[str, Callable[[], object]] = {
            "clear": lambda: self._views.close(view, everything=True),
            "errors": lambda: self._views.show_errors(view, _known_errors(view, asked)),
            "update": lambda: self._views.update(view, asked.get("view")),
            "push": lambda: self._views.push(view.user, asked.get("view")),
        }
        try:
            if "response_action" in asked:
                shown.get(asked["response_action"], _unknown_answer)()
            else:
                self._views.close(view)
        except SlackError:
            self._views.show_errors(view, {"": TROUBLE})

    def _filled(self, view: View, values: Mapping[str, Given]) -> View:
        for name, value in values.items():
            block, element = _find(view.blocks, name, f"the view {view.title!r}")
            if element["type"] == "file_input":
                state = self._files_state(view.user, element, value)
            elif isinstance(value, Mapping):
                raise NoSuchElement(f"{name} is a {element['type']}, it takes no files")
            else:
                state = chosen_state(self._with_offered(view, element), value, self._user_id)
            view = self._views.set_value(view, block["block_id"], element["action_id"], state)
        return view

    def _with_offered(self, view: View, element: Json) -> Json:
        """An external select with what the app has offered in it so far."""
        if not is_external(element):
            return element
        known = self._offered.get((view.id, element["action_id"]), {})
        start = [*element.get("initial_options", ()), element.get("initial_option")]
        return {**element, "options": [*filter(None, start), *known.values()]}

    def _files_state(self, user: str, element: Json, value: Given) -> Json:
        """Files by name and content, or the ids of what was uploaded before."""
        workspace = self._workspace
        if isinstance(value, Mapping):
            files = [made(workspace, name, content, user) for name, content in value.items()]
        else:
            names = [value] if isinstance(value, str) else value
            files = [workspace.files.find(each) for each in names if each]
        given = [replace(each, for_app=True) for each in files]
        state = files_state(element, given, lambda file: file_json(workspace, file))
        for file in given:
            workspace.files.add(file)
        return state

    def _message_values(self, person: Person, message: Message) -> Json:
        key = (person.id, message.ts)
        known = self._chosen.get(key, {})
        self._chosen[key] = {
            block: {name: known.get(block, {}).get(name, state) for name, state in states.items()}
            for block, states in initial_values(list(message.blocks)).items()
        }
        return self._chosen[key]

    def _response_url(self, person: Person, channel: Channel, message: Message | None) -> str:
        return self._url() + self._workspace.grants.response_url(
            person.id,
            channel.id,
            message_ts=message.ts if message else None,
            thread_ts=message.thread_ts if message and message.is_reply else None,
            is_ephemeral=bool(message and message.ephemeral_to),
        )

    def _only_to(self, person: Person, channel: Channel, text: str) -> None:
        self._workspace.post(
            Message(channel.id, "", text, bot_id="BSLACKBOT", ephemeral_to=person.id)
        )

    def _user_id(self, name: str) -> str:
        return self._workspace.person(name).id


# How much has to be typed before Slack asks the app, unless the element says otherwise.
MIN_QUERY: Final = 3
# Slack gives up after three seconds; the giving up itself must be seen by the one who waits.
ACK_PATIENCE: Final = 3.5


def _find(blocks: Sequence[Json], name: str, where: str) -> Found:
    """The block and the element of an action_id, or of `block_id.action_id`."""
    found = [(block, element) for block in blocks for element in block_elements(block)]
    for block, element in found:
        action_id = element.get("action_id", "")
        if name in (action_id, f"{block['block_id']}.{action_id}"):
            return block, element
    known = ", ".join(str(element.get("action_id")) for _, element in found) or "nothing"
    raise NoSuchElement(f"{where} has no {name!r}; there is: {known}")


def _state_after(
    element: Json, value: str | Sequence[str] | None, find_user: Callable[[str], str]
) -> Json | None:
    if element["type"] == "button":
        return None
    if value is None:
        raise NoSuchElement(f"{element.get('action_id')} is a {element['type']}: choose a value")
    if element["type"] == "overflow":
        return {"type": "overflow", "selected_option": option_for(element, str(value))}
    return chosen_state(element, value, find_user)


def _missing(view: View) -> dict[str, str]:
    """The block_ids of required inputs that are empty, with their labels."""
    return {
        block["block_id"]: block["label"]["text"]
        for block in view.blocks
        if block["type"] == "input"
        and not block.get("optional")
        and all(map(is_empty, view.values[block["block_id"]].values()))
    }


def _unknown_answer() -> None:
    raise SlackError("invalid_response_action")


def _known_errors(view: View, answer: Json) -> dict[str, str]:
    """The errors of an ack, if each belongs to an input block as Slack demands."""
    errors = answer.get("errors")
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or set(errors) - inputs:
        raise SlackError("invalid_response_errors")
    return {name: str(text) for name, text in errors.items()}
