"""The demo's mailbox: a real Dovecot where one is installed, else a Maildir read by the same intake."""

import mailbox
import os
from datetime import datetime
from pathlib import Path
from typing import Protocol

from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types

from bot.dovecot import PrivateDovecot, available

_SECONDS = 10


class DemoMailbox(Protocol):
    """Where the demo's emails arrive."""

    kind: str
    settings: dict[str, object]
    password: str

    def deliver(self, content: bytes, at: datetime) -> None:
        """An email arrives at an aware time."""
        ...

    def stop(self) -> None:
        """Nothing arrives any more."""
        ...


class DovecotMailbox:
    """A real IMAP server of the demo's own."""

    kind = "a real IMAP server (Dovecot)"

    def __init__(self) -> None:
        """Start it."""
        self._server = PrivateDovecot()
        self._server.start()
        self.password = self._server.password
        self.settings: dict[str, object] = {
            "host": self._server.host,
            "port": self._server.port,
            "user": self._server.user,
            "tls": "none",
        }

    def deliver(self, content: bytes, at: datetime) -> None:
        """APPEND it with the time as its date of receipt."""
        with IMAPClient(
            self._server.host, port=self._server.port, ssl=False, timeout=_SECONDS
        ) as client:
            client.login(self._server.user, self._server.password)
            client.append("INBOX", content, msg_time=at)

    def stop(self) -> None:
        """End the server."""
        self._server.stop()


class FolderMailbox:
    """A Maildir in the demo's folder."""

    kind = "a folder (a Maildir; install Dovecot for a real IMAP server)"
    password = ""

    def __init__(self, folder: Path) -> None:
        """Make the Maildir in `folder`."""
        self._path = folder / "mailbox"
        self._maildir = mailbox.Maildir(self._path)
        self.settings: dict[str, object] = {"maildir": str(self._path)}

    def deliver(self, content: bytes, at: datetime) -> None:
        """Put it into new/, dated as it arrives."""
        key = self._maildir.add(content)
        os.utime(self._path / "new" / key, (at.timestamp(), at.timestamp()))

    def stop(self) -> None:
        """Nothing runs."""
        self._maildir.close()


def open_demo_mailbox(folder: Path, *, imap: bool) -> DemoMailbox:
    """A Dovecot where one is wanted and installed, else a Maildir in `folder`."""
    return DovecotMailbox() if imap and available() else FolderMailbox(folder)
