"""Every listener, in one table, and the one way in which each is run and answered.

A listener never raises: what the rules refuse is said in a sentence, what is a bug is logged with
a reference that the person sees. (Bolt loses an ack when a listener raises right after it.)
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.slack import (
    actions,
    commands,
    complainant,
    letter_modals,
    letters,
    log_note,
    modals,
    requests,
    split_modal,
)
from handlers.slack.cards import ACTION_PREFIX
from handlers.slack.desk import Desk
from handlers.slack.requests import (
    Done,
    FieldErrors,
    OpenModal,
    PushModal,
    Reply,
    Request,
    Say,
    ShowInstead,
    say,
)
from models.case import Action
from models.errors import Refused, Stale, Unavailable

COMMAND = "/case"

_log = structlog.get_logger(__name__)
_Listener = Callable[[Desk, Request], Reply]

CLICKS: Mapping[str, _Listener] = {
    f"{ACTION_PREFIX}{Action.CLAIM}": actions.claim,
    f"{ACTION_PREFIX}{Action.CHANGE}": actions.open_change,
    f"{ACTION_PREFIX}{Action.ACKNOWLEDGE}": letters.open_acknowledgement,
    f"{ACTION_PREFIX}{Action.EXTEND}": letters.open_holding_reply,
    f"{ACTION_PREFIX}{Action.RESPOND}": letters.open_respond,
    f"{ACTION_PREFIX}{Action.POST}": letters.open_posted,
    f"{ACTION_PREFIX}{Action.CLOSE}": actions.open_close,
    f"{ACTION_PREFIX}{Action.NAME}": complainant.open_naming,
    f"{ACTION_PREFIX}{Action.SPLIT}": split_modal.open_split,
}
SUBMISSIONS: Mapping[str, _Listener] = {
    modals.CHANGE: actions.change,
    letter_modals.ACKNOWLEDGE: letters.acknowledge,
    letter_modals.EXTEND: letters.holding_reply,
    letter_modals.RESPOND: letters.respond,
    letter_modals.SEND: letters.send,
    letter_modals.POSTED: letters.posted,
    modals.CLOSE: actions.close,
    complainant.NAME: complainant.name,
    log_note.LOG: log_note.log,
    split_modal.SPLIT: split_modal.split,
}
COMMANDS: Mapping[str, _Listener] = {COMMAND: commands.command}
MENTION: _Listener = commands.mention


def register(app: App, desk: Desk, after: Callable[[], None]) -> None:
    """Hang every listener into a Bolt app; `after` is called when one may have queued something."""
    run = _Runner(desk, after)
    for action_id, listener in CLICKS.items():
        app.action(action_id)(_click(run, listener))
    for callback_id, listener in SUBMISSIONS.items():
        app.view(callback_id)(_submission(run, listener))
    for name, listener in COMMANDS.items():
        app.command(name)(_command(run, listener))
    app.event("app_mention")(_mention(run, MENTION))
    app.event("message")(_talk)


@dataclass(frozen=True, slots=True)
class _Runner:
    desk: Desk
    after: Callable[[], None]

    def reply(self, listener: _Listener, request: Request) -> Reply:
        """Run a listener; whatever happens becomes a reply."""
        try:
            reply = listener(self.desk, request)
        except (Refused, Stale) as refused:
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


def _talk() -> None:
    """Staff talk is theirs; it is acknowledged, or Slack would send it again and again."""


def _click(run: _Runner, listener: _Listener) -> Callable[..., None]:
    def on_click(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        request = requests.from_action(body)
        reply = run.reply(listener, request)
        if isinstance(reply, OpenModal):
            reply = _open(client, request, reply)
        ack()
        if isinstance(reply, Say):
            _whisper(client, request, reply)

    return on_click


def _submission(run: _Runner, listener: _Listener) -> Callable[..., None]:
    def on_submission(ack: Ack, body: dict[str, Any]) -> None:
        reply = run.reply(listener, requests.from_view(body))
        if isinstance(reply, FieldErrors):
            ack(response_action="errors", errors=dict(reply.errors))
        elif isinstance(reply, PushModal):
            ack(response_action="push", view=reply.view)
        elif isinstance(reply, ShowInstead):
            ack(response_action="update", view=reply.view)
        elif isinstance(reply, Say):
            _refuse_submission(ack, body, reply)
        else:
            ack(response_action="clear")

    return on_submission


def _refuse_submission(ack: Ack, body: dict[str, Any], reply: Say) -> None:
    """Say it at a field, so that what was written is not lost; a view without one gives way."""
    fields = [block for block in body["view"]["blocks"] if block["type"] == "input"]
    if fields:
        written = [field for field in fields if field["element"].get("multiline")]
        where = (written or fields)[0]["block_id"]
        ack(response_action="errors", errors={where: reply.saying.text})
    else:
        ack(response_action="update", view=modals.notice(reply.saying.text))


def _command(run: _Runner, listener: _Listener) -> Callable[..., None]:
    def on_command(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        request = requests.from_command(body)
        reply = run.reply(listener, request)
        if isinstance(reply, OpenModal):
            reply = _open(client, request, reply)
        if isinstance(reply, Say):
            ack(text=reply.saying.text, blocks=list(reply.saying.blocks) or None)
        else:
            ack()

    return on_command


def _mention(run: _Runner, listener: _Listener) -> Callable[..., None]:
    def on_mention(body: dict[str, Any], client: WebClient) -> None:
        request = requests.from_mention(body)
        reply = run.reply(listener, request)
        if isinstance(reply, Say):
            _whisper(client, request, reply)

    return on_mention


def _open(client: WebClient, request: Request, reply: OpenModal) -> Reply:
    """Open a modal; where Slack no longer takes the trigger, the person is told."""
    try:
        client.views_open(trigger_id=request.trigger, view=reply.view)
    except (SlackApiError, OSError) as error:
        _log.warning("modal_not_opened", error=type(error).__name__)
        return say("That took too long, so Slack did not open the window. Please press again.")
    return Done()


def _whisper(client: WebClient, request: Request, reply: Say) -> None:
    """Say something to the person who asked; a lost whisper is logged, never raised."""
    try:
        client.chat_postEphemeral(
            channel=request.channel or request.user,
            user=request.user,
            thread_ts=request.thread,
            text=reply.saying.text,
            blocks=list(reply.saying.blocks) or None,
        )
    except (SlackApiError, OSError) as error:
        _log.warning("whisper_failed", error=type(error).__name__)
