"""How long the program takes to start, beside a Python that does nothing."""

import subprocess
import sys
from pathlib import Path

from benchmarks.figures import Row, median, seconds_of
from benchmarks.town import Town

_SUBJECT = "start"


def measure(folder: Path, runs: int) -> list[Row]:
    """The rows."""
    (folder / "mail").mkdir()
    nothing, helped, connected = [], [], []
    _help()
    for run in range(runs):
        nothing.append(seconds_of(lambda: _call("-c", "pass")))
        helped.append(seconds_of(_help))
        connected.append(_connected(folder, run))
    pause = median(nothing)
    to = "python -c pass"
    return [
        Row(_SUBJECT, to, pause * 1e3, "ms", note=f"median of {runs}, as the rows below"),
        Row(_SUBJECT, "carebot --help", median(helped) * 1e3, "ms", median(helped) / pause, to),
        Row(_SUBJECT, "carebot run, to the Socket Mode connection", median(connected) * 1e3, "ms",
            median(connected) / pause, to, "a Maildir as its mailbox"),
    ]  # fmt: skip


def _connected(folder: Path, run: int) -> float:
    own = folder / f"start-{run}"
    own.mkdir()
    with Town(own, {"maildir": str(own / "Maildir")}) as town, town.process():
        return seconds_of(town.wait_connected)


def _help() -> None:
    _call("-m", "bot", "--help")


def _call(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
