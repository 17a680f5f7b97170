"""The mutation fuzzer over the whole intake: `python -m tests.mail.fuzz --seconds 3600 --seed 7`.

Every mutant ends as exactly one kind of arrival, in under SLOWEST seconds, and the next good message
becomes a case. `--seed 7 --case 1234` does one mutant again and prints its bytes: a mutant is a
function of its seed, its number, and the messages in corpus/.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from models.ledger import Arrival
from models.message import Message, Origin
from tests.support.council import utc
from tests.support.office import ADDRESS, TestOffice, email, open_office

CORPUS = Path(__file__).parent / "corpus"
SLOWEST = 2.0
NOW = utc(2020, 6, 1)
# A fresh store now and then: an hour's mutants in one would measure the disk.
_IN_ONE_OFFICE = 1_000
# Pieces that have broken header parsers, MIME walkers or regular expressions before.
NASTY = (
    b"\x00", b"\r\n", b"\n\n", b"\r", b"=?utf-8?b?", b"?=", b"=?hex?q?41?=", b"<[", b"]>", b'"', b"(",
    b"((((((", b"*", b"filename*0*=utf-8''%", b"; charset=idna", b"; charset=\xff", b"boundary=",
    b"--b", b"--b--", b"Content-Type: multipart/mixed", b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: uuencode\r\n", b":;,<>@", b"<" * 200, b">" * 200, b"On " * 50,
    b"From: a\nTo: b\nSubject: c\n", b"&#xD800;", b"&#0;", b"<table>" * 40, b"\xed\xa0\x80", b"\x1b$B",
    b"begin 644 x\n", b"Auto-Submitted: auto-replied\n", b"In-Reply-To: <first@post.example>\n",
    b"=?utf-8?q?=0D=0A?=", b"=00", b"; charset*0*=x''", b"\xe2\x80\xae", b"Content-Type: text/html\n\n",
)  # fmt: skip
# Beside the corpus: what answers the letter and the message that every office starts with.
_ANSWERS = (
    {"Message_ID": "<second@post.example>", "In_Reply_To": "<first@post.example>"},
    {"Message_ID": "<third@post.example>", "Subject": "Re: Bins [CC-2020-00001]"},
    {"Message_ID": "<fourth@post.example>", "From": "MAILER-DAEMON@post.example",
     "References": "<first@post.example>", "Subject": "Undelivered mail"},
    {"Message_ID": "<fifth@post.example>", "Auto_Submitted": "auto-replied",
     "In_Reply_To": "<first@post.example>"},
)  # fmt: skip


class Found(AssertionError):
    """A mutant that ended wrongly; says which, so that it can be made again."""


@dataclass(slots=True)
class Counts:
    """What a run has counted: mutants by how they ended, and the slowest (processor seconds)."""

    ended: Counter[Arrival] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)
    seconds: float = 0.0

    @property
    def mutants(self) -> int:
        """How many there were."""
        return sum(self.ended.values())

    def __str__(self) -> str:
        """One line for people."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.ended.items()))
        mean = 1e3 * self.seconds / max(1, self.mutants)
        return (
            f"{self.mutants} mutants: {kinds}; mean {mean:.1f} ms,"
            f" slowest {self.slowest[0]:.3f} s (case {self.slowest[1]})"
        )


def sources() -> list[bytes]:
    """The messages that mutants are made of: the corpus, addressed to the office, and answers."""
    corpus = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))]
    domain = ADDRESS.rpartition("@")[2].encode()
    return [
        *(content.replace(b"council.gov.uk", domain) for content in corpus),
        *(email(**headers) for headers in _ANSWERS),
    ]


def mutant(seed: int, number: int, made_of: list[bytes]) -> bytes:
    """The mutant with this number: always the same for the same seed and sources."""
    chance = random.Random(f"{seed}:{number}")
    content = bytearray(chance.choice(made_of))
    other = chance.choice(made_of)
    for _ in range(chance.randint(1, 6)):
        _CHANGES[chance.randrange(len(_CHANGES))](content, other, chance)
    return bytes(content)


def _insert(content: bytearray, _: bytes, chance: random.Random) -> None:
    at = chance.randint(0, len(content))
    content[at:at] = chance.choice(NASTY)


def _cut(content: bytearray, _: bytes, chance: random.Random) -> None:
    at = chance.randint(0, len(content))
    del content[at : at + chance.randint(1, 80)]


def _double(content: bytearray, _: bytes, chance: random.Random) -> None:
    at = chance.randint(0, len(content))
    content[at:at] = content[at : at + chance.randint(1, 80)] * chance.randint(1, 30)


def _overwrite(content: bytearray, _: bytes, chance: random.Random) -> None:
    at = chance.randint(0, len(content))
    end = min(len(content), at + chance.randint(1, 80))
    content[at:end] = chance.randbytes(end - at)


def _cross(content: bytearray, other: bytes, chance: random.Random) -> None:
    at, start = chance.randint(0, len(content)), chance.randint(0, len(other))
    content[at : at + chance.randint(0, 80)] = other[start : start + chance.choice([20, 200, 2000])]


