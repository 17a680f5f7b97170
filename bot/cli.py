"""The command line. Each command reads the settings, wires the parts and calls one use case.

Exit codes: 0 done; 1 the work failed; 2 the call or the configuration is wrong.
"""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import (
    attachment_command,
    card_command,
    corpus_commands,
    explain_command,
    learn_command,
    letter_command,
    mail_commands,
    manifest_command,
)
from bot.options import Config, Json, catalogue_settings, print_json, settings
from models.errors import CarebotError, Misconfigured

if TYPE_CHECKING:  # at run time a command imports what it needs: --help stays fast
    from zoneinfo import ZoneInfo

_EXIT_FAILED = 1
_EXIT_WRONG = 2

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="carebot: a council's complaints mailbox becomes cases in Slack, and none is forgotten.",
)

mail_commands.register(app)
attachment_command.register(app)
letter_command.register(app)
learn_command.register(app)
explain_command.register(app)
corpus_commands.register(app)
card_command.register(app)
manifest_command.register(app)


def main() -> None:
    """Run the command line; every error of ours becomes a sentence and an exit code."""
    with _sentences():
        app()


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except Misconfigured as error:
        _complain(str(error))
        sys.exit(_EXIT_WRONG)
    except CarebotError as error:
        _complain(str(error))
        sys.exit(_EXIT_FAILED)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): that is no failure of ours.
        sys.stderr.close()
        sys.exit(0)


def _complain(text: str) -> None:
    typer.echo(f"carebot: {text}", err=True)


@app.command()
def demo(
    *,
    headless: Annotated[
        bool, typer.Option(help="Run the story once, without a browser, and end.")
    ] = False,
    port: Annotated[int, typer.Option(help="Where the page is, on this machine.")] = 8025,
    json_: Json = False,
) -> None:
    """Try everything on this machine: a workspace, a mailbox and the bot, with no account."""
    from bot.demo import Demo
    from bot.logs import set_up_logs

    set_up_logs(quiet=True)
    if not headless:
        with Demo(port=port) as running:
            typer.echo(running.where_to_look())
            _wait_for_stop_signal()
        return
    from bot.demo_story import tell

    with Demo(port=0, feed=False) as running:
        summary = tell(running, lambda line: typer.echo(line, err=True))
    if json_:
        print_json(summary.to_json())
    else:
        typer.echo(summary.to_text())


@app.command()
def run(config: Config = None) -> None:
    """Watch the mailbox, open cases, post them, remind, until stopped (SIGTERM or Ctrl-C)."""
    from bot import wiring
    from bot.clock import SystemClock
    from bot.council_of_settings import channels_of
    from bot.health import page_of
    from bot.logs import set_up_logs
    from bot.mailboxes import mailboxes_of
    from bot.run import Bot

    set_up_logs()
    file, environment = settings(config)
    clock = SystemClock()
    receiving = wiring.receiving_of(file, environment)
    store = wiring.store_of(file, environment)
    office = wiring.office_of(file, environment, store, clock)
    bot = Bot(
        office=office,
        intake=wiring.intake_of(file, office.council, store),
        mailboxes=mailboxes_of(file, environment, clock),
        clock=clock,
        receiving=receiving,
        channels=channels_of(file),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: bot.request_stop())
    try:
        with page_of(file, office.council, store, clock):
            bot.start()
            try:
                bot.wait()
            finally:
                bot.stop()
    finally:
        store.close()


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help=".eml files, folders, Maildirs, mbox files.")],
    config: Config = None,
    *,
    json_: Json = False,
) -> None:
    """Take in messages from files as if they had come by mail. What must leave waits."""
    from bot import wiring
    from bot.council_of_settings import council_of
    from bot.ingest import ingest_paths, to_line

    file, environment = settings(config)
    store = wiring.store_of(file, environment)
    intake = wiring.intake_of(file, council_of(file), store)
    counts: dict[str, int] = {}
    try:
        for label, taken in ingest_paths(intake, paths, lambda: datetime.now(UTC)):
            counts[taken.arrival] = counts.get(taken.arrival, 0) + 1
            if json_:
                print_json(to_line(label, taken))
            else:
                typer.echo(f"{label}: {taken.arrival} {taken.reference or taken.reason}")
    finally:
        store.close()
    total = sum(counts.values())
    details = ", ".join(f"{n} {arrival}" for arrival, n in sorted(counts.items()))
    typer.echo(f"{total} taken in" + (f": {details}" if details else ""), err=True)


