"""Being told to fail: what a test or a person asks of the next calls of a method."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

DELIVERY: Final = "a delivery"
Kind = Literal["rate_limit", "fail", "lose_answer", "delay", "error"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one call of a method."""

    kind: Kind
    retry_after: int = 0
    status: int = 0
    seconds: float = 0.0
    error: str = ""


class Faults:
    """Orders for the next calls, first in first out; the method `*` stands for any method."""

    def __init__(self, cut: Callable[[], None], refresh: Callable[[], None]) -> None:
        self._cut = cut
        self._refresh = refresh
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)

    def rate_limit(self, method: str, retry_after: int = 1, times: int = 1) -> None:
        """Answer 429 with Retry-After and do nothing."""
        self._order(method, Fault("rate_limit", retry_after=retry_after), times)

    def fail(self, method: str, status: int = 500, times: int = 1) -> None:
        """Answer a server error and do nothing."""
        self._order(method, Fault("fail", status=status), times)

    def lose_answer(self, method: str, times: int = 1) -> None:
        """Do what is asked, then drop the connection instead of answering."""
        self._order(method, Fault("lose_answer"), times)

    def delay(self, method: str, seconds: float, times: int = 1) -> None:
        """Answer late."""
        self._order(method, Fault("delay", seconds=seconds), times)

    def error(self, method: str, error: str, times: int = 1) -> None:
        """Refuse with one of Slack's error codes."""
        self._order(method, Fault("error", error=error), times)

    def cut_sockets(self) -> None:
        """Reset every Socket Mode connection without a word, as a network fault does."""
        self._cut()

    def refresh_sockets(self) -> None:
        """Ask the app to connect anew, as Slack does every few hours; old sockets live a second."""
        self._refresh()

    def clear(self) -> None:
        """Forget the orders that nothing has met yet."""
        with self._lock:
            self._waiting.clear()

    def delay_delivery(self, seconds: float, times: int = 1) -> None:
        """Let what people do reach the app late; the three seconds of its answer run meanwhile."""
        self._order(DELIVERY, Fault("delay", seconds=seconds), times)

    def lose_delivery(self, times: int = 1) -> None:
        """Let it not reach the app at all; of an event Slack tries again."""
        self._order(DELIVERY, Fault("fail"), times)

    def take_of_delivery(self) -> Fault | None:
        """The order for what is about to be delivered; those for any method are not for it."""
        with self._lock:
            waiting = self._waiting[DELIVERY]
            return waiting.popleft() if waiting else None

    def take(self, method: str) -> Fault | None:
        """The order for this call, which is used up by asking."""
        with self._lock:
            for name in (method, "*"):
                if self._waiting[name]:
                    return self._waiting[name].popleft()
        return None

    def _order(self, method: str, fault: Fault, times: int) -> None:
        with self._lock:
            self._waiting[method].extend([fault] * times)
