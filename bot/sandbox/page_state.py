"""What the page shows, as one JSON value: it asks again after every change and draws anew."""

from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.conversations import message_json
from bot.sandbox.records import Channel, DemoControls, Json, Message, Person, SlackError, View
from bot.sandbox.workspace import BOT_ID, BOT_NAME, BOT_USER_ID, Workspace

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

SHOWN: Final = 200


def page_state(sandbox: "Sandbox", demo: DemoControls | None, ask: Json) -> Json:
    """Everything on one person's screen; `channel` and `thread` say what they look at."""
    workspace = sandbox.workspace
    with workspace.lock:
        people = list(workspace.people.values())
        # A browser may remember someone from another sandbox.
        me = workspace.people.get(ask.get("user", "")) or people[0]
        channels = [each for each in workspace.channels.values() if me.id in each.members]
        view, home = sandbox.views.top(me.id), sandbox.views.home(me.id)
        state: Json = {
            "version": workspace.version,
            "me": me.id,
            "bot_user": BOT_USER_ID,
            "connected": sandbox.connected,
            "people": [_person(each) for each in people],
            "shortcuts": [
                {"callback_id": name, "name": shown} for name, shown in sandbox.shortcuts.items()
            ],
            "groups": {each.id: each.handle for each in workspace.groups.values()},
            "channels": [_channel(workspace, me, each) for each in channels],
            "messages": _messages(workspace, me, ask.get("channel"), None),
            "thread": _messages(workspace, me, ask.get("channel"), ask.get("thread")),
            "view": view_state(view) if view else None,
            "home": view_state(home) if home else None,
        }
    # Outside the lock: the demo may ask its own parts, which may be waiting for ours.
    state["demo"] = demo_state(demo) if demo else None
    return state


def demo_state(demo: DemoControls) -> Json:
    """The demo's clock in words, and its letters."""
    now = demo.now()
    return {
        "now": f"{now:%A} {now.day} {now:%B %Y, %H:%M}",
        "samples_left": demo.samples_left(),
        "mail": [
            {
                "sent_at": f"{mail.sent_at:%a} {mail.sent_at.day} {mail.sent_at:%b %Y, %H:%M}",
                "recipient": mail.recipient,
                "subject": mail.subject,
                "text": mail.text,
            }
            for mail in demo.sent_mail()
        ],
    }


def view_state(view: View) -> Json:
    """A view with what is filled in and what is wrong."""
    return {
        "id": view.id,
        "hash": view.hash,
        "type": view.type,
        "title": view.title,
        "submit": _text(view.definition["submit"]),
        "close": _text(view.definition["close"]),
        "blocks": view.blocks,
        "values": view.values,
        "errors": dict(view.errors),
    }


def message_view(workspace: Workspace, message: Message) -> Json:
    """A message with its author's name and whom it notified."""
    return message_json(workspace, message, with_metadata=True) | {
        "channel": message.channel,
        "author": author(workspace, message),
        "is_app": message.bot_id == BOT_ID,
        "ephemeral": message.ephemeral_to is not None,
        "deleted": message.deleted,
        "notifies": list(message.notifies),
        # Slack shows "(edited)" for a text that changed, not for a card that was redrawn.
        "shows_edited": message.edited_ts is not None and not message.blocks,
    }


def author(workspace: Workspace, message: Message) -> str:
    """The name above the message."""
    if message.bot_id:
        return BOT_NAME if message.bot_id == BOT_ID else "Slackbot"
    person = workspace.people.get(message.user or "")
    return person.real_name if person else "Someone"


def _messages(workspace: Workspace, me: Person, name: Any, thread: Any) -> list[Json]:
    if not name:
        return []
    try:
        channel = workspace.channel(str(name))
    except SlackError:
        return []
    if me.id not in channel.members:
        return []
    alone = [each for each in workspace.ephemerals(me.id) if each.channel == channel.id]
    every = workspace.messages(channel.id)
    if thread:
        parents = [each for each in every if each.ts == thread]
        below = workspace.replies(channel.id, str(thread))
        below += [each for each in alone if each.thread_ts == thread]
        every = parents + sorted(below, key=lambda each: each.ts)
    else:
        above = [each for each in alone if each.thread_ts is None]
        every = sorted(every + above, key=lambda each: each.ts)[-SHOWN:]
    return [message_view(workspace, each) for each in every]


def _person(person: Person) -> Json:
    return {"id": person.id, "name": person.name, "real_name": person.real_name}


def _channel(workspace: Workspace, me: Person, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": BOT_NAME if channel.im_user else channel.name,
        "is_private": channel.is_private,
        "is_direct": channel.im_user is not None,
        "unread": workspace.unread(me.id, channel.id),
    }


def _text(value: Json | None) -> str | None:
    return value["text"] if value else None
