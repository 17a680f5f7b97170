"""Thousands of messages through a real Dovecot while the line is cut and the bot is killed.

    python -m tests.soak --messages 5000 --cuts 50 --kills 50 --seed 1

Every message must end as exactly one case with exactly one card and at most one acknowledgement.
The same seed gives the same mail and the same places of the faults.
"""

import argparse
import json
import random
import re
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from imapclient import IMAPClient

from benchmarks.messages import messages
from bot.dovecot import PrivateDovecot
from handlers.mail.own import OWN_HEADER
from models.ledger import Arrival
from models.outbox import Kind
from tests.journeys.town import Town
from tests.servers.relay import Relay

_BURST = 40
_BACKLOG = 100
_LOOKED_EVERY = 0.05
_STALLED = 400.0
# Thousands in some minutes are what the ceiling is there to stop; here each is wanted.
_NO_CEILING = {"per_minute": 100_000, "per_hour": 1_000_000, "letters_per_hour": 1_000_000}
_DATE = re.compile(rb"^Date: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Soaked:
    """What came of a soak; `wrong` is empty where every promise held."""

    messages: int
    cuts: int
    kills: int
    seconds: float
    arrivals: dict[str, int]
    cases: int
    cards: int
    acknowledgements: int
    connections: int
    left_in_inbox: int
    wrong: tuple[str, ...]


class Soak:
    """One run: a mailbox behind a relay, a workspace, a letterbox, and the bot as a process."""

    def __init__(self, town: Town, relay: Relay, count: int, chance: random.Random) -> None:
        self._town, self._relay, self._count, self._chance = town, relay, count, chance
        self._pause = threading.Event()
        self._process = town.spawn("run")
        self._seen = 0

    def run(self, cuts: int, kills: int, *, to_the_last: bool = True) -> Soaked:
        """Feed the mail, do the faults on the way, wait for the end, count.

        A letter under way at a kill is looked at again when its lease has run out, after minutes;
        without `to_the_last` that is not waited for.
        """
        started = time.monotonic()
        places = self._chance.sample(range(self._count), cuts + kills)
        faults = sorted(zip(places, ["cut"] * cuts + ["kill"] * kills, strict=True))
        today = format_datetime(datetime.now(UTC)).encode()
        mail = [_DATE.sub(b"Date: " + today, one, count=1) for one in messages(self._count)]
        fed = 0
        while fed < self._count:
            burst = mail[fed : fed + self._chance.randint(1, _BURST)]
            self._append(burst)
            fed += len(burst)
            while faults and faults[0][0] < fed:
                self._fault(faults.pop(0)[1], fed)
            self._wait_until(lambda fed=fed: fed - self._cards() < _BACKLOG)
        self._wait_until(lambda: self._cards() >= self._count and self._inbox() == 0)
        if to_the_last:
            self._wait_until(lambda: self._waiting() == 0)
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)
        return self._counted(cuts, kills, time.monotonic() - started)

    def _append(self, burst: list[bytes]) -> None:
        town = self._town
        with IMAPClient(town.dovecot.host, port=town.dovecot.port, ssl=False, timeout=30) as client:
            client.login(town.user, town.dovecot.password)
            for content in burst:
                client.append("INBOX", content)

    def _fault(self, kind: str, fed: int) -> None:
        # Not before the bot is at work again, or several kills would be one. The moment itself is
        # drawn: in the middle of taking in, of filing, of a post, of a letter.
        self._wait_until(lambda: self._seen < self._cards() or self._cards() == fed)
        self._pause.wait(self._chance.random() * 0.8)
        if kind == "cut":
            self._relay.cut()
            return
        self._seen = self._cards()
        self._town.kill(self._process)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = self._town.spawn("run")

    def _wait_until(self, condition) -> None:
        """Raises TimeoutError where nothing goes forward any more."""
        last, since = self._cards(), time.monotonic()
        while not condition():
            self._pause.wait(_LOOKED_EVERY)
            now = self._cards()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > _STALLED:
                raise TimeoutError(f"it stands still at {now} cards, {self._waiting()} waiting")

    def _cards(self) -> int:
        """How many cards have been posted: cases with a place in Slack."""
        with self._town.store.view() as work:
            return work.outbox.sent_by_kind().get(Kind.WORDS, 0)

    def _waiting(self) -> int:
        with self._town.store.view() as work:
            return work.outbox.counts().get("pending", 0)

    def _inbox(self) -> int:
        return self._town.folder_counts()["INBOX"]

    def _counted(self, cuts: int, kills: int, seconds: float) -> Soaked:
        town, wrong = self._town, []
        cases = town.cases(limit=10 * self._count)
        with town.store.view() as work:
            of_case = {c.reference: len(work.messages.of_case(c.reference)) for c in cases}
            counts = work.ledger.counts(
                datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
            )
        cards = self._card_posts()
        letters = Counter(
            str(m.message[OWN_HEADER])
            for m in town.letterbox.messages
            if m.message["Auto-Submitted"] == "auto-replied"
        )
        if len(cases) != self._count:
            wrong.append(f"{len(cases)} cases of {self._count} messages")
        wrong += [f"{ref}: {n} messages" for ref, n in of_case.items() if n != 1]
        wrong += [
            f"{c.reference}: {cards[c.reference]} cards" for c in cases if cards[c.reference] != 1
        ]
        wrong += [f"{ref}: {n} acknowledgements" for ref, n in letters.items() if n > 1]
        inbox = self._inbox()
        if inbox:
            wrong.append(f"{inbox} messages left in the inbox")
        arrivals = {Arrival(kind).value: n for kind, n in counts.items()}
        return Soaked(
            self._count, cuts, kills, round(seconds, 1), arrivals, len(cases), sum(cards.values()),
            sum(letters.values()), self._relay.connections, inbox, tuple(wrong),
        )  # fmt: skip

    def _card_posts(self) -> Counter[str]:
        posts: Counter[str] = Counter()
        for channel in list(self._town.sandbox.workspace.channels.values()):
            for message in self._town.sandbox.messages(channel.id):
                key = (message.metadata or {}).get("event_payload", {}).get("key", "")
                if key.startswith("card:"):
                    posts[key.split(":")[1]] += 1
        return posts


def soak(
    dovecot: PrivateDovecot,
    folder: Path,
    count: int,
    *,
    cuts: int,
    kills: int,
    seed: int,
    to_the_last: bool = True,
) -> Soaked:
    """Run one soak in a folder of its own."""
    with Relay(dovecot.host, dovecot.port) as relay:
        town = Town(
            dovecot,
            f"soak{uuid.uuid4().hex[:8]}",
            folder,
            imap_port=relay.port,
            acknowledgements=_NO_CEILING,
        )
        try:
            # Not for secrets: the same seed has to give the same run.
            return Soak(town, relay, count, random.Random(seed)).run(
                cuts, kills, to_the_last=to_the_last
            )
        finally:
            town.close()


def main() -> int:
    """The command line; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--cuts", type=int, default=50)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    dovecot = PrivateDovecot()
    dovecot.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            result = soak(
                dovecot, Path(folder), asked.messages,
                cuts=asked.cuts, kills=asked.kills, seed=asked.seed,
            )  # fmt: skip
    finally:
        dovecot.stop()
    sys.stdout.write(json.dumps(asdict(result), indent=2) + "\n")
    return 1 if result.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
