"""`python -m benchmarks [--quick] [--only SUBJECT …] [--json FILE]`: one table, one run."""

import argparse
import dataclasses
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import classify, clicks, intake, latency, memory, start, tick
from benchmarks.figures import FULL, QUICK, Row, Sizes
from bot.logs import set_up_logs

_SUBJECTS: Mapping[str, Callable[[Path, Sizes], list[Row]]] = {
    "intake": lambda folder, sizes: intake.measure(folder, sizes.intake, sizes.intake_runs),
    "latency": lambda folder, sizes: latency.measure(folder, sizes.letters),
    "classify": lambda _, sizes: classify.measure(sizes),
    "tick": tick.measure,
    "clicks": lambda folder, sizes: clicks.measure(folder, sizes.officers),
    "start": lambda folder, sizes: start.measure(folder, sizes.starts),
    "memory": lambda folder, sizes: memory.measure(folder, sizes.memory),
}
_WIDTH = 150
_LIBRARIES = ("carebot", "scikit-learn", "numpy", "imapclient", "sqlite-utils")


def main() -> None:
    """Measure what is asked for, print the table, write the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run at all?")
    parser.add_argument("--only", nargs="+", choices=list(_SUBJECTS), default=list(_SUBJECTS))
    parser.add_argument("--json", type=Path, help="where to write the figures")
    arguments = parser.parse_args()
    set_up_logs(quiet=True)
    rows = measure(arguments.only, QUICK if arguments.quick else FULL, Console(stderr=True))
    # In a file or a pipe there is no window whose width would count.
    console = Console() if sys.stdout.isatty() else Console(width=_WIDTH)
    console.print(_table(rows))
    if arguments.json:
        figures = {"machine": _machine(), "rows": [dataclasses.asdict(row) for row in rows]}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def measure(subjects: list[str], sizes: Sizes, console: Console) -> list[Row]:
    """The rows of these subjects, each measured in a folder of its own that is gone afterwards."""
    rows = []
    # In the table's order: the rival is fetched before a workspace runs, which forgets the proxies.
    for subject in (known for known in _SUBJECTS if known in subjects):
        with (
            console.status(f"measuring: {subject}"),
            tempfile.TemporaryDirectory(prefix="carebot-bench-") as folder,
        ):
            rows += _SUBJECTS[subject](Path(folder), sizes)
    return rows


def _table(rows: list[Row]) -> Table:
    machine = _machine()
    table = Table(
        title="carebot, measured in one run: compare the ratios",
        caption=", ".join(f"{name} {value}" for name, value in machine.items()),
    )
    table.add_column("subject")
    table.add_column("what", ratio=1)
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("to, or how", ratio=1)
    before = ""
    for row in rows:
        if before and row.subject != before:
            table.add_section()
        measured = "—" if row.value is None else f"{_shown(row.value)} {row.unit}"
        ratio = "" if row.ratio is None else f"{_shown(row.ratio)} ×"
        words = "; ".join(text for text in (row.to, row.note) if text)
        table.add_row(
            "" if row.subject == before else row.subject, row.what, measured, ratio, words
        )
        before = row.subject
    return table


def _shown(value: float) -> str:
    """Three digits that count."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def _machine() -> dict[str, str]:
    found = {"Python": platform.python_version(), "processors": str(os.cpu_count())}
    return found | {library: version(library) for library in _LIBRARIES}


if __name__ == "__main__":
    main()
