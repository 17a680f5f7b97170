"""Slack over its Web API: handlers.slack.api.SlackApi with slack_sdk, and the Bolt app."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web import SlackResponse

from bot import slack_channels, slack_files
from handlers.slack.api import Block, Person, Place, Said, Saying, SharedFile, Stretch, ThreadFile
from models.errors import (
    AnswerLost,
    Gone,
    Misconfigured,
    Unacceptable,
    Unavailable,
    Undeliverable,
)

_EVENT = "carebot"
_SEARCHED = 100
# Slack advises fewer and takes so many: calls are counted by the minute, and people wait for some.
_PAGE = 999
_NEVER = "9999999999.999999"

# Slack's own trouble: nothing was done, and the next try may go through.
_PASSING = frozenset({"ratelimited", "service_unavailable", "team_added_to_org"})
# Slack's own trouble of which nobody knows whether it was done.
_GONE = frozenset(
    {
        "message_not_found",
        "thread_not_found",
        "cant_update_message",
        "file_not_found",
        "file_deleted",
    }
)
_CONTENT = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text"}
)
_UNKNOWN_END = frozenset({"internal_error", "fatal_error", "request_timeout"})


class WebSlack:
    """Slack for one workspace. Shared by threads; channel names are resolved once."""

    def __init__(self, client: WebClient, scopes: Collection[str] = ()) -> None:
        """`client` retries nothing by itself: the outbox does, and knows what was done. `scopes` are
        what the token has to have.
        """
        self._client, self._scopes = client, frozenset(scopes)
        self._channels: dict[str, str] = {}
        self._groups: dict[str, str] = {}
        self._configured: dict[str, str] = {}
        self._team = self._bot = ""

    def connect(self, channels: Mapping[str, str], groups: Collection[str] = ()) -> None:
        """Resolve the configured channels (setting to channel) and join the public ones; resolve the
        user groups (`@handle`).

        Raises Misconfigured where the token is refused or lacks a scope, and naming the setting of a
        channel that is not there, that carebot is not invited to, that is to be private and is
        public, or whose cases another organisation would read; or a group that is not there. A
        channel is joined only where all of them are fit.
        """
        try:
            known_as = _call(self._client.auth_test)
        except Undeliverable as error:
            raise Misconfigured(f"SLACK_BOT_TOKEN: {error}") from error
        self._check_scopes(known_as)
        self._team, self._bot = str(known_as["team_id"]), str(known_as.get("bot_id") or "")
        known = self._listed()
        for _, why in slack_channels.problems(channels, known):
            raise Misconfigured(why)
        for channel in channels.values():
            found = known[channel]
            if not found.get("is_member"):
                _call(self._client.conversations_join, channel=found["id"])
            self._channels[channel] = str(found["id"])
        self._configured = dict(channels)
        self._resolve_groups([group for group in groups if group.startswith("@")])

    def unfit_channels(self) -> tuple[tuple[str, str], ...]:
        """What `connect` would refuse of the channels as they are now, and those that carebot is not
        in any more: the setting and a sentence.
        """
        known = self._listed()
        unfit = slack_channels.problems(self._configured, known)
        return (*unfit, *slack_channels.left(self._configured, known))

    def _listed(self) -> Mapping[str, Mapping[str, Any]]:
        kinds = "public_channel,private_channel"
        pages = self._pages(
            "channels", self._client.conversations_list, types=kinds, exclude_archived=True
        )
        return slack_channels.by_name(pages)

    def _check_scopes(self, known_as: SlackResponse) -> None:
        """An app that was installed before an update lacks what the update needs, and would fail at
        the first press that asks for it.
        """
        headers = {name.lower(): value for name, value in known_as.headers.items()}
        told = headers.get("x-oauth-scopes")
        missing = self._scopes - set(told.replace(" ", "").split(",")) if told else ()
        if missing:
            raise Misconfigured(
                f"SLACK_BOT_TOKEN: the app in Slack lacks {', '.join(sorted(missing))}. Give it the "
                "manifest that `carebot manifest` prints, and install it again"
            )

    def _resolve_groups(self, groups: Sequence[str]) -> None:
        if not groups:
            return
        listed = _call(self._client.usergroups_list)["usergroups"]
        known = {f"@{one['handle']}": str(one["id"]) for one in listed}
        for group in groups:
            if group not in known:
                raise Misconfigured(
                    f"staff or service officers: {group!r}: no such user group in Slack; there are: "
                    f"{', '.join(sorted(known)) or 'none'}"
                )
        self._groups = known

    def publish_home(self, user: str, view: Block) -> None:
        """Show a view on somebody's home tab."""
        _call(self._client.views_publish, user_id=user, view=view)

    def group_members(self, group: str) -> frozenset[str]:
        """Who is in a user group or a channel of the configuration."""
        if group.startswith("@"):
            if group not in self._groups:
                raise Unavailable("carebot is not connected to Slack yet")
            answer = _call(self._client.usergroups_users_list, usergroup=self._groups[group])
            return frozenset(map(str, answer["users"]))
        channel = self.channel_id(group.removeprefix("#"))
        pages = self._pages("members", self._client.conversations_members, channel=channel)
        return frozenset(map(str, pages))

    def channel_id(self, channel: str) -> str:
        """The id of a configured channel."""
        if channel not in self._channels:
            raise Unavailable("carebot is not connected to Slack yet")
        return self._channels[channel]

    def post(
        self, channel: str, saying: Saying, metadata: Mapping[str, str], thread: str | None = None
    ) -> Place:
        """Post; nothing is unfurled, no bare name becomes a mention."""
        answer = _call(
            self._client.chat_postMessage,
            channel=channel,
            text=saying.text,
            blocks=list(saying.blocks) or None,
            thread_ts=thread,
            metadata=_metadata(metadata),
            unfurl_links=False,
            unfurl_media=False,
        )
        return Place(str(answer["channel"]), str(answer["ts"]))

    def update(self, place: Place, saying: Saying, metadata: Mapping[str, str]) -> None:
        """Redraw a message of ours."""
        _call(
            self._client.chat_update,
            channel=place.channel,
            ts=place.ts,
            text=saying.text,
            blocks=list(saying.blocks),
            metadata=_metadata(metadata),
        )

    def find(self, channel: str, key: str, thread: str | None = None) -> Place | None:
        """Our message with this key among the latest hundred of the channel, or in the thread."""
        for message in self._searched(channel, thread):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("key") == key:
                return Place(channel, str(message["ts"]))
        return None

    def thread(self, channel: str, ts: str) -> tuple[Said, ...]:
        """A thread's messages with the one that began it."""
        return tuple(self._said(channel, message) for message in self._searched(channel, ts))

    def stretch(self, channel: str, after: datetime, before: str) -> Stretch:
        """A page of the messages of a channel itself that were posted between two times."""
        answer = _call(
            self._client.conversations_history,
            channel=channel,
            oldest=f"{after.timestamp():.6f}",
            # Without an end Slack begins at the other one.
            latest=before or _NEVER,
            limit=_PAGE,
            include_all_metadata=True,
        )
        said = tuple(self._said(channel, message) for message in answer["messages"])
        return Stretch(said, bool(answer.get("has_more")))

    def delete(self, place: Place) -> None:
        """Delete a message of ours."""
        _call(self._client.chat_delete, channel=place.channel, ts=place.ts)

    def mark(self, place: Place) -> None:
        """Put a memo's sign to a message."""
        _call(self._client.reactions_add, channel=place.channel, timestamp=place.ts, name="memo")

    def put_file(self, channel: str, file: ThreadFile, thread: str) -> None:
        """Put a file into a thread, in the three steps that Slack asks for."""
        try:
            _call(
                self._client.files_upload_v2,
                filename=file.name,
                title=file.title,
                alt_txt=file.described,
                content=file.content,
                channel=channel,
                thread_ts=thread,
            )
        except SlackRequestError as error:
            raise Unavailable("Slack did not take the file") from error

    def delete_file(self, id_: str) -> None:
        """Delete a file of ours."""
        _call(self._client.files_delete, file=id_)

    def download(self, files: Sequence[str], most: int) -> tuple[bytes, ...]:
        """Files that people gave us, within two seconds."""

        def about(id_: str) -> Any:
            return _call(self._client.files_info, file=id_)["file"]

        token = self._client.token or ""
        return slack_files.fetched(about, token, self._client.base_url, files, most)

    def link(self, place: Place) -> str:
        """The address of a message."""
        answer = _call(self._client.chat_getPermalink, channel=place.channel, message_ts=place.ts)
        return str(answer["permalink"])

    def person(self, user: str) -> Person:
        """A user. A user of another team is a stranger."""
        return self._person(_call(self._client.users_info, user=user)["user"])

    def people(self) -> tuple[Person, ...]:
        """All users, a thousand at a time."""
        return tuple(
            self._person(found) for found in self._pages("members", self._client.users_list)
        )

    def _person(self, found: Mapping[str, Any]) -> Person:
        profile, user = found.get("profile") or {}, str(found["id"])
        name = profile.get("display_name") or found.get("real_name") or found.get("name") or user
        other_team = found.get("team_id", self._team) != self._team
        return Person(
            id=user,
            name=str(name),
            is_guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
            is_stranger=bool(found.get("is_stranger")) or other_team,
            is_bot=bool(found.get("is_bot")),
            is_deleted=bool(found.get("deleted")),
        )

    def is_member(self, user: str, channel: str) -> bool:
        """Whether a user is in a channel."""
        return user in self._pages("members", self._client.conversations_members, channel=channel)

    def _said(self, channel: str, message: Mapping[str, Any]) -> Said:
        files = [file for file in message.get("files", ()) if file.get("mode") != "tombstone"]
        payload = (message.get("metadata") or {}).get("event_payload") or {}
        return Said(
            place=Place(channel, str(message["ts"])),
            user=str(message.get("user") or ""),
            is_ours=bool(self._bot) and message.get("bot_id") == self._bot,
            text=str(message.get("text") or ""),
            edited=str((message.get("edited") or {}).get("ts") or ""),
            blocks=message.get("blocks") or (),
            files=tuple(SharedFile(str(file["id"]), str(file.get("name"))) for file in files),
            metadata={str(name): str(value) for name, value in payload.items()},
        )

    def _searched(self, channel: str, thread: str | None) -> Iterable[Any]:
        if thread is None:
            answer = _call(
                self._client.conversations_history,
                channel=channel,
                limit=_SEARCHED,
                include_all_metadata=True,
            )
            return list(answer["messages"])
        return self._pages(
            "messages",
            self._client.conversations_replies,
            channel=channel,
            ts=thread,
            include_all_metadata=True,
        )

    def _pages(
        self, field: str, method: Callable[..., SlackResponse], **arguments: object
    ) -> Iterator[Any]:
        cursor = None
        while True:
            answer = _call(method, limit=_PAGE, cursor=cursor, **arguments)
            yield from answer[field]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return


