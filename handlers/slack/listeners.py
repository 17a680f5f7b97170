"""Every listener, in one table, and the one way in which each is run and answered.

A listener never raises: what the rules refuse is said in a sentence, what is a bug is logged with
a reference that the person sees. (Bolt loses an ack when a listener raises right after it.)
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltResponse
from slack_sdk import WebClient

from handlers.slack import (
    actions,
    again,
    assign_modal,
    away,
    closing,
    closing_modals,
    commands,
    complainant,
    home_courier,
    join_modals,
    letter_modals,
    letters,
    level_modals,
    lists,
    log_note,
    looking,
    meanwhile,
    mentions,
    menu,
    modals,
    notes,
    ombudsman_modals,
    points_modal,
    praise_modal,
    requests,
    split_modal,
    undo,
)
from handlers.slack.answering import show_click, show_command, show_mention, show_submission
from handlers.slack.cards import ACTION_PREFIX, MORE
from handlers.slack.desk import Desk
from handlers.slack.plainly import names_of
from handlers.slack.requests import Reply, Request, say
from models.case import Action
from models.errors import Refused, Stale, Unavailable

COMMAND = "/case"

_log = structlog.get_logger(__name__)
_Listener = Callable[[Desk, Request], Reply]

ACTIONS: Mapping[Action, _Listener] = {
    Action.UNDO: undo.undo,
    Action.CLAIM: actions.claim,
    Action.ASSIGN: assign_modal.open_assign,
    Action.CONFIRM: actions.confirm,
    Action.CHANGE: actions.open_change,
    Action.ACKNOWLEDGE: letters.open_acknowledgement,
    Action.EXTEND: letters.open_holding_reply,
    Action.RESPOND: letters.open_respond,
    Action.POINTS: points_modal.open_points,
    Action.POST: letters.open_posted,
    Action.CLOSE: closing.open_close,
    Action.REOPEN: level_modals.open_reopen,
    Action.ESCALATE: level_modals.open_escalate,
    Action.OMBUDSMAN: ombudsman_modals.open_ombudsman,
    Action.LESSON: closing.open_lesson,
    Action.REMEDY: closing.open_remedy,
    Action.DONE: closing.open_done,
    Action.NAME: complainant.open_naming,
    Action.SPLIT: split_modal.open_split,
    Action.LINK: join_modals.open_link,
    Action.UNLINK: join_modals.open_unlink,
    Action.MERGE: join_modals.open_merge,
    Action.UNMERGE: join_modals.open_take_apart,
    Action.PASS_ON: praise_modal.open_pass_on,
    Action.NOTE: notes.open_note,
}
"""What the button of each action does, wherever it stands: card, menu, home tab."""
CLICKS: Mapping[str, _Listener] = {
    **{f"{ACTION_PREFIX}{action}": listener for action, listener in ACTIONS.items()},
    MORE: menu.open_menu,
    lists.EARLIER: commands.turn_page,
    lists.NEXT: commands.turn_page,
    lists.OPEN: looking.open_case,
    looking.WORDS: looking.show_words,
    away.END: away.end,
    closing_modals.OUTCOME: closing.choose_outcome,
    ombudsman_modals.ANOTHER: ombudsman_modals.open_another,
}
SUBMISSIONS: Mapping[str, _Listener] = {
    modals.CHANGE: actions.change,
    assign_modal.ASSIGN: assign_modal.assign,
    away.AWAY: away.record,
    letter_modals.ACKNOWLEDGE: letters.acknowledge,
    letter_modals.EXTEND: letters.holding_reply,
    letter_modals.RESPOND: letters.respond,
    letter_modals.SEND: letters.send,
    letter_modals.POSTED: letters.posted,
    points_modal.POINTS: points_modal.points,
    closing_modals.CLOSE: closing.close,
    level_modals.REOPEN: level_modals.reopen,
    level_modals.ESCALATE: level_modals.escalate,
    ombudsman_modals.REFER: ombudsman_modals.refer,
    ombudsman_modals.DECIDE: ombudsman_modals.decide,
    closing_modals.LESSON: closing.lesson,
    closing_modals.REMEDY: closing.remedy,
    closing_modals.DONE: closing.done,
    complainant.NAME: complainant.name,
    log_note.LOG: log_note.log,
    split_modal.SPLIT: split_modal.split,
    split_modal.WHICH: split_modal.chosen,
    join_modals.LINK: join_modals.link_with,
    join_modals.UNLINK: join_modals.unlink_from,
    join_modals.MERGE: join_modals.merge_into,
    join_modals.MERGE_SURE: join_modals.merge_surely,
    join_modals.TAKE_APART: join_modals.taken_apart,
    praise_modal.PRAISE: praise_modal.pass_on,
    notes.NOTE: notes.write,
}
COMMANDS: Mapping[str, _Listener] = {COMMAND: commands.command}
SHORTCUTS: Mapping[str, _Listener] = {notes.ADD: notes.file}
"""Shortcuts on a message, by callback id."""
EVENTS: Mapping[str, _Listener] = {
    "app_mention": mentions.mention,
    "app_home_opened": home_courier.opened,
}
"""What Slack tells of, by the event's type."""


