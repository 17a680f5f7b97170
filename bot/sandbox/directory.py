"""Web API methods about the app itself, people and usergroups."""

from bot.sandbox.caller import Caller
from bot.sandbox.conversations import paged
from bot.sandbox.records import Json, Person, SlackError, UserGroup
from bot.sandbox.workspace import (
    APP_ID,
    BOT_ID,
    BOT_NAME,
    BOT_USER_ID,
    OTHER_TEAM_ID,
    TEAM_ID,
)


def auth_test(caller: Caller) -> Json:
    """auth.test"""
    return {
        "url": f"{caller.url}/",
        "team": "Council",
        "user": BOT_NAME,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def api_test(caller: Caller) -> Json:
    """api.test"""
    if error := caller.text("error"):
        raise SlackError(error, args=caller.params)
    return {"args": caller.params}


def open_connection(caller: Caller) -> Json:
    """apps.connections.open"""
    with caller.workspace.lock:
        ticket = caller.workspace.grants.ticket()
    address = caller.url.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={ticket}&app_id={APP_ID}"}


def user_info(caller: Caller) -> Json:
    """users.info"""
    wanted = caller.required("user", "user_not_found")
    if wanted == BOT_USER_ID:
        return {"user": bot_json()}
    if wanted not in caller.workspace.people:
        raise SlackError("user_not_found")
    return {"user": person_json(caller.workspace.people[wanted], caller)}


def user_list(caller: Caller) -> Json:
    """users.list"""
    everyone = [person_json(each, caller) for each in caller.workspace.people.values()]
    page, cursor = paged([*everyone, bot_json()], caller)
    return {"members": page, "cache_ts": int(caller.workspace.clock()), **cursor}


def user_by_email(caller: Caller) -> Json:
    """users.lookupByEmail"""
    wanted = caller.required("email", "users_not_found").lower()
    for person in caller.workspace.people.values():
        if person.email.lower() == wanted:
            return {"user": person_json(person, caller)}
    raise SlackError("users_not_found")


def group_list(caller: Caller) -> Json:
    """usergroups.list"""
    with_users = caller.flag("include_users")
    groups = list(caller.workspace.groups.values())
    return {"usergroups": [group_json(each, with_users) for each in groups]}


def group_users(caller: Caller) -> Json:
    """usergroups.users.list"""
    group = caller.workspace.groups.get(caller.required("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def person_json(person: Person, caller: Caller) -> Json:
    """The person as users.info shows them; the email only with its scope."""
    profile: Json = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "team": OTHER_TEAM_ID if person.is_stranger else TEAM_ID,
    }
    if "users:read.email" in caller.scopes:
        profile["email"] = person.email
    return {
        "id": person.id,
        "team_id": OTHER_TEAM_ID if person.is_stranger else TEAM_ID,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.is_deleted,
        "tz": "Europe/London",
        "tz_label": "Greenwich Mean Time",
        "tz_offset": 0,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_bot": False,
        "is_app_user": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": person.is_stranger,
        "updated": 0,
    }


def bot_json() -> Json:
    """The app's own user."""
    return {
        "id": BOT_USER_ID,
        "team_id": TEAM_ID,
        "name": BOT_NAME,
        "real_name": BOT_NAME,
        "deleted": False,
        "is_bot": True,
        "is_app_user": False,
        "profile": {"bot_id": BOT_ID, "api_app_id": APP_ID, "real_name": BOT_NAME},
    }


def group_json(group: UserGroup, with_users: bool) -> Json:
    """The usergroup as usergroups.list shows it."""
    answer: Json = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "is_subteam": True,
        "handle": group.handle,
        "name": group.name,
        "date_delete": 0,
        "user_count": len(group.users),
    }
    if with_users:
        answer["users"] = list(group.users)
    return answer
