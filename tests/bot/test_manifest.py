"""The app's manifest: every listener is in it, in the form that Slack's published schema asks for."""

import json
import re
import subprocess
import sys
import tomllib

import pytest

from bot.config import CouncilFile, council_file
from bot.manifest import GROUPS_SCOPE, SCOPES, manifest
from handlers.slack.listeners import COMMANDS, EVENTS, SHORTCUTS
from tests.support.council import EXAMPLE

URL = r"^https?://.{1,3000}$"
# The facts of slackapi/manifest-schema, schemas/manifest.schema.1.0.0.json, as far as ours goes: which
# keys there are, which must be there, and how long a text may be.
TEXT = {
    "display_information.name": (1, 35),
    "display_information.description": (1, 140),
    "features.bot_user.display_name": (1, 80),
    "features.shortcuts.name": (1, 24),
    "features.shortcuts.callback_id": (1, 255),
    "features.shortcuts.description": (1, 150),
    "features.slash_commands.command": (2, 32),
    "features.slash_commands.description": (1, 2000),
    "features.slash_commands.usage_hint": (1, 1000),
    "oauth_config.scopes.bot": (1, 50),
    "settings.event_subscriptions.bot_events": (1, 50),
}
KEYS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version", "schema_version", "min_version"},
    "display_information": {"name", "description", "background_color", "long_description"},
    "features": {"app_home", "bot_user", "shortcuts", "slash_commands", "unfurl_domains"},
    "features.app_home": {
        "home_tab_enabled",
        "messages_tab_enabled",
        "messages_tab_read_only_enabled",
    },
    "features.bot_user": {"display_name", "always_online"},
    "features.shortcuts": {"name", "type", "callback_id", "description"},
    "features.slash_commands": {"command", "url", "description", "usage_hint", "should_escape"},
    "oauth_config": {"redirect_urls", "scopes", "token_management_enabled"},
    "oauth_config.scopes": {"bot", "user", "bot_optional", "user_optional"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
    "settings.event_subscriptions": {"request_url", "bot_events", "user_events"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}
MOST = {"features.shortcuts": 10, "features.slash_commands": 50, "oauth_config.scopes.bot": 255}


def settings(**slack: object) -> CouncilFile:
    data = tomllib.loads(EXAMPLE.read_text())
    data["slack"] |= slack
    return council_file(data)


def problems(value: object, at: str = "") -> list[str]:
    found = []
    if isinstance(value, dict):
        found += [f"{at}: no key {key}" for key in set(value) - KEYS.get(at, set())]
        for key, each in value.items():
            found += problems(each, f"{at}.{key}".lstrip("."))
    elif isinstance(value, list):
        if len(value) > MOST.get(at, 100) or not value:
            found.append(f"{at}: {len(value)} items")
        for each in value:
            found += problems(each, at)
    elif isinstance(value, str) and at in TEXT:
        least, most = TEXT[at]
        if not least <= len(value) <= most:
            found.append(f"{at}: {len(value)} characters")
    elif at.endswith("url") and not re.match(URL, str(value)):
        found.append(f"{at}: {value!r} is no web address")
    return found


BY_HTTP = manifest(settings(receive="http"), "https://carebot.westmere.example/")


@pytest.mark.parametrize("made", [manifest(settings()), BY_HTTP], ids=["socket", "http"])
def test_the_manifest_keeps_to_slacks_published_schema(made: dict[str, object]) -> None:
    assert problems(json.loads(json.dumps(made))) == []
    assert all(command["command"].startswith("/") for command in made["features"]["slash_commands"])


def test_every_listener_is_in_the_manifest() -> None:
    made = manifest(settings())
    features, subscribed = made["features"], made["settings"]["event_subscriptions"]["bot_events"]
    assert {one["command"] for one in features["slash_commands"]} == set(COMMANDS)
    assert {one["callback_id"] for one in features.get("shortcuts", [])} == set(SHORTCUTS)
    assert set(EVENTS) <= set(subscribed)
    assert {"message.channels", "message.groups"} <= set(subscribed)
    assert made["settings"]["socket_mode_enabled"] is True


def test_over_http_every_delivery_comes_to_the_one_address() -> None:
    url = "https://carebot.westmere.example/slack/events"
    there = BY_HTTP["settings"]
    assert there["socket_mode_enabled"] is False
    assert there["event_subscriptions"]["request_url"] == url
    assert there["interactivity"]["request_url"] == url
    assert {one["url"] for one in BY_HTTP["features"]["slash_commands"]} == {url}


def test_user_groups_are_read_only_where_the_settings_name_one() -> None:
    assert GROUPS_SCOPE not in manifest(settings())["oauth_config"]["scopes"]["bot"]
    data = tomllib.loads(EXAMPLE.read_text()) | {"staff": {"officers": ["@care"]}}
    assert GROUPS_SCOPE in manifest(council_file(data))["oauth_config"]["scopes"]["bot"]


def test_every_scope_says_what_it_is_for() -> None:
    assert all(len(reason) > 10 for reason in SCOPES.values())


def test_the_command_prints_it_as_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "manifest", "--config", str(EXAMPLE)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == json.loads(json.dumps(manifest(settings())))


def test_over_http_the_address_is_asked_for() -> None:
    made = EXAMPLE.read_text().replace('# receive = "socket"', 'receive = "http" #')
    done = subprocess.run(
        [sys.executable, "-m", "bot", "manifest", "--config", "/dev/stdin"],
        input=made,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--address" in done.stderr
