"""From a customer's mail in the mailbox to the card in Slack, and how much of it is Dovecot's."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from imapclient import IMAPClient

from benchmarks.figures import Row, median, percentile_95
from benchmarks.messages import messages
from benchmarks.town import SECONDS, Town
from bot.dovecot import PrivateDovecot, available
from bot.sandbox import Sandbox

_SUBJECT = "mail to card"
_BARE = "bare"


def measure(folder: Path, count: int) -> list[Row]:
    """The rows, or one that says why there are none."""
    if available() is None:
        note = "not measured: no Dovecot on this machine"
        return [Row(_SUBJECT, "APPEND to card (median)", None, "ms", note=note)]
    letters = list(messages(count, seed=7))
    with PrivateDovecot() as dovecot:
        to_card = _to_card(dovecot, folder, letters)
        to_idle = _to_idle(dovecot, letters)
    middle, idle = median(to_card), median(to_idle)
    return [
        Row(_SUBJECT, "APPEND to card (median)", middle * 1e3, "ms",
            note=f"{count} messages one by one, Dovecot, the real model, the sandbox"),
        Row(_SUBJECT, "APPEND to card (95th percentile)", percentile_95(to_card) * 1e3, "ms",
            percentile_95(to_card) / middle, "the median"),
        Row(_SUBJECT, "APPEND to a bare client's IDLE (median)", idle * 1e3, "ms",
            idle / middle, "the median to the card: Dovecot's own share"),
    ]  # fmt: skip


def _to_card(dovecot: PrivateDovecot, folder: Path, letters: Iterable[bytes]) -> list[float]:
    mailbox = {"host": dovecot.host, "port": dovecot.port, "user": dovecot.user, "tls": "none"}
    times = []
    with (
        Town(folder, mailbox, dovecot.password) as town,
        town.bot() as bot,
        _client(dovecot, dovecot.user) as client,
    ):
        for number, letter in enumerate(_apart(letters), 1):
            begun = time.perf_counter()
            client.append("INBOX", letter)
            town.sandbox.wait_for(partial(_has_cards, number), SECONDS)
            times.append(time.perf_counter() - begun)
            bot.wait_settled(SECONDS)
    return times


def _has_cards(count: int, sandbox: Sandbox) -> bool:
    channels = list(sandbox.workspace.channels)
    found = sum("CC-" in message.text for id_ in channels for message in sandbox.messages(id_))
    return found >= count


def _to_idle(dovecot: PrivateDovecot, letters: Iterable[bytes]) -> list[float]:
    """What a client that does nothing but IDLE sees. The first IDLE is entered well before."""
    times = []
    with _client(dovecot, _BARE) as watcher, _client(dovecot, _BARE) as writer:
        watcher.select_folder("INBOX")
        for letter in _apart(letters):
            watcher.idle()
            # Dovecot does not tell of what comes in the moment in which IDLE begins.
            time.sleep(0.2)
            begun = time.perf_counter()
            writer.append("INBOX", letter)
            if not watcher.idle_check(timeout=SECONDS):
                raise TimeoutError("Dovecot did not tell of the message")
            times.append(time.perf_counter() - begun)
            watcher.idle_done()
    return times


def _apart(letters: Iterable[bytes]) -> Iterator[bytes]:
    """Each after a pause of its own, so that no timer on the way is met at the same moment."""
    random = Random(50)
    for letter in letters:
        time.sleep(random.uniform(0.3, 1.3))
        yield letter


@contextmanager
def _client(dovecot: PrivateDovecot, user: str) -> Iterator[IMAPClient]:
    with IMAPClient(dovecot.host, port=dovecot.port, ssl=False, timeout=SECONDS) as client:
        client.login(user, dovecot.password)
        yield client
