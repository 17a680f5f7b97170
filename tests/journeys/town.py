"""A small town for journeys: a real mailbox, a workspace, a letterbox, and the bot between them."""

import os
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tomli_w
from imapclient import IMAPClient
from pydantic import SecretStr

from bot import manifest, wiring
from bot.clock import MovableClock
from bot.config import CouncilFile, Environment, council_file
from bot.council_of_settings import channels_of, council_of
from bot.dovecot import PrivateDovecot
from bot.http_mode import PATH, HttpMode
from bot.mailboxes import mailboxes_of
from bot.run import Bot
from bot.sandbox import Delivery, File, Message, NoSuchElement, Person, Sandbox
from bot.smtp_receiver import SmtpReceiver
from handlers.intake import Intake
from handlers.mail.parse import MailReader
from models.case import Case
from models.history import Event
from models.ports import Reader, Triage
from models.store import open_store
from models.store_port import Query, Store
from tests.support.council import EXAMPLE
from tests.support.office import email
from tests.support.triage import ToldTriage

SECONDS = 20.0
PEOPLE = (
    Person("priya", "Priya Shah"),
    Person("sam", "Sam Okafor"),
    Person("lee", "Lee Grant"),
    Person("robin", "Robin Vale", is_restricted=True),
    Person("alex", "Alex Stranger", is_stranger=True),
)


