"""How a listener's reply is shown: to the person who asked, where they asked, and only to them."""

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from handlers.slack import kept, modals
from handlers.slack.api import Block, Saying
from handlers.slack.plainly import plainly
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


def show_click(
    ack: Ack,
    client: WebClient,
    request: Request,
    reply: Reply,
    view: Mapping[str, Any] | None = None,
) -> None:
    """Answer a click or a shortcut. In a modal (`view`) what comes next stands in its place."""
    if request.where is Where.MODAL:
        ack()
        _in_modal(client, request, reply, view or {})
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


def show_submission(
    ack: Ack, body: dict[str, Any], reply: Reply, name: Callable[[str], str]
) -> None:
    """Answer a submitted modal. `name` gives that of a user id: a field shows no mention."""
    if isinstance(reply, FieldErrors):
        errors = {field: plainly(said, name) for field, said in reply.errors.items()}
        ack(response_action="errors", errors=errors)
    elif isinstance(reply, PushModal):
        ack(response_action="push", view=reply.view)
    elif isinstance(reply, ShowInstead):
        ack(response_action="update", view=reply.view)
    elif isinstance(reply, Say):
        _refuse_submission(ack, body, reply, name)
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


def _refuse_submission(
    ack: Ack, body: dict[str, Any], reply: Say, name: Callable[[str], str]
) -> None:
    """Say it at a field, so that what was written is not lost; a view without one gives way."""
    fields = [block for block in body["view"]["blocks"] if block["type"] == "input"]
    if fields:
        written = [field for field in fields if field["element"].get("multiline")]
        where = (written or fields)[0]["block_id"]
        ack(response_action="errors", errors={where: plainly(reply.saying.text, name)})
    else:
        ack(response_action="update", view=modals.notice(reply.saying.text))


def _in_modal(
    client: WebClient, request: Request, reply: Reply, clicked: Mapping[str, Any]
) -> None:
    if isinstance(reply, PushModal) and _pushed(client, request, reply.view):
        return
    if isinstance(reply, OpenModal | ShowInstead | PushModal):
        view = reply.view
    elif isinstance(reply, Say) and kept.has_inputs(clicked):
        view = kept.kept(clicked, reply.saying.text)
    elif isinstance(reply, Say):
        view = modals.notice(reply.saying.text)
    else:
        view = modals.notice("Done. The card shows it.", "Done")
    if not _updated(client, request, view):
        _updated(client, request, view)


def _pushed(client: WebClient, request: Request, view: Block) -> bool:
    """Whether the view opened over the one that was clicked in."""
    try:
        client.views_push(trigger_id=request.trigger, view=view)
    except (SlackApiError, OSError) as error:
        _log.warning("modal_not_pushed", error=type(error).__name__)
        return False
    return True


def _updated(client: WebClient, request: Request, view: Block) -> bool:
    """Whether that is done with, so that a second try is of no use: a window that moved on meanwhile
    is left alone, for somebody may write in it.
    """
    try:
        client.views_update(view_id=request.view, hash=request.view_hash or None, view=view)
    except SlackApiError as error:
        _log.warning("modal_not_updated", error=_code(error))
        return _code(error) == "hash_conflict"
    except OSError as error:
        _log.warning("modal_not_updated", error=type(error).__name__)
        return False
    return True


def _code(error: SlackApiError) -> str:
    data = error.response.data if isinstance(error.response.data, dict) else {}
    return str(data.get("error") or error.response.status_code)


def _open(client: WebClient, request: Request, view: Block) -> Reply:
    """Open a modal; where Slack no longer takes the trigger, the person is told."""
    try:
        client.views_open(trigger_id=request.trigger, view=view)
    except (SlackApiError, OSError) as error:
        _log.warning("modal_not_opened", error=type(error).__name__)
        return say(_TOO_LATE)
    return Done()


def _replace(request: Request, reply: Replace) -> None:
    _by_url(request, {**_body(reply.saying), "replace_original": True})


def _by_url(request: Request, body: dict[str, Any]) -> None:
    try:
        answer = WebhookClient(request.response_url, timeout=_SECONDS).send_dict(body)
    except OSError as error:
        _log.warning("not_replaced", error=type(error).__name__)
        return
    if answer.status_code != _OK:
        _log.warning("not_replaced", status=answer.status_code)


def _whisper(client: WebClient, request: Request, reply: Say) -> None:
    """Say something to the person who asked; a lost whisper is logged, never raised. Where carebot is
    not in the channel, Slack takes it by the click's own address.
    """
    try:
        client.chat_postEphemeral(
            channel=request.channel or request.user,
            user=request.user,
            thread_ts=request.thread,
            text=reply.saying.text,
            blocks=list(reply.saying.blocks) or None,
        )
    except SlackApiError as error:
        _log.warning("whisper_failed", error=_code(error))
        if request.response_url:
            there = {"thread_ts": request.thread} if request.thread else {}
            _by_url(request, {**_body(reply.saying), **there, "replace_original": False})
    except OSError as error:
        _log.warning("whisper_failed", error=type(error).__name__)


def _body(saying: Saying) -> dict[str, Any]:
    blocks = {"blocks": list(saying.blocks)} if saying.blocks else {}
    return {"text": saying.text, **blocks}
