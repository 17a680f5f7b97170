"""Two thousand emails from files to open cases: carebot against django-helpdesk.

Run as a module it is carebot's side: `python -m benchmarks.intake FOLDER STORE`. Both sides run as
processes of their own, tell how long the work took, and are timed from outside, start included.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path

from benchmarks.figures import Row, median
from benchmarks.messages import write_messages
from benchmarks.town import open_intake
from bot.ingest import ingest_paths

_ROOT = Path(__file__).parents[1]
_HELPDESK = Path(__file__).parent / "helpdesk"
_RIVAL = _ROOT / ".venv-bench"
_SUBJECT = "intake"
_FASTER = "carebot's speed, in this one's"
# How the rival's SQLite is set, by the name in its settings; the first is the fair one.
_SQLITE = {
    "like-carebot": "SQLite as carebot sets it",
    "as-shipped": "SQLite as Django sets it",
    "fastest": "SQLite at its fastest",
}


@dataclass(frozen=True, slots=True)
class Side:
    """What one side did: seconds of work, with its start, of a processor; what it says of it."""

    work: float
    whole: float
    busy: float
    said: str


def measure(folder: Path, count: int, runs: int) -> list[Row]:
    """The rows; carebot runs up to four times: before, between and after the rival's runs."""
    mail = folder / "mail"
    write_messages(mail, count)
    python, why_not = _rival_python()
    ours = [_carebot(mail, folder / "carebot-0", count)]
    theirs = {}
    if python is not None:
        for sqlite in _SQLITE:
            theirs[sqlite] = _helpdesk(python, mail, folder / sqlite, count, sqlite)
            if len(ours) < runs:
                ours.append(_carebot(mail, folder / f"carebot-{len(ours)}", count))
    work, whole, busy = (median([figure(o) for o in ours]) for figure in (_work, _whole, _busy))
    rows = [
        Row(_SUBJECT, "carebot", count / work, "messages/s", note=ours[0].said),
        Row(_SUBJECT, "carebot, with its start", count / whole, "messages/s"),
        Row(_SUBJECT, "carebot, processor time a message", busy / count * 1e3, "ms"),
    ]
    if not theirs:
        note = f"not measured: {why_not}"
        return [*rows, Row(_SUBJECT, "django-helpdesk", None, "messages/s", note=note)]
    for sqlite, words in _SQLITE.items():
        side, name = theirs[sqlite], f"django-helpdesk, {words}"
        rows.append(Row(_SUBJECT, name, count / side.work, "messages/s",
                        side.work / work, _FASTER, side.said))  # fmt: skip
    first = theirs[next(iter(_SQLITE))]
    return [
        *rows,
        Row(_SUBJECT, "the first of these, with its start", count / first.whole, "messages/s",
            first.whole / whole, _FASTER),
        Row(_SUBJECT, "the first of these, processor time a message", first.busy / count * 1e3,
            "ms", first.busy / busy, "carebot's; what else the machine does disturbs it least"),
    ]  # fmt: skip


_work, _whole, _busy = attrgetter("work"), attrgetter("whole"), attrgetter("busy")


def _carebot(mail: Path, folder: Path, count: int) -> Side:
    folder.mkdir()
    return _timed(
        [sys.executable, "-m", "benchmarks.intake", str(mail), str(folder / "carebot.db")],
        cwd=_ROOT,
        env={},
        count=count,
        counted="cases",
    )


def _helpdesk(python: Path, mail: Path, folder: Path, count: int, sqlite: str) -> Side:
    """It deletes what it reads, so it gets a copy."""
    shutil.copytree(mail, folder / "mail")
    environment = {
        "HELPDESK_FOLDER": str(folder),
        "HELPDESK_SQLITE": sqlite,
        "DJANGO_SETTINGS_MODULE": "settings",
        "PYTHONUTF8": "1",
    }
    command = [str(python), "take_in.py"]
    subprocess.run(
        [*command, "prepare", str(folder / "mail")],
        cwd=_HELPDESK,
        env=os.environ | environment,
        check=True,
    )
    return _timed([*command, "run"], cwd=_HELPDESK, env=environment, count=count, counted="tickets")


def _timed(
    command: list[str], *, cwd: Path, env: Mapping[str, str], count: int, counted: str
) -> Side:
    begun = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | dict(env), check=True, capture_output=True
    )
    whole = time.perf_counter() - begun
    said = json.loads(done.stdout)
    if said.get(counted) != count:
        raise ValueError(
            f"{command[-1]} made {said} of {count} messages: the sides did not do alike"
        )
    work, busy = said.pop("seconds"), said.pop("busy")
    return Side(work, whole, busy, ", ".join(f"{value} {key}" for key, value in said.items()))


def _rival_python() -> tuple[Path | None, str]:
    """The rival's environment, made when it is missing; or why there is none."""
    python = _RIVAL / "bin" / "python"
    ready = _RIVAL / "installed"
    if ready.is_file():
        return python, ""
    pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(_RIVAL)], check=True)
        (_RIVAL / ".gitignore").write_text("*\n")
        # The pip that comes with Python 3.11 does not know --group.
        subprocess.run([*pip, "--upgrade", "pip"], check=True)
        subprocess.run([*pip, "--group", "bench"], cwd=_ROOT, check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        return None, f"its environment could not be made ({type(error).__name__})"
    ready.touch()
    return python, ""


def take_in(mail: Path, store: Path) -> dict[str, float]:
    """carebot's side: every message of a folder into a fresh store; what it took and made."""
    counts: Counter[str] = Counter()
    with open_intake(store) as intake:
        begun, busy = time.perf_counter(), time.process_time()
        for _, taken in ingest_paths(intake, [mail], lambda: datetime.now(UTC)):
            counts[taken.arrival] += 1
        seconds, busy = time.perf_counter() - begun, time.process_time() - busy
        with intake.store.view() as work:
            waiting = sum(work.outbox.counts().values())
    cases = counts.pop("case", 0)
    return {"seconds": seconds, "busy": busy, "cases": cases, "in the outbox": waiting, **counts}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(take_in(Path(sys.argv[1]), Path(sys.argv[2]))) + "\n")