class Town:
    """Everything around the bot; `run` starts it here, `spawn` as a process of its own."""

    def __init__(
        self,
        dovecot: PrivateDovecot,
        user: str,
        folder: Path,
        imap_port: int | None = None,
        acknowledgements: Mapping[str, int] | None = None,
        receive: str = "socket",
        settings: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """`imap_port`: what the bot connects to, where that is a relay in front of Dovecot.
        `acknowledgements`: what differs in that section of the settings. `receive`: "http" for
        signed requests in the stead of Socket Mode. `settings`: what differs in any section. Letters
        leave at once, save where these give a time to undo.
        """
        self.folder = folder
        self.dovecot, self.user = dovecot, user
        self._imap_port = imap_port or dovecot.port
        self._acknowledgements = dict(acknowledgements or {})
        self._receive = receive
        self._differing = dict(settings or {})
        self.letterbox = SmtpReceiver()
        self.letterbox.start()
        self.file = self._settings()
        slack = self.file.slack
        public = [slack.triage_channel, slack.lead_channel, *(s.channel for s in self.file.service)]
        self.sandbox = Sandbox(
            channels=public,
            private_channels=sorted(set(slack.private.values())),
            people=PEOPLE,
            scopes=manifest.scopes_of(self.file),
            # Slack itself sends an unanswered event again after a minute; nothing here waits so long.
        )
        self.sandbox.start()
        self.store: Store = open_store(self.file.store.url)
        self.clock = MovableClock()
        self.calendar = council_of(self.file).calendar
        self.bot: Bot | None = None
        self.processes: list[subprocess.Popen[bytes]] = []

    def _settings(self) -> CouncilFile:
        data = tomllib.loads(EXAMPLE.read_text())
        data["mailbox"] |= {
            "host": self.dovecot.host,
            "port": self._imap_port,
            "user": self.user,
            "tls": "none",
            "poll_seconds": 1,
        }
        data["letters"] |= {"host": "127.0.0.1", "port": self.letterbox.port, "tls": "none"}
        del data["letters"]["user"]
        data["acknowledgements"] |= self._acknowledgements
        data["slack"] |= {"receive": self._receive, "http_port": 0}
        data["letters"]["undo_seconds"] = 0
        for section, values in self._differing.items():
            data[section] = {**data.get(section, {}), **values}
        data["store"] = {"url": f"sqlite:///{self.folder / 'carebot.db'}"}
        self.config = self.folder / "council.toml"
        self.config.write_text(tomli_w.dumps(data))
        return council_file(data)

    def environment(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_APP_TOKEN": self.sandbox.app_token,
            "SLACK_SIGNING_SECRET": self.sandbox.signing_secret,
            "SLACK_API_URL": self.sandbox.api_url,
            "CAREBOT_IMAP_PASSWORD": self.dovecot.password,
        }

    def run(
        self,
        wrap: Callable[[MailReader], Reader] = lambda reader: reader,
        triage: Triage | None = None,
    ) -> Bot:
        """The bot in this process, with a model that is told what to say (or `triage`) and a clock
        to move. `wrap` gives another reader over the real one.
        """
        settings = {
            name.lower(): SecretStr(value) if name != "SLACK_API_URL" else value
            for name, value in self.environment().items()
        }
        environment = Environment().model_copy(update=settings)
        office = wiring.office_of(self.file, environment, self.store, self.clock)
        intake = Intake(
            self.store,
            wrap(wiring.reader_of(self.file, self.store)),
            triage or ToldTriage(office.council.catalogue),
            wiring.letters_of(self.file, self.store),
            office.council,
        )
        self.bot = Bot(
            office=office,
            intake=intake,
            mailboxes=mailboxes_of(self.file, environment, self.clock),
            clock=self.clock,
            receiving=wiring.receiving_of(self.file, environment),
            channels=channels_of(self.file),
        )
        self.bot.start()
        if self._receive == "http":
            assert self.bot.wait_connected(SECONDS)
            line = self.bot.line
            assert isinstance(line, HttpMode)
            self.request_url = f"http://127.0.0.1:{line.port}{PATH}"
            self.sandbox.post_to(self.request_url)
        return self.bot

    def spawn(self, *command: str) -> subprocess.Popen[bytes]:
        """`carebot COMMAND --config …` as a process, with the fitted model."""
        with (self.folder / "stderr").open("ab") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", *command, "--config", str(self.config)],
                env=os.environ | self.environment(),
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def call(self, *command: str) -> str:
        """A command run to its end; what it printed."""
        process = self.spawn(*command)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0, (self.folder / "stderr").read_text()
        return out.decode()

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(SECONDS)

    def close(self) -> None:
        if self.bot is not None:
            self.bot.stop()
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)
            assert process.stdout is not None
            process.stdout.close()
        self.store.close()
        self.sandbox.stop()
        self.letterbox.stop()

    # What people do and see

    def write(
        self,
        text: str = "Not emptied. #missed_bin complaint",
        ago: timedelta = timedelta(0),
        **headers: str,
    ) -> None:
        """A customer writes, or wrote so long ago: APPEND into the real mailbox."""
        with IMAPClient(self.dovecot.host, port=self.dovecot.port, ssl=False, timeout=10) as client:
            client.login(self.user, self.dovecot.password)
            client.append("INBOX", email(text, **headers), msg_time=self.clock.now() - ago)

    def folder_counts(self) -> dict[str, int]:
        with IMAPClient(self.dovecot.host, port=self.dovecot.port, ssl=False, timeout=10) as client:
            client.login(self.user, self.dovecot.password)
            folders = ("INBOX", "Processed")
            return {f: client.folder_status(f, ["MESSAGES"])[b"MESSAGES"] for f in folders}

    def cards(self, channel: str, containing: str = "CC-") -> list[Message]:
        """The messages that say this; a case is asked for by its card, and not by a list that names it."""
        said = self.sandbox.messages(channel)
        if containing.startswith("CC-"):
            return [m for m in said if containing in m.text.split("\n")[0]]
        return [m for m in said if containing in m.text]

    def press(self, user: str, card: Message, action: str) -> Delivery:
        """Press the button of an action, on the card or in the menu behind More."""
        try:
            return self.sandbox.click(user, card.channel, card.ts, f"case_{action}")
        except NoSuchElement:
            self.sandbox.click(user, card.channel, card.ts, "case_more")
            return self.sandbox.click_in_view(user, f"case_{action}")

    def wait_card(self, channel: str, containing: str = "CC-") -> Message:
        return self.sandbox.wait_for(
            lambda _: next(iter(self.cards(channel, containing)), None), SECONDS
        )

    def wait_thread(self, card: Message, containing: str) -> Message:
        def found(sandbox: Sandbox) -> Message | None:
            replies = sandbox.replies(card.channel, card.ts)
            return next((m for m in replies if containing in m.text), None)

        return self.sandbox.wait_for(found, SECONDS)

    def wait_whisper(self, user: str, containing: str) -> Message:
        def found(sandbox: Sandbox) -> Message | None:
            return next((m for m in sandbox.ephemerals(user) if containing in m.text), None)

        return self.sandbox.wait_for(found, SECONDS)

    def wait_view(self, user: str, title: str):
        def found(sandbox: Sandbox):
            view = sandbox.open_view(user)
            return view if view is not None and title in view.title else None

        return self.sandbox.wait_for(found, SECONDS)

    def settle(self) -> None:
        assert self.bot is not None
        self.bot.wait_settled(SECONDS)

    def cases(self, limit: int = 1_000) -> tuple[Case, ...]:
        with self.store.view() as work:
            return work.cases.find(Query(limit=limit))

    def events(self, reference: str) -> list[Event]:
        with self.store.view() as work:
            return [entry.event for entry in work.cases.history(reference)]

    def move_to(self, local: datetime) -> None:
        """Move the council's clock to a local time and let the bot look at it."""
        self.clock.move_to(local.replace(tzinfo=self.file.council.zone).astimezone(UTC))
        self.settle()


def files_under(town: Town, card: Message, count: int) -> list[File]:
    """The files in a card's thread that are not deleted, once there are so many."""

    def found(sandbox: Sandbox) -> list[list[File]] | None:
        replies = sandbox.replies(card.channel, card.ts)
        files = [file for reply in replies for file in reply.files if not file.deleted]
        return [files] if len(files) == count else None

    return town.sandbox.wait_for(found, SECONDS)[0]


def in_thread(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread
