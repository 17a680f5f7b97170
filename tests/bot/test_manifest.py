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

# The facts of slackapi/manifest-schema, schemas/manifest.schema.1.0.0.json, as far as ours goes: which
# keys there are, which must be there, what kind of value each has, and how long a text or a list may be.
ADDRESS = r"https?://"
NEEDED = {
    "": {"display_information"},
    "display_information": {"name"},
    "features.bot_user": {"display_name"},
    "features.shortcuts": {"name", "type", "callback_id", "description"},
    "features.slash_commands": {"command", "description"},
    "settings.interactivity": {"is_enabled"},
}
# Every key of an object, and what its value is: a kind, how long a text may be, or those allowed.
KEYS: dict[str, dict[str, object]] = {
    "": {
        "$schema": str,
        "_metadata": dict,
        "app_directory": dict,
        "display_information": dict,
        "features": dict,
        "oauth_config": dict,
        "settings": dict,
        "functions": dict,
        "workflows": dict,
        "datastores": dict,
        "outgoing_domains": list,
        "types": dict,
        "external_auth_providers": dict,
    },
    "_metadata": dict.fromkeys(
        ("schema_version", "min_version", "major_version", "minor_version"), int
    ),
    "display_information": {
        "name": (1, 35),
        "description": (1, 140),
        "background_color": (4, 7),
        "long_description": (175, 4000),
    },
    "features": {
        "app_home": dict,
        "bot_user": dict,
        "functions": list,
        "shortcuts": list,
        "slash_commands": list,
        "workflow_steps": list,
        "unfurl_domains": list,
        "assistant_view": dict,
    },
    "features.app_home": dict.fromkeys(
        ("home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"), bool
    ),
    "features.bot_user": {"display_name": (1, 80), "always_online": bool},
    "features.shortcuts": {
        "name": (1, 24),
        "type": {"message", "global"},
        "callback_id": (1, 255),
        "description": (1, 150),
    },
    "features.slash_commands": {
        "command": (2, 32),
        "url": 3000,
        "description": (1, 2000),
        "usage_hint": (1, 1000),
        "should_escape": bool,
    },
    "oauth_config": {
        "redirect_urls": list,
        "scopes": dict,
        "token_management_enabled": bool,
        "pkce_enabled": bool,
    },
    "oauth_config.scopes": dict.fromkeys(("user", "bot", "user_optional", "bot_optional"), list),
    "settings": {
        "allowed_ip_address_ranges": list,
        "event_subscriptions": dict,
        "incoming_webhooks": dict,
        "interactivity": dict,
        "org_deploy_enabled": bool,
        "socket_mode_enabled": bool,
        "is_hosted": bool,
        "token_rotation_enabled": bool,
        "siws_links": dict,
        "hermes_app_type": str,
        "function_runtime": str,
        "is_mcp_enabled": bool,
    },
    "settings.event_subscriptions": {
        "request_url": 3500,
        "user_events": list,
        "bot_events": list,
        "metadata_subscriptions": list,
    },
    "settings.interactivity": {
        "is_enabled": bool,
        "request_url": 3500,
        "message_menu_options_url": 3500,
    },
    "settings.incoming_webhooks": {"incoming_webhooks_enabled": bool},
}
# How many a list may have, and of a list of names how long each may be.
LISTS = {
    "features.shortcuts": (1, 10),
    "features.slash_commands": (1, 50),
    "oauth_config.scopes.bot": (0, 255),
    "settings.event_subscriptions.bot_events": (0, 100),
}
NAMES = {"oauth_config.scopes.bot": 50, "settings.event_subscriptions.bot_events": 50}
UNIQUE = {"settings.event_subscriptions.bot_events"}


def settings(**slack: object) -> CouncilFile:
    data = tomllib.loads(EXAMPLE.read_text())
    data["slack"] |= slack
    return council_file(data)


def problems(value: dict[str, object], at: str = "") -> list[str]:
    """What Slack's schema would refuse of an object at this place, and of what is in it."""
    known = KEYS[at]
    found = [f"{at}: no key {key}" for key in set(value) - set(known)]
    found += [f"{at}: without {key}" for key in NEEDED.get(at, set()) - set(value)]
    for key in set(value) & set(known):
        found += wrong(value[key], known[key], f"{at}.{key}".lstrip("."))
    return found


def wrong(value: object, allowed: object, at: str) -> list[str]:
    if isinstance(allowed, type):
        if type(value) is not allowed:
            return [f"{at}: {value!r} is no {allowed.__name__}"]
        if isinstance(value, dict):
            return problems(value, at)
        return wrong_items(value, at) if isinstance(value, list) else []
    return wrong_text(value, allowed, at) if isinstance(value, str) else [f"{at}: no text"]


def wrong_text(value: str, allowed: object, at: str) -> list[str]:
    if isinstance(allowed, set):
        return [] if value in allowed else [f"{at}: {value!r} is none of {sorted(allowed)}"]
    if isinstance(allowed, int):
        fits = re.match(ADDRESS, value) and len(value) <= allowed
        return [] if fits else [f"{at}: {value!r} is no web address"]
    assert isinstance(allowed, tuple)
    least, most = allowed
    return [] if least <= len(value) <= most else [f"{at}: {len(value)} characters"]


def wrong_items(items: list[object], at: str) -> list[str]:
    least, most = LISTS[at]
    found = [] if least <= len(items) <= most else [f"{at}: {len(items)} items"]
    if at in UNIQUE and len({str(item) for item in items}) < len(items):
        found.append(f"{at}: one of them twice")
    for item in items:
        found += problems(item, at) if isinstance(item, dict) else wrong(item, (0, NAMES[at]), at)
    return found


BY_HTTP = manifest(settings(receive="http"), "https://carebot.westmere.example/")


@pytest.mark.parametrize("made", [manifest(settings()), BY_HTTP], ids=["socket", "http"])
def test_the_manifest_keeps_to_slacks_published_schema(made: dict[str, object]) -> None:
    assert problems(json.loads(json.dumps(made))) == []
    assert all(command["command"].startswith("/") for command in made["features"]["slash_commands"])


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("features", "bot_users"), {"display_name": "carebot"}, "no key bot_users"),
        (("settings", "socket_mode"), True, "no key socket_mode"),
        (("display_information", "name"), "c" * 36, "36 characters"),
        (("features", "bot_user", "display_name"), "", "0 characters"),
        (("features", "shortcuts", 0, "name"), "Add this message to the case", "28 characters"),
        (("features", "shortcuts", 0, "type"), "thread", "none of"),
        (("features", "slash_commands", 0, "command"), "/" + "c" * 32, "33 characters"),
        (("features", "slash_commands"), [], "0 items"),
        (("settings", "socket_mode_enabled"), "yes", "is no bool"),
        (("settings", "interactivity"), {}, "without is_enabled"),
        (("settings", "interactivity", "request_url"), "ftp://x", "no web address"),
        (("settings", "event_subscriptions", "bot_events"), ["a", "a"], "twice"),
        (("settings", "event_subscriptions", "bot_events"), ["e" * 51], "51 characters"),
    ],
)
def test_what_slacks_schema_refuses_is_found(
    place: tuple[str | int, ...], value: object, says: str
) -> None:
    made = json.loads(json.dumps(manifest(settings())))
    within = made
    for step in place[:-1]:
        within = within[step]
    within[place[-1]] = value
    (problem,) = problems(made)
    assert says in problem


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
