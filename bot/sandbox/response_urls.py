"""Response URLs: what an app may answer to an interaction without naming a channel."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.grants import ResponseUrl
from bot.sandbox.interactions import Interactions
from bot.sandbox.limits import check_blocks
from bot.sandbox.records import Json, SlackError
from bot.sandbox.web_api import parameters
from bot.sandbox.workspace import Workspace


class ResponseUrls:
    """Answers POST /actions/NAME, five times within half an hour for each name."""

    def __init__(self, workspace: Workspace, interactions: Interactions) -> None:
        self._workspace = workspace
        self._interactions = interactions

    async def endpoint(self, request: Request) -> Response:
        """Serve one answer of the app."""
        try:
            answer = await parameters(request)
            with self._workspace.lock:
                url = self._workspace.grants.use_response_url(request.path_params["name"])
                self._apply(url, answer)
        except SlackError as refusal:
            gone = refusal.error in {"expired_url", "used_url"}
            return JSONResponse(refusal.answer(), 404 if gone else 400)
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        return PlainTextResponse("ok")

    def _apply(self, url: ResponseUrl, answer: Json) -> None:
        original = None
        if url.message_ts is not None:
            viewer = url.user if url.is_ephemeral else None
            original = self._workspace.message(url.channel, url.message_ts, viewer=viewer)
        if answer.get("delete_original") is True and original is not None:
            self._workspace.delete(original)
        elif answer.get("replace_original") is True and original is not None:
            if answer.get("blocks"):
                check_blocks(answer["blocks"])
            elif not answer.get("text"):
                raise SlackError("no_text")
            after = replace(
                original,
                text=str(answer.get("text") or ""),
                blocks=tuple(answer.get("blocks") or ()),
                edited_ts=self._workspace.next_ts(),
            )
            self._workspace.edit(original, after)
        else:
            self._interactions.respond(url.user, url.channel, answer, url.thread_ts)