def _metadata(payload: Mapping[str, str]) -> dict[str, object]:
    """Ids only: other apps of the workspace can read it."""
    return {"event_type": _EVENT, "event_payload": dict(payload)}


def _call(method: Callable[..., SlackResponse], **arguments: object) -> SlackResponse:
    """Ask Slack, and say in our words what went wrong."""
    try:
        return method(**arguments)
    except SlackApiError as error:
        raise _in_our_words(error) from error
    except (URLError, OSError, TimeoutError, HTTPException) as error:
        if isinstance(getattr(error, "reason", None), ConnectionRefusedError):
            raise Unavailable("Slack cannot be reached") from error
        raise AnswerLost(f"Slack's answer was lost ({type(error).__name__})") from error


def _in_our_words(error: SlackApiError) -> Unavailable | Undeliverable:
    response = error.response
    status = response.status_code
    data = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error", status))
    if status == 429:
        after = response.headers.get("Retry-After") or response.headers.get("retry-after") or 1
        return Unavailable("Slack asks to wait", retry_after=float(after))
    if status >= 500 or code in _UNKNOWN_END:
        return AnswerLost(f"Slack had trouble of its own ({code})")
    if code in _PASSING:
        return Unavailable(f"Slack is not available ({code})")
    if code in _GONE:
        return Gone(f"Slack says {code}")
    details = "; ".join((data.get("response_metadata") or {}).get("messages", []))
    refused = f"Slack refused: {code} {details}".strip()
    return Unacceptable(refused) if code in _CONTENT else Undeliverable(refused)
