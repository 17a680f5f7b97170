"""The sandbox over HTTP: the page, its live updates, and JSON for another process.

Every route takes and gives JSON. Only requests that a page of another origin cannot send without
being asked are obeyed: a JSON content type, and this machine's own name as the host.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.sandbox.page_state import message_view, page_state, view_state
from bot.sandbox.records import DemoControls, Json, NoSuchElement, NotPossible, SlackError

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

PAGE: Final = Path(__file__).parent / "page"
KEEP_ALIVE_SECONDS: Final = 15.0
DEMO_SECONDS: Final = 1.0
HOSTS: Final = {"127.0.0.1", "localhost"}
# The page loads nothing from elsewhere and runs no script but its own.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:"
)
Act = Callable[[Json], Any]


class Control:
    """The routes outside Slack's protocol."""

    def __init__(self, sandbox: "Sandbox", demo: DemoControls | None) -> None:
        self._sandbox = sandbox
        self._demo = demo
        self._stopping = False
        self._patience = KEEP_ALIVE_SECONDS if demo is None else DEMO_SECONDS
        self._wakers: set[Callable[[], None]] = set()
        sandbox.workspace.watchers.append(self._wake)

    def routes(self) -> list[BaseRoute]:
        """The page, its files, its stream, and everything under /sandbox/."""
        acts = {
            "click": self._click,
            "choose": self._choose,
            "shortcut": self._shortcut,
            "submit": self._submit,
            "close": self._close,
            "click-in-view": self._click_in_view,
            "click-in-home": self._click_in_home,
            "open-home": self._open_home,
            "slash": self._slash,
            "suggest": lambda ask: self._sandbox.suggest(
                ask["user"], ask["action_id"], ask["typed"]
            ),
            "edit-message": self._edit,
            "delete-message": self._delete,
            "say": self._say,
            "read": self._read,
            "faults": self._order_fault,
            "demo/next-morning": self._next_morning,
            "demo/next-sample": self._next_sample,
        }
        looks = {
            "state": lambda ask: page_state(self._sandbox, self._demo, ask),
            "messages": lambda ask: self._messages(ask["channel"]),
            "replies": lambda ask: self._replies(ask["channel"], ask["thread_ts"]),
            "ephemerals": lambda ask: self._ephemerals(ask["user"]),
            "view": lambda ask: self._view(ask["user"]),
            "deliveries": lambda _ask: [each.as_json() for each in self._sandbox.deliveries()],
            "calls": lambda _ask: [
                {"method": call.method, "params": call.params, "at": call.at, "error": call.error}
                for call in self._sandbox.calls
            ],
        }
        return [
            Route("/", _file("index.html")),
            *(Route(f"/{path.name}", _file(path.name)) for path in sorted(PAGE.iterdir())),
            Route("/sandbox/stream", self._stream),
            Route("/sandbox/upload", self._upload, methods=["POST"]),
            Route("/sandbox/file/{name}", self._file),
            *(Route(f"/sandbox/{name}", _looking(look)) for name, look in looks.items()),
            *(
                Route(f"/sandbox/{name}", _acting(act), methods=["POST"])
                for name, act in acts.items()
            ),
        ]

    def stop(self) -> None:
        """End every stream."""
        self._stopping = True
        self._wake()

    # Looking

    def _messages(self, channel: str) -> list[Json]:
        workspace = self._sandbox.workspace
        return [message_view(workspace, each) for each in self._sandbox.messages(channel)]

    def _replies(self, channel: str, ts: str) -> list[Json]:
        workspace = self._sandbox.workspace
        return [message_view(workspace, each) for each in self._sandbox.replies(channel, ts)]

    def _ephemerals(self, user: str) -> list[Json]:
        workspace = self._sandbox.workspace
        return [message_view(workspace, each) for each in self._sandbox.ephemerals(user)]

    def _view(self, user: str) -> Json | None:
        view = self._sandbox.open_view(user)
        return view_state(view) if view else None

    async def _stream(self, request: Request) -> Response:
        """Server-Sent Events: the version after each change; the page then asks for the state."""
        if not _local(request):
            return JSONResponse({"error": "not local"}, 403)
        return StreamingResponse(self._versions(), media_type="text/event-stream")

    async def _versions(self) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop ended in this very moment
                loop.call_soon_threadsafe(changed.set)

        self._wakers.add(wake)
        told: object = None
        try:
            while not self._stopping:
                changed.clear()
                now = await run_in_threadpool(self._seen_by_page)
                # A comment keeps the connection alive and lets a reader that left be noticed.
                yield ": still here\n\n" if now == told else f"data: {now[0]}\n\n"
                told = now
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), self._patience)
        finally:
            self._wakers.discard(wake)

    def _seen_by_page(self) -> tuple[int, ...]:
        """What makes the page ask anew; the demo's letters and clock change without a word."""
        version = self._sandbox.workspace.version
        if self._demo is None:
            return (version,)
        minute = int(self._demo.now().timestamp() // 60)
        return version, len(self._demo.sent_mail()), self._demo.samples_left(), minute

    def _wake(self) -> None:
        for waker in list(self._wakers):
            waker()

    # Acting

    def _click(self, ask: Json) -> Json:
        sandbox = self._sandbox
        return sandbox.click(ask["user"], ask["channel"], ask["ts"], ask["action_id"]).as_json()

    def _choose(self, ask: Json) -> Json:
        place = ask["user"], ask["channel"], ask["ts"]
        return self._sandbox.choose(*place, ask["action_id"], ask["value"]).as_json()

    def _shortcut(self, ask: Json) -> Json:
        place = ask["user"], ask["channel"], ask["ts"]
        return self._sandbox.use_shortcut(*place, ask["callback_id"]).as_json()

    def _submit(self, ask: Json) -> Json:
        return self._sandbox.fill_and_submit(ask["user"], ask["values"]).as_json()

    def _close(self, ask: Json) -> Json | None:
        delivery = self._sandbox.close_view(ask["user"])
        return delivery.as_json() if delivery else None

    def _click_in_view(self, ask: Json) -> Json:
        sandbox = self._sandbox
        act = ask["user"], ask["action_id"], ask.get("value"), ask.get("filled")
        return sandbox.click_in_view(*act).as_json()

    def _click_in_home(self, ask: Json) -> Json:
        sandbox = self._sandbox
        return sandbox.click_in_home(ask["user"], ask["action_id"], ask.get("value")).as_json()

    def _open_home(self, ask: Json) -> Json:
        return self._sandbox.open_home(ask["user"]).as_json()

    def _slash(self, ask: Json) -> Json:
        if ask.get("thread_ts"):
            raise NotPossible(f"{ask['command']} is not supported in threads. Sorry!")
        place = ask["user"], ask["channel"]
        return self._sandbox.slash(*place, ask["command"], ask.get("text", "")).as_json()

    def _say(self, ask: Json) -> Json | None:
        place = ask["user"], ask["channel"]
        delivery = self._sandbox.say(*place, ask["text"], ask.get("thread_ts"))
        return delivery.as_json() if delivery else None

    def _edit(self, ask: Json) -> Json | None:
        place = ask["user"], ask["channel"], ask["ts"]
        delivery = self._sandbox.edit_message(*place, ask["text"])
        return delivery.as_json() if delivery else None

    def _delete(self, ask: Json) -> Json | None:
        delivery = self._sandbox.delete_message(ask["user"], ask["channel"], ask["ts"])
        return delivery.as_json() if delivery else None

    async def _upload(self, request: Request) -> Response:
        """The bytes of one file that a person chose; its name and theirs are in the query."""
        kind = request.headers.get("content-type", "")
        if not _local(request) or kind != "application/octet-stream":
            return JSONResponse({"error": "only bytes from this machine"}, 403)
        content = await request.body()

        def keep(ask: Json) -> Json:
            file = self._sandbox.upload(ask["user"], ask["name"], content)
            return {"id": file.id, "name": file.name, "size": file.size}

        return _answered(keep, dict(request.query_params))

    def _file(self, request: Request) -> Response:
        """A file for the person at the page; never shown by the browser, only saved."""
        if not _local(request):
            return JSONResponse({"error": "not local"}, 403)
        try:
            file = self._sandbox.workspace.files.find(request.path_params["name"])
        except SlackError as refusal:
            return JSONResponse({"error": refusal.error}, 404)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
        }
        return Response(file.content, media_type="application/octet-stream", headers=headers)

    def _read(self, ask: Json) -> None:
        self._sandbox.workspace.mark_read(ask["user"], ask["channel"])

    def _order_fault(self, ask: Json) -> None:
        names = {"rate_limit", "fail", "lose_answer", "delay", "error"}
        names |= {"delay_delivery", "lose_delivery", "cut_sockets", "refresh_sockets", "clear"}
        order = dict(ask)
        name = order.pop("do", "")
        if name not in names:
            raise NotPossible(f"no such fault: {name!r}; there is: {', '.join(sorted(names))}")
        getattr(self._sandbox.faults, name)(**order)

    def _next_morning(self, _ask: Json) -> Json:
        now = self._demo_or_refuse().jump_to_next_working_morning()
        self._sandbox.workspace.changed()
        return {"now": now.isoformat()}

    def _next_sample(self, _ask: Json) -> Json:
        subject = self._demo_or_refuse().deliver_next_sample()
        self._sandbox.workspace.changed()
        return {"subject": subject}

    def _demo_or_refuse(self) -> DemoControls:
        if self._demo is None:
            raise NotPossible("this sandbox has no demo")
        return self._demo


def _file(name: str) -> Callable[[Request], Response]:
    def endpoint(_request: Request) -> Response:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return FileResponse(PAGE / name, headers=headers)

    return endpoint


def _looking(look: Act) -> Callable[[Request], Any]:
    def endpoint(request: Request) -> Response:
        if not _local(request):
            return JSONResponse({"error": "not local"}, 403)
        return _answered(look, dict(request.query_params))

    return endpoint


def _acting(act: Act) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0]
        if not _local(request) or kind != "application/json":
            return JSONResponse({"error": "only JSON from this machine"}, 403)
        return await run_in_threadpool(_answered, act, await request.json())

    return endpoint


def _answered(act: Act, ask: Json) -> Response:
    try:
        return JSONResponse(act(ask))
    except KeyError as missing:
        return JSONResponse({"error": f"missing: {missing}"}, 400)
    except (NoSuchElement, NotPossible) as refusal:
        return JSONResponse({"ok": False, "error": str(refusal)})
    except SlackError as refusal:
        return JSONResponse({"error": refusal.error}, 404)


def _local(request: Request) -> bool:
    return request.url.hostname in HOSTS
