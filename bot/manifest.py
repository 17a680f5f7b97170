"""The Slack app's manifest, from the listeners that are registered: what to paste when the app is made.

Its form is Slack's published one (slackapi/manifest-schema, version 1): names up to 35 characters,
commands up to 32 that begin with a slash, shortcuts up to 24.
"""

from collections.abc import Mapping

from bot.config import CouncilFile
from bot.http_mode import PATH
from handlers.slack.listeners import COMMANDS, EVENTS, SHORTCUTS

NAME = "carebot"
SCOPES: Mapping[str, str] = {
    "app_mentions:read": "to be asked in a case's thread",
    "channels:history": "to find what was posted before an answer was lost, and edits of notes",
    "channels:join": "to join the channels of the settings",
    "channels:read": "to find the channels of the settings, and who is in them",
    "chat:write": "to post cards and threads",
    "commands": "for /case and the shortcuts on messages",
    "files:read": "to fetch what is attached to an answer",
    "files:write": "to put a long message into its thread as a file",
    "groups:history": "the same in private channels to which carebot is invited",
    "groups:read": "to see who is in a private channel",
    "reactions:write": "to mark a message that was filed as a note",
    "users:read": "to tell colleagues from guests and strangers",
}
"""Every scope of the bot's token, and what it is for."""

GROUPS_SCOPE = "usergroups:read"
"""Asked for where the settings name a user group: to see who is in it."""

_SUBSCRIPTIONS: Mapping[str, tuple[str, ...]] = {"message": ("message.channels", "message.groups")}
_SHORTCUT_WORDS: Mapping[str, tuple[str, str]] = {
    "note_add": ("Add to the case", "Keep this message of a case's thread as a note of the case."),
}
"""A shortcut's name in the menu of a message, and what it does, by callback id."""

_HINT = "CC-2026-00042, mine, due, overdue, triage, search words, log, help"


def manifest(file: CouncilFile, address: str = "") -> dict[str, object]:
    """The manifest for these settings; `address` is where Slack reaches us, where they say
    `receive = "http"` (https://host, without a path).
    """
    by_http = file.slack.receive == "http"
    url = f"{address.rstrip('/')}{PATH}" if by_http else ""
    request = {"request_url": url} if by_http else {}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": "Turns the complaints mailbox into cases, and keeps each moving until it is "
            "answered.",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": "app_home_opened" in EVENTS,
                "messages_tab_enabled": False,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            **_shortcuts(),
            "slash_commands": [_command(name, url) for name in COMMANDS],
        },
        "oauth_config": {"scopes": {"bot": list(scopes_of(file))}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": _events()},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not by_http,
            "token_rotation_enabled": False,
        },
    }


def scopes_of(file: CouncilFile) -> tuple[str, ...]:
    """The scopes that these settings need."""
    staff = (*file.staff.officers, *file.staff.leads, *file.staff.senior)
    named = (*staff, *(one for service in file.service for one in service.officers))
    groups = any(one.startswith("@") for one in named)
    return tuple(sorted({*SCOPES, *([GROUPS_SCOPE] if groups else [])}))


def shortcut_names() -> dict[str, str]:
    """The names of the shortcuts in a message's menu, by callback id."""
    return {
        callback: name for callback, (name, _) in _SHORTCUT_WORDS.items() if callback in SHORTCUTS
    }


def _shortcuts() -> dict[str, object]:
    shown = [
        {"name": name, "type": "message", "callback_id": callback, "description": words}
        for callback, (name, words) in _SHORTCUT_WORDS.items()
        if callback in SHORTCUTS
    ]
    return {"shortcuts": shown} if shown else {}


def _command(name: str, url: str) -> dict[str, object]:
    return {
        "command": name,
        "description": "Look up cases, search, log a call, see what is due",
        "usage_hint": _HINT,
        # Slack then sends a mention as <@U…>, which names one person, and not as a bare name.
        "should_escape": True,
        **({"url": url} if url else {}),
    }


def _events() -> list[str]:
    heard = ("message", *EVENTS)
    return sorted(name for event in heard for name in _SUBSCRIPTIONS.get(event, (event,)))
