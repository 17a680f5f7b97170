"""The example council on this machine: its settings, a workspace and a letterbox around the bot."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import tomli_w
from pydantic import SecretStr

from bot import wiring
from bot.clock import SystemClock
from bot.config import CouncilFile, Environment, council_file, read_council_file
from bot.config_rules import IMAP_ONLY
from bot.council_of_settings import channels_of, council_of
from bot.example import example_settings
from bot.http_mode import PATH, HttpMode
from bot.mailboxes import mailboxes_of
from bot.run import Bot
from bot.sandbox import Person, Sandbox
from bot.smtp_receiver import SmtpReceiver
from handlers.intake import Intake
from models.store import open_store

SECONDS = 60.0


def example() -> CouncilFile:
    """The example's settings as they are."""
    return read_council_file(example_settings())


@contextmanager
def open_intake(store_file: Path) -> Iterator[Intake]:
    """The product's own intake with the fitted model over a store in this file."""
    file = example()
    store = open_store(f"sqlite:///{store_file}")
    try:
        yield wiring.intake_of(file, council_of(file), store)
    finally:
        store.close()


class Town:
    """A context manager: the workspace and the letterbox run inside it."""

    def __init__(
        self,
        folder: Path,
        mailbox: Mapping[str, object],
        password: str = "none",
        officers: int = 1,
        receive: str = "socket",
    ) -> None:
        """`mailbox` are keys of [mailbox]; the store and the settings lie in `folder`. `receive`:
        by Socket Mode, or "http" for signed requests.
        """
        self.officers = [f"officer{n}" for n in range(1, officers + 1)]
        self._receive = receive
        self._folder = folder
        self._mailbox = mailbox
        self._password = password
        self._letterbox = SmtpReceiver()

    def __enter__(self) -> Self:
        _forget_proxies()
        self._letterbox.start()
        self.file = self._settings()
        slack = self.file.slack
        public = [slack.triage_channel, slack.lead_channel, *(s.channel for s in self.file.service)]
        self.sandbox = Sandbox(
            channels=public,
            private_channels=sorted(set(slack.private.values())),
            people=[Person(name, name.capitalize()) for name in self.officers],
        )
        self.sandbox.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.stop()
        self._letterbox.stop()

    def _settings(self) -> CouncilFile:
        data = tomllib.loads(example_settings().read_text(encoding="utf-8"))
        if "maildir" in self._mailbox:
            data["mailbox"] = {k: v for k, v in data["mailbox"].items() if k not in IMAP_ONLY}
        data["mailbox"] |= self._mailbox
        data["letters"] |= {"host": "127.0.0.1", "port": self._letterbox.port, "tls": "none"}
        del data["letters"]["user"]
        data["slack"] |= {"receive": self._receive, "http_port": 0}
        data["store"] = {"url": f"sqlite:///{self._folder / 'carebot.db'}"}
        self._config = self._folder / "council.toml"
        self._config.write_text(tomli_w.dumps(data), encoding="utf-8")
        return council_file(data)

    def _environment(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": self.sandbox.bot_token,
            "SLACK_APP_TOKEN": self.sandbox.app_token,
            "SLACK_SIGNING_SECRET": self.sandbox.signing_secret,
            "SLACK_API_URL": self.sandbox.api_url,
            "CAREBOT_IMAP_PASSWORD": self._password,
        }

    @contextmanager
    def bot(self) -> Iterator[Bot]:
        """The whole bot in this process, connected, with the fitted model."""
        settings = {
            name.lower(): value if name == "SLACK_API_URL" else SecretStr(value)
            for name, value in self._environment().items()
        }
        environment = Environment().model_copy(update=settings)
        clock = SystemClock()
        store = wiring.store_of(self.file, environment)
        office = wiring.office_of(self.file, environment, store, clock)
        bot = Bot(
            office=office,
            intake=wiring.intake_of(self.file, office.council, store),
            mailboxes=mailboxes_of(self.file, environment, clock),
            clock=clock,
            receiving=wiring.receiving_of(self.file, environment),
            channels=channels_of(self.file),
        )
        bot.start()
        try:
            if not bot.wait_connected(SECONDS):
                raise TimeoutError("the bot did not reach the sandbox")
            if isinstance(bot.line, HttpMode):
                self.sandbox.post_to(f"http://127.0.0.1:{bot.line.port}{PATH}")
            yield bot
        finally:
            bot.stop()
            store.close()

    @contextmanager
    def process(self) -> Iterator[subprocess.Popen[bytes]]:
        """`carebot run` as a process of its own, stopped at the end; it may not be connected yet."""
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run", "--config", str(self._config)],
            env=os.environ | self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait_connected(self) -> None:
        """Return when the workspace sees the bot's Socket Mode connection."""
        self.sandbox.wait_for(lambda sandbox: sandbox.connected, SECONDS)


def _forget_proxies() -> None:
    """Slack's SDK sends requests for this machine to a proxy, too."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]
