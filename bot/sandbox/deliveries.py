"""Envelopes on their way to the app: sent, acknowledged within three seconds, or tried again."""

import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Final, Literal

from bot.sandbox.records import Json

ACK_SECONDS: Final = 3.0
RETRY_AFTER: Final = (1.0, 60.0, 300.0)
EnvelopeType = Literal["interactive", "slash_commands", "events_api"]
OnAck = Callable[[Json | None], None]


class Delivery:
    """One payload and what the app answered to it."""

    def __init__(self, kind: str, envelope_type: EnvelopeType, payload: Json) -> None:
        self.envelope_id = str(uuid.uuid4())
        self.kind = kind
        self.type = envelope_type
        self.payload = payload
        self.sent_at = time.time()
        self.acked_at: float | None = None
        self.ms: float | None = None
        self.response: Json | None = None
        self.attempts = 0
        self.reached = False
        self.timed_out = False
        self._first_sent = time.perf_counter()
        self._settled = threading.Event()

    @property
    def acked(self) -> bool:
        """Whether the app acknowledged, in time or later."""
        return self.acked_at is not None

    def wait_ack(self, timeout: float = ACK_SECONDS) -> bool:
        """Wait until the app acknowledged or Slack gave up; whether it acknowledged in time."""
        self._settled.wait(timeout)
        return self.acked and not self.timed_out

    def as_json(self) -> Json:
        """The delivery, for the page and for other processes."""
        return {
            "envelope_id": self.envelope_id,
            "kind": self.kind,
            "type": self.type,
            "sent_at": self.sent_at,
            "acked_at": self.acked_at,
            "acked": self.acked,
            "ms": self.ms,
            "response": self.response,
            "attempts": self.attempts,
            "timed_out": self.timed_out,
        }

    def settle(self) -> None:
        """Let those who wait go on."""
        self._settled.set()

    def note_ack(self, response: Json | None) -> None:
        """Write down when the app acknowledged and with what."""
        self.acked_at = time.time()
        self.ms = (time.perf_counter() - self._first_sent) * 1000
        self.response = response

    def __repr__(self) -> str:
        state = (
            "timed out" if self.timed_out else f"acked in {self.ms:.0f} ms" if self.ms else "sent"
        )
        return f"<Delivery {self.kind} {state}, {self.attempts} attempts>"


class Deliveries:
    """Every envelope since the start, in order; safe from any thread."""

    def __init__(
        self,
        send: Callable[[Json], bool],
        changed: Callable[[], None],
        lock: threading.RLock,
        retry_after: Sequence[float] = RETRY_AFTER,
    ) -> None:
        self._send = send
        self._changed = changed
        self._lock = lock
        self._retry_after = tuple(retry_after)
        self._every: list[Delivery] = []
        self._open: dict[str, tuple[Delivery, OnAck | None]] = {}
        self._timers: set[threading.Timer] = set()
        self._stopped = False

    def every(self) -> list[Delivery]:
        """A copy of the list, oldest first."""
        with self._lock:
            return list(self._every)

    def start(self, delivery: Delivery, on_ack: OnAck | None = None) -> Delivery:
        """Send the payload; `on_ack` gets the answer of an ack that comes in time."""
        with self._lock:
            self._every.append(delivery)
            self._open[delivery.envelope_id] = (delivery, on_ack)
        self._attempt(delivery, "")
        self._changed()
        return delivery

    def acknowledge(self, envelope_id: str, response: Json | None) -> None:
        """Take an ack from whichever connection it came by."""
        with self._lock:
            delivery, on_ack = self._open.pop(envelope_id, (None, None))
            if delivery is None:
                return
            delivery.note_ack(response)
            if on_ack is not None and not delivery.timed_out:
                on_ack(response)
        delivery.settle()
        self._changed()

    def stop(self) -> None:
        """Send nothing any more and let everyone who waits go."""
        with self._lock:
            self._stopped = True
            timers, waiting = list(self._timers), [each for each, _ in self._open.values()]
        for timer in timers:
            timer.cancel()
        for timer in timers:
            timer.join()
        for delivery in waiting:
            delivery.settle()

    def _attempt(self, delivery: Delivery, reason: str) -> None:
        envelope: Json = {
            "envelope_id": delivery.envelope_id,
            "type": delivery.type,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.type != "events_api",
        }
        if delivery.type == "events_api":
            envelope |= {"retry_attempt": delivery.attempts, "retry_reason": reason}
        delivery.attempts += 1
        if self._send(envelope):
            delivery.reached = True
            self._later(ACK_SECONDS, lambda: self._missed(delivery, "timeout"))
        else:
            self._missed(delivery, "connection_failed")

    def _missed(self, delivery: Delivery, reason: str) -> None:
        """Give an unacknowledged payload up, or try an event again as Slack does."""
        with self._lock:
            if delivery.acked or self._stopped:
                return
            retries = self._retry_after if delivery.type == "events_api" else ()
            delivery.timed_out = delivery.attempts > len(retries)
        if delivery.timed_out:
            delivery.settle()
            self._changed()
        else:
            pause = retries[delivery.attempts - 1]
            self._later(pause, lambda: self._again(delivery, reason))

    def _again(self, delivery: Delivery, reason: str) -> None:
        with self._lock:
            if delivery.acked or self._stopped:
                return
        self._attempt(delivery, reason)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        def run() -> None:
            with self._lock:
                self._timers.discard(timer)
            act()

        timer = threading.Timer(seconds, run)
        timer.daemon = True
        with self._lock:
            if self._stopped:
                return
            self._timers.add(timer)
            timer.start()