@app.command()
def classify(
    path: Annotated[str, typer.Argument(help="An email file, or - for standard input.")] = "-",
    config: Config = None,
    *,
    jsonl: Annotated[
        bool, typer.Option(help="JSON lines in (subject, body, perhaps from), predictions out.")
    ] = False,
    model: Annotated[Path | None, typer.Option(help="Another fitted model.")] = None,
    json_: Json = False,
) -> None:
    """Say what a message is: category, service or authority, flags, confidence, reasons, doubts."""
    from bot.classify import classify_email, classify_stream, prediction_lines
    from bot.wiring import catalogue_in_use, classifier_of, reader_of

    file = catalogue_settings(config)
    classifier = classifier_of(file, model)
    if jsonl:
        for line in classify_stream(path, classifier):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return
    prediction = classify_email(path, reader_of(file), classifier, datetime.now(UTC))
    if json_:
        print_json(prediction.to_json())
        return
    typer.echo("\n".join(prediction_lines(prediction, catalogue_in_use(file))))


@app.command()
def train(
    corpus: Annotated[Path | None, typer.Option(help="A folder of labelled lines.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the fitted model goes.")] = None,
    *,
    json_: Json = False,
) -> None:
    """Fit the model from the corpus and measure it on files held out."""
    from bot.progress import shown
    from classifier.labelled import CORPUS, DEFAULT_MODEL
    from classifier.train import train as fit
    from classifier.versions import Versions

    place = out or DEFAULT_MODEL
    with Versions(place).training(), shown() as progress:
        manifest = fit(corpus or CORPUS, place, now=datetime.now(UTC), progress=progress)
    if json_:
        print_json(manifest)
    else:
        typer.echo(json.dumps(manifest, indent=2, ensure_ascii=False))


@app.command()
def evaluate(
    lines: Annotated[Path, typer.Argument(help="Labelled JSON lines.")],
    config: Config = None,
    *,
    model: Annotated[Path | None, typer.Option(help="Another fitted model.")] = None,
    json_: Json = False,
) -> None:
    """Measure the model on labelled lines."""
    from time import perf_counter

    from bot.wiring import classifier_of
    from classifier.evaluate import evaluate as measure
    from classifier.labelled import read_labelled

    classifier = classifier_of(catalogue_settings(config), model)
    report = measure(classifier, read_labelled(lines), timer=perf_counter)
    if json_:
        print_json(report.to_json())
    else:
        typer.echo(report.to_text())


@app.command()
def tick(
    config: Config = None,
    now: Annotated[
        datetime | None,
        typer.Option(
            formats=[
                "%Y-%m-%dT%H:%M:%S%z",
                "%Y-%m-%dT%H:%M%z",
                "%Y-%m-%dT%H:%M:%S",
                "%Y-%m-%dT%H:%M",
                "%Y-%m-%d",
            ],
            help="The time to tick at; local where it has no offset.",
        ),
    ] = None,
    *,
    json_: Json = False,
) -> None:
    """Tick the clock once, then deliver until the outbox is empty or nobody answers."""
    from bot import wiring
    from bot.clock import FixedClock, SystemClock
    from bot.council_of_settings import channels_of
    from bot.tick import tick_once

    file, environment = settings(config)
    clock = SystemClock() if now is None else FixedClock(_aware(now, file.council.zone))
    store = wiring.store_of(file, environment)
    try:
        office = wiring.office_of(file, environment, store, clock)
        ticked = tick_once(office, channels_of(file), clock)
    finally:
        store.close()
    if json_:
        print_json(ticked.to_json())
    else:
        typer.echo(ticked.to_text())


def _aware(at: datetime, zone: "ZoneInfo") -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _wait_for_stop_signal() -> None:
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