def register(app: App, desk: Desk, after: Callable[[], None]) -> None:
    """Hang every listener into a Bolt app; `after` is called when one may have queued something."""
    run = _Runner(desk, after)
    app.use(notes.recorder(desk, after))
    for action_id, listener in CLICKS.items():
        app.action(action_id)(_click(run, listener))
    for callback_id, listener in SUBMISSIONS.items():
        app.view(callback_id)(_submission(run, listener))
    for callback_id, listener in SHORTCUTS.items():
        app.message_shortcut(callback_id)(_shortcut(run, listener))
    for name, listener in COMMANDS.items():
        app.command(name)(_command(run, listener))
    for event, listener in EVENTS.items():
        app.event(event, middleware=[_event(run, listener)])(_heard)
    app.event("message")(_talk)


@dataclass(frozen=True, slots=True)
class _Runner:
    desk: Desk
    after: Callable[[], None]

    def reply(
        self, listener: _Listener, request: Request, submitted: Mapping[str, Any] | None = None
    ) -> Reply:
        """Run a listener; whatever happens becomes a reply. `submitted` is the view, where one was."""
        try:
            reply = self._tried(listener, request, submitted)
        except Refused as refused:
            return say(str(refused))
        except Unavailable as error:
            return say(f"That did not work just now ({error}). Please try again in a minute.")
        except Exception:  # noqa: BLE001  # the boundary: a bug is logged, the person gets a sentence
            reference = secrets.token_hex(4)
            _log.exception("listener_failed", error_reference=reference)
            return say(
                "Something went wrong on our side. Please tell whoever runs carebot this "
                f"reference: {reference}."
            )
        self.after()
        return reply

    def _tried(
        self, listener: _Listener, request: Request, submitted: Mapping[str, Any] | None
    ) -> Reply:
        try:
            return listener(self.desk, request)
        except Stale as stale:
            if submitted is not None:
                return again.asked_again(self.desk, stale, request, submitted)
            said = (meanwhile.told(self.desk, stale), stale.unfit)
            return say("\n".join(filter(None, said)))


def _talk() -> None:
    """Staff talk is theirs; it is acknowledged, or Slack would send it again and again."""


def _click(run: _Runner, listener: _Listener) -> Callable[..., None]:
    def on_click(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        request = requests.from_action(body)
        show_click(ack, client, request, run.reply(listener, request), body.get("view"))

    return on_click


def _shortcut(run: _Runner, listener: _Listener) -> Callable[..., None]:
    def on_shortcut(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        request = requests.from_shortcut(body)
        show_click(ack, client, request, run.reply(listener, request))

    return on_shortcut


def _submission(run: _Runner, listener: _Listener) -> Callable[..., None]:
    def on_submission(ack: Ack, body: dict[str, Any]) -> None:
        reply = run.reply(listener, requests.from_view(body), body["view"])
        show_submission(ack, body, reply, names_of(run.desk))

    return on_submission


def _command(run: _Runner, listener: _Listener) -> Callable[..., None]:
    def on_command(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        request = requests.from_command(body)
        show_command(ack, client, request, run.reply(listener, request))

    return on_command


def _heard() -> None:
    """What an event asks for is done by then."""


def _event(run: _Runner, listener: _Listener) -> Callable[..., object]:
    """As a step before the listener: Bolt tells Slack that an event was heard before its listener
    runs, and what a restart takes away then never comes again.
    """

    def on_event(
        body: dict[str, Any], client: WebClient, next_: Callable[[], BoltResponse]
    ) -> object:
        request = requests.from_event(body)
        show_mention(client, request, run.reply(listener, request))
        return next_()

    return on_event
