"""Everything on this machine with no account anywhere: a workspace, a mailbox, a letterbox, the bot."""

import shutil
import tempfile
import threading
import tomllib
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from bot import manifest, wiring
from bot.clock import MovableClock
from bot.config import CouncilFile, Environment, council_file
from bot.config_rules import IMAP_ONLY
from bot.council_of_settings import channels_of
from bot.demo_mailbox import DemoMailbox, open_demo_mailbox
from bot.example import example_settings
from bot.mailboxes import mailboxes_of
from bot.run import Bot
from bot.sandbox import Person, Sandbox, SentMail
from bot.smtp_receiver import SmtpReceiver
from classifier.labelled import DEFAULT_MODEL
from models.errors import Misconfigured
from models.store_port import Store

PEOPLE = (
    Person("priya", "Priya Shah (customer care)"),
    Person("sam", "Sam Okafor (waste and recycling)"),
    Person("eleri", "Eleri Vaughan (revenues)"),
    Person("jo", "Jo Bright (head of customer care)"),
    Person("visitor", "Robin Vale (a guest)", is_restricted=True),
)
SAMPLES = Path(__file__).parent / "demo_mail"
_SAMPLE_EVERY_SECONDS = 8.0
_START_SECONDS = 30.0


class Demo:
    """The demo as a whole; a context manager that leaves nothing behind."""

    def __init__(self, port: int, *, feed: bool = True, imap: bool = True) -> None:
        """Start everything. `feed` lets the samples arrive one by one; `port` 0 picks a free one;
        without `imap` the mailbox is a Maildir even where a Dovecot is installed.

        Raises Misconfigured where no model was trained, or the port is taken.
        """
        if not DEFAULT_MODEL.is_file():
            raise Misconfigured("there is no model yet: run `carebot train`")
        self._folder = Path(tempfile.mkdtemp(prefix="carebot-demo-"))
        self._stopping = threading.Event()
        self._samples = deque(sorted(SAMPLES.glob("*.eml")))
        self._feeding = threading.Lock()
        self.clock = MovableClock()
        self.letterbox = SmtpReceiver(now=self.clock.now)
        self.letterbox.start()
        self.mailbox: DemoMailbox = open_demo_mailbox(self._folder, imap=imap)
        self.file = self._settings()
        self.sandbox = Sandbox(
            port=port,
            channels=_unique(c for c in self._channels() if not c.startswith("private-")),
            private_channels=_unique(c for c in self._channels() if c.startswith("private-")),
            people=PEOPLE,
            shortcuts=manifest.shortcut_names(),
            demo=self,
            clock=lambda: self.clock.now().timestamp(),
        )
        self.sandbox.start()
        environment = self._environment()
        self.store: Store = wiring.store_of(self.file, environment)
        self.office = wiring.office_of(self.file, environment, self.store, self.clock)
        self.bot = Bot(
            office=self.office,
            intake=wiring.intake_of(self.file, self.office.council, self.store),
            mailboxes=mailboxes_of(self.file, environment, self.clock),
            clock=self.clock,
            receiving=wiring.receiving_of(self.file, environment),
            channels=channels_of(self.file),
        )
        self.bot.start()
        if not self.bot.wait_connected(_START_SECONDS):
            raise Misconfigured("the bot did not reach the sandbox workspace")
        self._feeder = threading.Thread(target=self._feed, name="samples")
        if feed:
            self._feeder.start()

    def __enter__(self) -> Self:
        """The running demo."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything and remove the demo's folder."""
        self._stopping.set()
        if self._feeder.is_alive():
            self._feeder.join()
        self.bot.stop()
        self.store.close()
        self.sandbox.stop()
        self.letterbox.stop()
        self.mailbox.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def where_to_look(self) -> str:
        """What to say to the person who started it."""
        return (
            f"The demo runs. Open {self.sandbox.url} in a browser.\n"
            f"The mailbox is {self.mailbox.kind}; sample emails arrive one by one.\n"
            "Press Claim on a card, write `/case overdue` in a channel, press Respond and look at\n"
            "the email before you send it; for a minute after Send the card has Undo. “Next working\n"
            "morning” moves the clock.\n"
            "Ctrl-C ends it and removes everything it made."
        )

    def now(self) -> datetime:
        """The demo's time."""
        return self.clock.now()

    def jump_to_next_working_morning(self) -> datetime:
        """Move the clock to when the next morning list is due."""
        council = self.office.council
        now = self.clock.now()
        today, list_at = council.local_date(now), council.reminding.list_at
        early = council.calendar.is_working_day(today) and council.local_time(now) < list_at
        day = today if early else council.calendar.next_working_day(today)
        morning = datetime.combine(day, list_at, council.zone).astimezone(UTC)
        self.clock.move_to(morning)
        self.bot.tick_now()
        return morning

    def let_undo_pass(self) -> None:
        """Move the clock past the time in which what was sent can be taken back."""
        self.clock.move_to(self.clock.now() + self.office.council.sending.undo_for)
        self.bot.tick_now()

    def deliver_next_sample(self) -> str | None:
        """Put the next sample into the mailbox; its subject, or None where none is left."""
        with self._feeding:
            if not self._samples:
                return None
            path = self._samples.popleft()
        dated = f"Date: {format_datetime(self.clock.now())}\n".encode()
        content = dated + path.read_bytes()
        self.mailbox.deliver(content.replace(b"\n", b"\r\n"), self.clock.now())
        return _subject(content)

    def deliver(self, email: EmailMessage) -> None:
        """Put any email into the mailbox."""
        self.mailbox.deliver(email.as_bytes(), self.clock.now())

    def samples_left(self) -> int:
        """How many samples have not been put into the mailbox yet."""
        with self._feeding:
            return len(self._samples)

    def sent_mail(self) -> list[SentMail]:
        """What left for customers, oldest first."""
        return [
            SentMail(
                sent_at=received.at,
                recipient=", ".join(received.recipients),
                subject=str(received.message["subject"]),
                text=_part(received.message, "plain") or "",
                html=_part(received.message, "html"),
            )
            for received in self.letterbox.messages
        ]

    def _feed(self) -> None:
        while not self._stopping.is_set() and self.deliver_next_sample() is not None:
            self._stopping.wait(_SAMPLE_EVERY_SECONDS)

    def _settings(self) -> CouncilFile:
        """The example's settings with this machine's mailbox, letterbox and store in them."""
        data = tomllib.loads(example_settings().read_text(encoding="utf-8"))
        imap = "maildir" not in self.mailbox.settings
        example = {k: v for k, v in data["mailbox"].items() if imap or k not in IMAP_ONLY}
        looking = {"poll_seconds": 2} | ({"look_every_seconds": 0.2} if imap else {})
        data["mailbox"] = example | self.mailbox.settings | looking
        data["letters"] |= {
            "host": self.letterbox.host,
            "port": self.letterbox.port,
            "tls": "none",
        }
        del data["letters"]["user"]
        data["store"] = {"url": f"sqlite:///{self._folder / 'carebot.db'}"}
        return council_file(data)

    def _environment(self) -> Environment:
        return Environment.model_construct(
            carebot_store=None,
            slack_bot_token=SecretStr(self.sandbox.bot_token),
            slack_app_token=SecretStr(self.sandbox.app_token),
            slack_signing_secret=SecretStr(self.sandbox.signing_secret),
            slack_api_url=self.sandbox.api_url,
            carebot_imap_password=SecretStr(self.mailbox.password),
            carebot_smtp_password=None,
        )

    def _channels(self) -> Iterable[str]:
        slack = self.file.slack
        yield from (slack.triage_channel, slack.lead_channel)
        yield from (service.channel for service in self.file.service)
        yield from slack.private.values()


def _unique(channels: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(channels))


def _subject(content: bytes) -> str:
    line = next(line for line in content.splitlines() if line.lower().startswith(b"subject:"))
    return line.partition(b":")[2].strip().decode()


def _part(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return None if part is None else str(part.get_content())
