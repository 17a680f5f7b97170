"""A stand-in for GOV.UK Notify's API, as far as letters by email need it: it checks the token as
the real one does, keeps notifications by reference, and fails on demand.
"""

import json
import re
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

import jwt

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"carebot-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
REPLY_TO = "8e222534-7f05-4972-86e3-17c5d9f894e2"
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


@dataclass
class Notification:
    """What Notify keeps of an email; a test moves its `status` on."""

    to: str
    subject: str
    body: str
    reference: str
    reply_to: str | None
    status: str = "created"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class Fault:
    """What befalls the next request that sends: `taken` before the answer is given or lost, or
    never comes (`holds`).
    """

    status: int | None = None
    error: str = "BadRequestError"
    message: str = ""
    taken: bool = False
    holds: bool = False


class NotifyServer:
    """Listens on 127.0.0.1. `faults` are used up by sending, `list_faults` by asking."""

    def __init__(self) -> None:
        self.notifications: list[Notification] = []
        self.faults: deque[Fault] = deque()
        self.list_faults: deque[Fault] = deque()
        self.asked = 0
        self.clock_is_off_by = 0.0
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def wait_for(self, count: int, timeout: float = 20.0) -> list[Notification]:
        """What it took, as soon as there are `count`."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.notifications) >= count, timeout):
                raise TimeoutError(f"{len(self.notifications)} of {count} notifications came")
            return list(self.notifications)

    def refuses(self, header: str | None) -> str | None:
        """Why a request is not let in: the token names the service, is of now, and is signed."""
        if header is None or not header.startswith("Bearer "):
            return "Unauthorized: authentication token must be provided"
        try:
            claims = jwt.decode(
                header.removeprefix("Bearer "),
                SECRET,
                algorithms=["HS256"],
                options={"verify_iat": False, "require": ["iss", "iat"]},
            )
        except jwt.InvalidTokenError:
            return "Invalid token: API key not found"
        if claims["iss"] != SERVICE:
            return "Invalid token: service not found"
        if abs(time.time() + self.clock_is_off_by - claims["iat"]) > 30:
            return "Error: Your system clock must be accurate to within 30 seconds"
        return None

    def send(self, asked: dict) -> tuple[int | None, dict]:
        fault = self.faults.popleft() if self.faults else None
        if fault is not None and not fault.taken:
            return fault.status, _errors(fault.status, fault.error, fault.message)
        problem = self._problem(asked)
        if problem is not None:
            return 400, _errors(400, *problem)
        made = Notification(
            to=asked["email_address"],
            subject=asked["personalisation"]["subject"],
            body=asked["personalisation"]["body"],
            reference=asked.get("reference", ""),
            reply_to=asked.get("email_reply_to_id"),
        )
        with self._changed:
            self.notifications.append(made)
            self._changed.notify_all()
        if fault is not None:
            if fault.holds:
                self._ended.wait(60)
            return fault.status, _errors(fault.status, fault.error, fault.message)
        return 201, {"id": made.id, "reference": made.reference, "template": {"id": TEMPLATE}}

    def _problem(self, asked: dict) -> tuple[str, str] | None:
        if not _ADDRESS.match(asked.get("email_address", "")):
            return "ValidationError", "email_address Not a valid email address"
        if asked.get("template_id") != TEMPLATE:
            return "BadRequestError", "Template not found"
        missing = {"subject", "body"} - set(asked.get("personalisation", {}))
        if missing:
            return "BadRequestError", f"Missing personalisation: {', '.join(sorted(missing))}"
        if asked.get("email_reply_to_id") not in {None, REPLY_TO}:
            return "BadRequestError", "email_reply_to_id does not exist in database"
        return None

    def listed(self, reference: str | None) -> tuple[int | None, object]:
        self.asked += 1
        if self.list_faults:
            fault = self.list_faults.popleft()
            return fault.status, _errors(fault.status, fault.error, fault.message)
        found = [n for n in self.notifications if reference in {None, n.reference}]
        shown = [
            {"id": n.id, "reference": n.reference, "email_address": n.to, "status": n.status}
            for n in found
        ]
        return 200, {"notifications": shown, "links": {"current": self.url}}


def _errors(status: int | None, error: str, message: str) -> dict:
    return {"status_code": status, "errors": [{"error": error, "message": message}]}


def _handler(notify: NotifyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self._let_in():
                assert self.path == "/v2/notifications/email"
                self._answer(*notify.send(asked))

        def do_GET(self) -> None:
            if self._let_in():
                url = urlsplit(self.path)
                assert url.path == "/v2/notifications"
                self._answer(*notify.listed(parse_qs(url.query).get("reference", [None])[0]))

        def _let_in(self) -> bool:
            why_not = notify.refuses(self.headers["Authorization"])
            if why_not is not None:
                self._answer(403, _errors(403, "AuthError", why_not))
            return why_not is None

        def _answer(self, status: int | None, content: object) -> None:
            if status is None:  # the answer is lost on its way
                self.close_connection = True
                return
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing to the terminal."""

    return Handler
