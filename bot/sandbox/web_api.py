"""The Web API: one table of methods, who may call them, and the form of every answer."""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox import chat, conversations, directory, files, modals
from bot.sandbox.caller import Caller
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.records import Call, Json, SlackError
from bot.sandbox.views import Views
from bot.sandbox.workspace import Workspace

ALL_SCOPES: Final = (
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
)
APP_SCOPES: Final = ("connections:write",)
TokenKind = Literal["bot", "app", "none"]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: what it does, and the token and scope that it asks for."""

    act: Callable[[Caller], Json]
    scope: str | None = None
    token: TokenKind = "bot"  # noqa: S105 - a kind of token, not a token


METHODS: Final[Mapping[str, Method]] = {
    "api.test": Method(directory.api_test, token="none"),  # noqa: S106 - a kind of token
    "apps.connections.open": Method(
        directory.open_connection,
        "connections:write",
        token="app",  # noqa: S106 - a kind of token
    ),
    "auth.test": Method(directory.auth_test),
    "blocks.validate": Method(chat.validate_blocks, token="none"),  # noqa: S106 - a kind of token
    "chat.delete": Method(chat.delete, "chat:write"),
    "chat.getPermalink": Method(chat.permalink),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write"),
    "chat.postMessage": Method(chat.post_message, "chat:write"),
    "chat.update": Method(chat.update, "chat:write"),
    "conversations.history": Method(conversations.history),
    "conversations.info": Method(conversations.info),
    "conversations.join": Method(conversations.join, "channels:join"),
    "conversations.list": Method(conversations.listing),
    "conversations.members": Method(conversations.members),
    "conversations.replies": Method(conversations.replies),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write"),
    "files.delete": Method(files.delete, "files:write"),
    "files.getUploadURLExternal": Method(files.upload_url, "files:write"),
    "files.info": Method(files.info, "files:read"),
    "reactions.add": Method(chat.add_reaction, "reactions:write"),
    "usergroups.list": Method(directory.group_list, "usergroups:read"),
    "usergroups.users.list": Method(directory.group_users, "usergroups:read"),
    "users.info": Method(directory.user_info, "users:read"),
    "users.list": Method(directory.user_list, "users:read"),
    "users.lookupByEmail": Method(directory.user_by_email, "users:read.email"),
    "views.open": Method(modals.open_view),
    "views.publish": Method(modals.publish_view),
    "views.push": Method(modals.push_view),
    "views.update": Method(modals.update_view),
}


class WebApi:
    """Answers POST and GET /api/METHOD."""

    def __init__(
        self,
        workspace: Workspace,
        views: Views,
        faults: Faults,
        tokens: Mapping[str, tuple[TokenKind, frozenset[str]]],
        drop: Callable[[Request], None],
    ) -> None:
        self._workspace = workspace
        self._views = views
        self._faults = faults
        self._tokens = tokens
        self._drop = drop
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self.url = ""

    @property
    def calls(self) -> list[Call]:
        """Every request so far, oldest first, refused ones too."""
        with self._lock:
            return list(self._calls)

    async def endpoint(self, request: Request) -> Response:
        """Serve one request."""
        name = request.path_params["method"]
        try:
            params = await parameters(request)
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_json"})
        fault = self._faults.take(name)
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        failure = _failure(fault)
        kind, scopes = self._tokens.get(_token(request, params), ("none", frozenset()))
        if failure is None:
            answer = self._answer(name, params, fault, kind, scopes, _has_token(request, params))
        else:
            answer = {"ok": False, "error": fault.kind if fault else ""}
        seen = {key: value for key, value in params.items() if key != "token"}
        self._note(Call(name, seen, self._workspace.clock(), answer.get("error")))
        if fault is not None and fault.kind == "lose_answer":
            self._drop(request)
            return Response()
        if failure is not None:
            return failure
        headers = {"X-OAuth-Scopes": ",".join(sorted(scopes))} if kind != "none" else {}
        return JSONResponse(answer, headers=headers)

    def _answer(
        self,
        name: str,
        params: Json,
        fault: Fault | None,
        kind: TokenKind,
        scopes: frozenset[str],
        has_token: bool,
    ) -> Json:
        try:
            if fault is not None and fault.kind == "error":
                return SlackError(fault.error).answer()
            method = METHODS.get(name)
            if method is None:
                return SlackError("unknown_method", req_method=name).answer()
            if method.token != "none":  # noqa: S105 - a kind of token
                _check_token(method, kind, has_token)
            caller = Caller(self._workspace, self._views, params, scopes, self.url)
            if method.scope is not None:
                caller.need(method.scope)
            return {"ok": True, **method.act(caller)}
        except SlackError as refusal:
            return refusal.answer()

    def _note(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)
        self._workspace.changed()


def _check_token(method: Method, kind: TokenKind, has_token: bool) -> None:
    if not has_token:
        raise SlackError("not_authed")
    if kind == "none":
        raise SlackError("invalid_auth")
    if kind != method.token:
        raise SlackError("not_allowed_token_type")


def _failure(fault: Fault | None) -> Response | None:
    if fault is None:
        return None
    if fault.kind == "rate_limit":
        headers = {"Retry-After": str(fault.retry_after)}
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers)
    if fault.kind == "fail":
        return PlainTextResponse("The server made a mistake.", fault.status)
    return None


async def parameters(request: Request) -> Json:
    """The parameters of a request: query, form or JSON; an empty body has none."""
    params: Json = dict(request.query_params)
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body.strip():
        return params
    if kind == "application/json":
        decoded: Any = json.loads(body)
        if not isinstance(decoded, dict):
            raise ValueError("a JSON body is an object")
        return params | decoded
    return params | dict(parse_qsl(body.decode(), keep_blank_values=True))


def _token(request: Request, params: Json) -> str:
    header = request.headers.get("authorization", "")
    return header.removeprefix("Bearer ") if header else str(params.get("token", ""))


def _has_token(request: Request, params: Json) -> bool:
    return bool(_token(request, params))
