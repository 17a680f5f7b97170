"""A mail server on this machine that keeps what it is sent: the demo's outside world."""

import asyncio
import email.policy
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

Fault = Literal["4xx", "5xx", "drop"]


@dataclass(frozen=True, slots=True)
class Received:
    """A message with its envelope (`sender` is empty for `<>`) and when it came (aware, UTC)."""

    message: EmailMessage
    raw: bytes
    sender: str
    recipients: tuple[str, ...]
    at: datetime


class _OnAnyPort(Controller):
    """aiosmtpd's controller greets itself on the port it was given, which for 0 is nobody's."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = int(self.server.sockets[0].getsockname()[1])
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's own


class SmtpReceiver:
    """Listens on 127.0.0.1; `port` 0 picks a free one at `start`. Takes mail for anybody."""

    host = "127.0.0.1"

    def __init__(
        self,
        port: int = 0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        **options: Any,
    ) -> None:
        """Nothing listens yet. `now` dates what comes in; `options` are aiosmtpd's own, such as
        the certificate to speak TLS with.
        """
        self.port = port
        self._options = options
        self._now = now
        self._received: list[Received] = []
        self._faults: deque[Fault] = deque()
        self._changed = threading.Condition()
        self._controller: _OnAnyPort | None = None

    def start(self) -> None:
        """Listen; `port` is the real one from then on."""
        self._controller = _OnAnyPort(self, hostname=self.host, port=self.port, **self._options)
        self._controller.start()
        self.port = self._controller.port

    def stop(self) -> None:
        """Stop listening; what came in stays readable."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    @property
    def messages(self) -> tuple[Received, ...]:
        """What has come in so far, in order."""
        with self._changed:
            return tuple(self._received)

    def wait_for(self, count: int, timeout: float = 10.0) -> tuple[Received, ...]:
        """The messages as soon as there are `count`. Raises TimeoutError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while len(self._received) < count:
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"{len(self._received)} of {count} messages came")
            return tuple(self._received)

    def fail_next(self, *faults: Fault) -> None:
        """What happens to the next messages: "4xx" and "5xx" refuse them after DATA, "drop" takes
        the message and cuts the connection in place of an answer.
        """
        with self._changed:
            self._faults.extend(faults)

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name for it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the message, or do what `fail_next` asked for (called by aiosmtpd)."""
        del session
        with self._changed:
            fault = self._faults.popleft() if self._faults else None
        if fault == "4xx":
            return "451 4.3.0 Please try again later"
        if fault == "5xx":
            return "550 5.1.1 No such mailbox"
        self._keep(envelope)
        if fault == "drop":
            transport: Any = server.transport
            transport.abort()
            await asyncio.sleep(0)
        return "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(raw, policy=email.policy.default)
        received = Received(
            message,
            raw,
            (envelope.mail_from or "").strip("<>"),
            tuple(envelope.rcpt_tos),
            self._now(),
        )
        with self._changed:
            self._received.append(received)
            self._changed.notify_all()
