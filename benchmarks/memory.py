"""Resident memory: the bot at rest, and an intake before and after very many messages.

Run as a module it is the second: `python -m benchmarks.memory STORE COUNT`.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from benchmarks.figures import Row
from benchmarks.messages import messages
from benchmarks.town import Town, open_intake
from models.message import Origin, RawMessage

_SUBJECT = "memory"
_ROOT = Path(__file__).parents[1]
_WARM = 200
_REST_SECONDS = 2.0
_MEGABYTE = 1024 * 1024


def measure(folder: Path, count: int) -> list[Row]:
    """The rows."""
    at_rest = _bot_at_rest(folder)
    warm = min(_WARM, count)
    command = [sys.executable, "-m", "benchmarks.memory", str(folder / "memory.db"), str(count)]
    done = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True)
    before, soon, after = (float(one) for one in json.loads(done.stdout))
    return [
        Row(_SUBJECT, "carebot run, at rest", at_rest, "MB",
            note=f"RSS {_REST_SECONDS:.0f} s after it connected"),
        Row(_SUBJECT, "an intake that has read nothing yet", before, "MB",
            note="a process without Slack, with the model"),
        Row(_SUBJECT, f"the same after {warm:,} messages", soon, "MB", soon / before, "before"),
        Row(_SUBJECT, f"the same after {count:,} messages", after, "MB", after / soon,
            f"after {warm:,}"),
    ]  # fmt: skip


def grow(store: Path, count: int) -> tuple[float, float, float]:
    """Take in so many messages, none of which is kept here: megabytes before, soon and after."""
    with open_intake(store) as intake:
        # The corpus that the messages are made of is no part of the bot: the first brings it in.
        raws = _raws(count)
        first = next(raws)
        before = soon = _resident("self")
        taken = intake.take_in_all(chain([first], raws), lambda: datetime.now(UTC))
        for number, _ in enumerate(taken, 1):
            if number == min(_WARM, count):
                soon = _resident("self")
        return before, soon, _resident("self")


def _bot_at_rest(folder: Path) -> float:
    with Town(folder, {"maildir": str(folder / "Maildir")}) as town, town.process() as process:
        town.wait_connected()
        time.sleep(_REST_SECONDS)
        return _resident(process.pid)


def _resident(pid: int | str) -> float:
    """Megabytes that are in memory now, not the most there ever were."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / _MEGABYTE
    raise ValueError("the kernel tells no VmRSS")


def _raws(count: int) -> Iterator[RawMessage]:
    for number, content in enumerate(messages(count), 1):
        yield RawMessage(content, Origin("files", f"memory#{number}"), datetime.now(UTC))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(grow(Path(sys.argv[1]), int(sys.argv[2]))) + "\n")
