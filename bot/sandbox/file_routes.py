"""The two addresses of files outside the Web API: where bytes are sent, and where they are got."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.faults import Faults
from bot.sandbox.files import visible_file
from bot.sandbox.records import SlackError
from bot.sandbox.workspace import TEAM_ID, Workspace


class FileRoutes:
    """Uploads by ticket and downloads by token; faults know them as `files.upload` and
    `files.download`.
    """

    def __init__(
        self, workspace: Workspace, faults: Faults, scopes: Mapping[str, frozenset[str]]
    ) -> None:
        self._workspace = workspace
        self._faults = faults
        self._scopes = scopes

    def routes(self) -> list[BaseRoute]:
        """What the server listens to."""
        place = "/files-pri/{team_and_id}"
        return [
            Route("/upload/v1/{ticket}", self._upload, methods=["POST"]),
            Route(f"{place}/download/{{name}}", self._download, methods=["GET"]),
            Route(f"{place}/{{name}}", self._download, methods=["GET"]),
        ]

    async def _upload(self, request: Request) -> Response:
        content = await request.body()
        if failure := await self._failure("files.upload"):
            return failure
        try:
            with self._workspace.lock:
                self._workspace.files.arrived(request.path_params["ticket"], content)
        except SlackError as refusal:
            return PlainTextResponse(refusal.error, 400)
        return PlainTextResponse(f"OK - {len(content)}")

    async def _download(self, request: Request) -> Response:
        if failure := await self._failure("files.download"):
            return failure
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if "files:read" not in self._scopes.get(token, frozenset()):
            # Slack sends whom it does not know to a page to sign in, not away.
            return RedirectResponse(f"/?redir={quote(request.url.path)}", 302)
        team, _, name = request.path_params["team_and_id"].partition("-")
        try:
            file = visible_file(self._workspace, name)
        except SlackError:
            return PlainTextResponse("file_not_found", 404)
        if team != TEAM_ID:
            return PlainTextResponse("file_not_found", 404)
        return Response(file.content, media_type=file.mimetype)

    async def _failure(self, name: str) -> Response | None:
        fault = self._faults.take(name)
        if fault is None:
            return None
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            return None
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
        return PlainTextResponse("", fault.status or (429 if headers else 500), headers)