def _into_a_header(content: bytearray, _: bytes, chance: random.Random) -> None:
    colon = content.find(b": ", chance.randint(0, len(content)))
    if colon >= 0:
        content[colon + 2 : colon + 2] = chance.choice(NASTY)


def _swap_lines(content: bytearray, _: bytes, chance: random.Random) -> None:
    lines = bytes(content).split(b"\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    content[:] = b"\n".join(lines)


def _end_early(content: bytearray, _: bytes, chance: random.Random) -> None:
    del content[chance.randint(0, len(content)) :]


_CHANGES: tuple[Callable[[bytearray, bytes, random.Random], None], ...] = (
    _insert, _insert, _cut, _double, _overwrite, _cross, _into_a_header, _into_a_header, _swap_lines,
    _end_early,
)  # fmt: skip


def run(seed: int, seconds: float, tell: Callable[[Counts], None] = lambda _: None) -> Counts:
    """Mutants one after the other for so many seconds (wall-clock). Raises Found at the first that
    ends wrongly.
    """
    made_of, counts = sources(), Counts()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with tempfile.TemporaryDirectory() as folder:
            office = _office(Path(folder))
            for _ in range(_IN_ONE_OFFICE):
                if time.monotonic() >= until:
                    break
                _one(office, seed, counts.mutants, made_of, counts)
            _all_accounted_for(office, seed, counts)
            office.store.close()
        tell(counts)
    return counts


def again(seed: int, number: int) -> Counts:
    """One mutant once more, in an office of its own. Raises Found where it ends wrongly."""
    counts = Counts()
    with tempfile.TemporaryDirectory() as folder:
        office = _office(Path(folder))
        _one(office, seed, number, sources(), counts)
        _all_accounted_for(office, seed, counts)
        office.store.close()
    return counts


def _office(folder: Path) -> TestOffice:
    office = open_office(folder)
    office.receive(email(), NOW)
    return office


def _one(office: TestOffice, seed: int, number: int, made_of: list[bytes], counts: Counts) -> None:
    content, which = mutant(seed, number, made_of), f"seed {seed}, case {number}"
    place = Origin("fuzz", "INBOX", 1, number + 1)
    begun = time.process_time()
    taken = office.receive(content, NOW, **_fields(place))
    took = time.process_time() - begun
    # Processor time: what else the machine does is not the mutant's fault.
    if took >= SLOWEST:
        raise Found(f"{which}: took {took:.1f} s")
    with office.store.view() as work:
        if work.ledger.booked_as(place) is not taken.arrival:
            raise Found(f"{which}: booked as {work.ledger.booked_as(place)}, not {taken.arrival}")
    if taken.message is not None:
        _can_be_shown(taken.message, which)
    good = office.receive(
        email(f"Not emptied either, {number}. #missed_bin complaint",
              Message_ID=f"<good-{number}@post.example>"), NOW + timedelta(seconds=1),
    )  # fmt: skip
    if good.arrival is not Arrival.CASE or good.reference is None:
        raise Found(f"{which}: the good message after it became {good.arrival}: {good.reason}")
    counts.ended[taken.arrival] += 1
    counts.seconds += took
    counts.slowest = max(counts.slowest, (took, number))


def _fields(place: Origin) -> dict[str, object]:
    return {"account": place.account, "folder": place.folder, "uid": place.uid}


def _can_be_shown(message: Message, which: str) -> None:
    lines = (
        message.subject,
        message.sender.name,
        message.sender.address or "",
        *message.recipients,
    )
    for text in (message.text, message.new_text, *lines):
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise Found(f"{which}: a NUL or a lone surrogate is left")
    if any("\n" in line or "\r" in line for line in lines):
        raise Found(f"{which}: a header's text runs over two lines")
    if bool(message.text.strip()) != bool(message.new_text.strip()):
        raise Found(f"{which}: nothing is left of its text")


def _all_accounted_for(office: TestOffice, seed: int, counts: Counts) -> None:
    long = timedelta(days=1)
    with office.store.view() as work:
        lost = work.ledger.unaccounted(NOW - long, NOW + long)
    if lost:
        cases = [booking.origin.uid - 1 for booking in lost]
        raise Found(f"seed {seed}, up to case {counts.mutants}: {cases} are not what is booked")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """The command line; ends with 1 at the first mutant that ends wrongly."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=int(datetime.now().astimezone().timestamp()))
    options.add_argument("--case", type=int, help="do this mutant again and print its bytes")
    chosen = options.parse_args()
    if chosen.case is not None:
        sys.stdout.buffer.write(mutant(chosen.seed, chosen.case, sources()) + b"\n")
    try:
        if chosen.case is not None:
            counts = again(chosen.seed, chosen.case)
        else:
            counts = run(chosen.seed, chosen.seconds, lambda now: _say(str(now)))
    except Found as error:
        raise SystemExit(str(error)) from error
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _say(f"seed {chosen.seed}: {counts}; at most {most} MB")


if __name__ == "__main__":
    main()
