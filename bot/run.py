"""The running bot: a loop each for mail, the clock and the two lanes of the outbox, and Slack."""

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from slack_bolt import App

from bot.channel_watch import ChannelWatch
from bot.clock import Clock
from bot.drift import look_at_agreement
from bot.live_model import LiveModel
from bot.mail_loop import MailLoop
from bot.mailboxes import Watched
from bot.watchdog import Watchdog
from bot.wiring import Line, Office, Receiving
from handlers.contents import scan_waiting
from handlers.intake import Intake
from handlers.reminders import remind
from handlers.slack.desk import Desk
from handlers.slack.listeners import register
from models.errors import Misconfigured, Unavailable, Undeliverable
from models.outbox import Lane

_log = structlog.get_logger(__name__)

_TICK_SECONDS = 20.0
_DELIVERY_SECONDS = 5.0
_SOON = timedelta(seconds=5)
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
# Five slow listeners fill Bolt's own pool and the sixth misses Slack's three seconds.
_LISTENERS = 20


class Bot:
    """Runs until it is stopped. Started again it goes on from the store, repeating nothing."""

    def __init__(
        self,
        office: Office,
        intake: Intake,
        mailboxes: Sequence[Watched],
        clock: Clock,
        receiving: Receiving,
        channels: Mapping[str, str],
    ) -> None:
        """`channels` are the configured channels by setting. Nothing starts before `start`."""
        self._office = office
        self._desk = Desk(
            office.casework,
            intake,
            office.store,
            office.council,
            office.staff,
            clock.now,
            office.slack.download,
        )
        self._clock, self._triage = clock, intake.triage
        self._receiving = receiving
        self._channels = channels
        self._stopping = threading.Event()
        self._wakes = {lane: threading.Event() for lane in Lane}
        self._clock_wake = threading.Event()
        self._scanner_wake = threading.Event()
        self._line: Line | None = None
        self._channel_watch: ChannelWatch | None = None
        self._listeners = ThreadPoolExecutor(_LISTENERS, thread_name_prefix="listener")
        self._fatal: Misconfigured | None = None
        self._connected = threading.Event()
        self._changed = threading.Condition()
        self._resting = dict.fromkeys(Lane, False)
        self._ticked_at: datetime | None = None
        self._mail = [
            MailLoop(
                watched,
                intake,
                clock,
                stopping=self._stopping.is_set,
                taken_in=self._taken_in,
            )
            for watched in mailboxes
        ]
        lead = office.council.channels.lead
        self._watchdog = Watchdog(self._mail, office.store, lead, clock, self._wake)
        self._threads = [
            threading.Thread(target=self._guarded, args=(name, one_pass), name=name)
            for name, one_pass in (
                *((f"mail {n}", loop.look) for n, loop in enumerate(self._mail, 1)),
                ("clock", self._clock_pass),
                *([("scanner", self._scanner_pass)] if office.scanner else []),
                ("letters", self._letters_pass),
                ("slack", self._slack_pass),
            )
        ]
        self._threads.append(
            threading.Thread(target=self._watchdog.run, args=(self._stopping,), name="watchdog")
        )

    def start(self) -> None:
        """Start every loop and return."""
        for loop in self._mail:
            loop.expect()
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Wait until somebody stops the bot. Raises Misconfigured where a setting stopped it."""
        self._stopping.wait()
        if self._fatal is not None:
            raise self._fatal

    @property
    def line(self) -> Line | None:
        """What Slack's deliveries come by; None before it is open."""
        return self._line

    def wait_connected(self, timeout: float) -> bool:
        """Whether Slack was connected within `timeout` seconds."""
        return self._connected.wait(timeout)

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> None:
        """Wait until `condition` holds; it is looked at after each pass of a loop.

        Raises TimeoutError after `timeout` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(condition, timeout):
                raise TimeoutError(f"not within {timeout:.0f} seconds")

    def wait_settled(self, timeout: float) -> None:
        """Wait until the clock has looked at the time it is now and nothing is left to deliver."""
        asked = self._clock.now()
        self.tick_now()
        self.wait_until(lambda: self._is_settled(asked), timeout)

    def request_stop(self) -> None:
        """Ask every loop to end; safe in a signal handler."""
        self._stopping.set()
        for wake in (*self._wakes.values(), self._clock_wake, self._scanner_wake):
            wake.set()
        for loop in self._mail:
            loop.watched.mailbox.interrupt()

    def stop(self) -> None:
        """End every loop and close what is open; what is under way is finished first."""
        self.request_stop()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        if self._line is not None:
            self._line.close()
        self._listeners.shutdown()
        for loop in self._mail:
            loop.watched.mailbox.close()

    def tick_now(self) -> None:
        """Let the clock look at once: the time was moved."""
        self._clock_wake.set()
        self._wake()

    def _is_settled(self, asked: datetime) -> bool:
        if self._ticked_at is None or self._ticked_at < asked or not all(self._resting.values()):
            return False
        soon = self._clock.now() + _SOON
        with self._office.store.view() as work:
            next_times = [work.outbox.next_at(lane) for lane in Lane]
        return all(at is None or at > soon for at in next_times)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _taken_in(self) -> None:
        self._wake()
        self._notify()

    def _wake(self) -> None:
        for wake in (*self._wakes.values(), self._scanner_wake):
            wake.set()

    def _guarded(self, name: str, one_pass: Callable[[], None]) -> None:
        """The one boundary of a loop: it goes on after any failure, ever slower, and not in step
        with others that failed at the same moment (A9).
        """
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                one_pass()
                pause = _FIRST_PAUSE
                continue
            except Misconfigured as error:
                self._fatal = error
                self.request_stop()
                return
            except Unavailable as error:
                _log.warning("unavailable", loop=name, reason=str(error))
                wait = error.retry_after or _jittered(pause)
            except Exception:  # noqa: BLE001  # a bug in one pass must not end the loop
                _log.exception("loop_failed", loop=name)
                wait = _jittered(pause)
            self._stopping.wait(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _clock_pass(self) -> None:
        self._clock_wake.clear()
        now = self._clock.now()
        if remind(self._office.store, self._office.council, now):
            self._wake()
        self._look_at_the_model(now)
        self._ticked_at = now
        self._notify()
        self._clock_wake.wait(_TICK_SECONDS)

    def _look_at_the_model(self, now: datetime) -> None:
        if look_at_agreement(self._office.store, self._office.council, now):
            self._wake()
        if isinstance(self._triage, LiveModel):
            self._triage.look_again()

    def _scanner_pass(self) -> None:
        """Scan what came attached: a loop of its own, so that a scanner that hangs holds up nothing."""
        self._scanner_wake.clear()
        scanner = self._office.scanner
        if scanner and scan_waiting(self._office.store, scanner, self._clock.now()):
            self._wake()
            return
        self._scanner_wake.wait(_TICK_SECONDS)

    def _letters_pass(self) -> None:
        self._deliver(Lane.EMAIL)

    def _slack_pass(self) -> None:
        if self._line is None:
            self._connect()
        self._look_at_channels()
        self._deliver(Lane.SLACK)

    def _look_at_channels(self) -> None:
        """What cannot be asked now is asked in an hour: it holds up no card."""
        if self._channel_watch is None:
            return
        try:
            self._channel_watch.look(self._clock.now())
        except (Unavailable, Undeliverable) as error:
            _log.warning("channels_not_looked_at", reason=str(error))

    def _deliver(self, lane: Lane) -> None:
        wake = self._wakes[lane]
        wake.clear()
        ended = self._office.delivery.deliver_due(lane, self._clock.now, self._stopping.is_set)
        if ended:
            _log.info("delivered", lane=lane, **{str(state): n for state, n in ended.items()})
            for other in Lane:
                if other is not lane:
                    self._wakes[other].set()
        with self._office.store.view() as work:
            next_at = work.outbox.next_at(lane)
        wait = _DELIVERY_SECONDS
        if next_at is not None:
            wait = min(wait, max(0.05, (next_at - self._clock.now()) / timedelta(seconds=1)))
        self._resting[lane] = not wake.is_set()
        self._notify()
        wake.wait(wait)
        self._resting[lane] = False

    def _connect(self) -> None:
        """Resolve the channels, hang in the listeners, open the line. Raises Unavailable."""
        office = self._office
        office.slack.connect(self._channels, office.council.staffing.named)
        lead, now = office.council.channels.lead, self._clock.now()
        self._channel_watch = ChannelWatch(office.slack, office.store, lead, now)
        self._desk.notes.compare(self._clock.now())
        app = App(
            name="carebot",
            client=office.client,
            signing_secret=self._receiving.signing_secret,
            listener_executor=self._listeners,
        )
        register(app, self._desk, self._wake)
        line = self._receiving.line(app)
        line.open()
        self._line = line
        self._connected.set()
        _log.info("connected")


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311  # it spreads, it hides nothing
