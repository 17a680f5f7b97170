"""How a listener's reply is shown: to the person who asked, where they asked, and only to them."""

from typing import Any

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from handlers.slack import modals
from handlers.slack.api import Block
from handlers.slack.requests import (
    Done,
    FieldErrors,
    OpenModal,
    PushModal,
    Replace,
    Reply,
    Request,
    Say,
    ShowInstead,
    Where,
    say,
)

_log = structlog.get_logger(__name__)

_OK = 200
_SECONDS = 5
_TOO_LATE = "That took too long, so Slack did not open the window. Please press again."


def show_click(ack: Ack, client: WebClient, request: Request, reply: Reply) -> None:
    """Answer a click or a shortcut. In a modal what comes next stands in its place."""
    if request.where is Where.MODAL:
        _in_place(client, request, reply)
        ack()
        return
    if isinstance(reply, OpenModal | ShowInstead):
        reply = _open(client, request, reply.view)
    ack()
    if isinstance(reply, Replace):
        _replace(request, reply)
    elif isinstance(reply, Say) and request.where is Where.HOME:
        _open(client, request, modals.notice(reply.saying.text))
    elif isinstance(reply, Say):
        _whisper(client, request, reply)


def show_submission(ack: Ack, body: dict[str, Any], reply: Reply) -> None:
    """Answer a submitted modal."""
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


def show_command(ack: Ack, client: WebClient, request: Request, reply: Reply) -> None:
    """Answer a slash command."""
    if isinstance(reply, OpenModal):
        reply = _open(client, request, reply.view)
    if isinstance(reply, Say):
        ack(text=reply.saying.text, blocks=list(reply.saying.blocks) or None)
    else:
        ack()


def show_mention(client: WebClient, request: Request, reply: Reply) -> None:
    """Answer a mention; an event has no trigger, so nothing can be opened."""
    if isinstance(reply, Say) and request.where is not Where.HOME:
        _whisper(client, request, reply)


def _refuse_submission(ack: Ack, body: dict[str, Any], reply: Say) -> None:
    """Say it at a field, so that what was written is not lost; a view without one gives way."""
    fields = [block for block in body["view"]["blocks"] if block["type"] == "input"]
    if fields:
        written = [field for field in fields if field["element"].get("multiline")]
        where = (written or fields)[0]["block_id"]
        ack(response_action="errors", errors={where: reply.saying.text})
    else:
        ack(response_action="update", view=modals.notice(reply.saying.text))


def _in_place(client: WebClient, request: Request, reply: Reply) -> None:
    if isinstance(reply, OpenModal | ShowInstead | PushModal):
        view = reply.view
    elif isinstance(reply, Say):
        view = modals.notice(reply.saying.text)
    else:
        view = modals.notice("Done. The card shows it.", "Done")
    try:
        client.views_update(view_id=request.view, hash=request.view_hash or None, view=view)
    except (SlackApiError, OSError) as error:
        _log.warning("modal_not_updated", error=type(error).__name__)


def _open(client: WebClient, request: Request, view: Block) -> Reply:
    """Open a modal; where Slack no longer takes the trigger, the person is told."""
    try:
        client.views_open(trigger_id=request.trigger, view=view)
    except (SlackApiError, OSError) as error:
        _log.warning("modal_not_opened", error=type(error).__name__)
        return say(_TOO_LATE)
    return Done()


def _replace(request: Request, reply: Replace) -> None:
    saying = reply.saying
    try:
        answer = WebhookClient(request.response_url, timeout=_SECONDS).send(
            text=saying.text, blocks=list(saying.blocks) or None, replace_original=True
        )
    except OSError as error:
        _log.warning("not_replaced", error=type(error).__name__)
        return
    if answer.status_code != _OK:
        _log.warning("not_replaced", status=answer.status_code)


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
