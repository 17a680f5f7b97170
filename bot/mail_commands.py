"""`carebot mailbox`, `quarantine` and `health`: what arrived, what could not be read, how it goes."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import Config, Json, print_json, settings
from models.errors import Refused

if TYPE_CHECKING:  # at run time a command imports what it needs: --help stays fast
    from bot.config import CouncilFile, Environment
    from handlers.ledger import Period
    from handlers.quarantine import Quarantine, Replayed
    from models.council import Council
    from models.people import Actor
    from models.store_port import Store

_DAY = ["%Y-%m-%d"]
Number = Annotated[int, typer.Argument(help="The number in the list.", min=1)]
By = Annotated[
    str | None, typer.Option("--by", help="Who does it, for the history; the login if not given.")
]

mailbox_app = typer.Typer(help="Every message accounted for: what arrived and what became of it.")
quarantine_app = typer.Typer(help="Messages that could not be read: list, show, replay, put aside.")


def register(app: typer.Typer) -> None:
    """Hang the commands into the command line."""
    app.add_typer(mailbox_app, name="mailbox")
    app.add_typer(quarantine_app, name="quarantine")
    app.command()(health)


@mailbox_app.callback(invoke_without_command=True)
def mailbox(
    context: typer.Context,
    config: Config = None,
    *,
    day: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="A local day; today if none is given.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="The first local day of several.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="The last of them; today if not given.")
    ] = None,
    ignored: Annotated[
        bool, typer.Option("--ignored", help="List what was made no case of, and why.")
    ] = False,
    reconcile: Annotated[
        bool,
        typer.Option(
            "--reconcile",
            help="Look into the mailbox itself for what is not in the ledger; changes nothing.",
        ),
    ] = False,
    json_: Json = False,
) -> None:
    """What arrived, by mailbox and folder, what became of it, and what waits. Exits with 1 where
    something is not accounted for.
    """
    if context.invoked_subcommand is not None:
        context.obj = config
        return
    with _office(config) as (file, environment, council, store):
        if reconcile:
            _reconcile(file, environment, store, json_=json_)
            return
        period = _period(council, day, since, until)
        if ignored:
            _print_ignored(store, period, council, json_=json_)
            return
        _print_account(store, period, council, json_=json_)


@mailbox_app.command()
def undo(
    context: typer.Context,
    number: Number,
    by: By = None,
    config: Config = None,
    json_: Json = False,
) -> None:
    """Make a case after all of what was filed as a duplicate, an automatic message or a bounce."""
    with _quarantine(config or context.obj) as quarantine:
        _print_replayed([quarantine.make_case(number, _operator(by), _now())], json_=json_)


@quarantine_app.callback(invoke_without_command=True)
def quarantine(
    context: typer.Context,
    config: Config = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Those that were replayed or put aside, too.")
    ] = False,
    json_: Json = False,
) -> None:
    """List the messages that could not be read and wait for somebody."""
    if context.invoked_subcommand is not None:
        context.obj = config
        return
    from bot.mailbox_report import quarantined_to_json, quarantined_to_text
    from models.quarantine import QuarantineState

    states = () if every else (QuarantineState.OPEN,)
    with _office(config) as (_, _, council, store), store.view() as work:
        listed = [
            (one, work.messages.raw(one.sha256) or b"") for one in work.quarantine.listed(*states)
        ]
    if json_:
        print_json({"quarantined": [quarantined_to_json(*pair) for pair in listed]})
        return
    for pair in listed:
        typer.echo(quarantined_to_text(*pair, council.zone))
    if not listed:
        typer.echo("Nothing is in quarantine." if every else "Nothing waits in quarantine.")


@quarantine_app.command()
def show(
    context: typer.Context,
    number: Number,
    config: Config = None,
    *,
    raw: Annotated[
        str | None, typer.Option(help="Write the bytes as they came to this new file; - is stdout.")
    ] = None,
) -> None:
    """Print one of them, its control signs made visible."""
    from bot.mailbox_report import safe_lines

    with _quarantine(config or context.obj) as quarantine:
        _, content = quarantine.look(number)
    if raw is None:
        typer.echo(safe_lines(content))
    elif raw == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        try:
            with Path(raw).open("xb") as file:
                file.write(content)
        except OSError as error:
            raise Refused(f"{raw} cannot be written: {error.strerror}") from error


@quarantine_app.command()
def replay(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(help="The number in the list.", min=1)] = None,
    config: Config = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    by: By = None,
    json_: Json = False,
) -> None:
    """Take one, or all, in again: after an upgrade, or once what broke is mended. Exits with 1
    where one still cannot be read.
    """
    from models.quarantine import QuarantineState

    if (number is None) is not every:
        raise typer.BadParameter("give a number, or --all")
    with _quarantine(config or context.obj) as quarantine:
        waiting = [one.number for one in quarantine.listed(QuarantineState.OPEN)]
        numbers = waiting if number is None else [number]
        replayed = [quarantine.replay(n, _operator(by), _now()) for n in numbers]
        _print_replayed(replayed, json_=json_)


@quarantine_app.command()
def dismiss(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why nothing is to be done; kept with its case.")],
    by: By = None,
    config: Config = None,
) -> None:
    """Put one aside: its case is closed with the reason, its bytes stay. `undo` takes it back."""
    with _quarantine(config or context.obj) as quarantine:
        ended = quarantine.dismiss(number, reason, _operator(by), _now())
    typer.echo(f"{number}: put aside, {ended.reference} is closed")


@quarantine_app.command(name="undo")
def take_up_again(
    context: typer.Context, number: Number, by: By = None, config: Config = None
) -> None:
    """Take up again what was put aside."""
    with _quarantine(config or context.obj) as quarantine:
        again = quarantine.undo(number, _operator(by), _now())
    typer.echo(f"{number}: {again.reference} waits for a decision again")


def health(config: Config = None, *, json_: Json = False) -> None:
    """Say how everything stands, from the store: exits with 1 where something needs somebody."""
    from bot.health import limits_of
    from bot.mailbox_report import health_to_text
    from handlers.health import health_of

    with _office(config) as (file, _, council, store):
        found = health_of(store, council, limits_of(file), _now())
    if json_:
        print_json(found.to_json())
    else:
        typer.echo(health_to_text(found))
    if not found.ok:
        raise typer.Exit(1)


@contextmanager
def _office(
    config: Path | None,
) -> "Iterator[tuple[CouncilFile, Environment, Council, Store]]":
    from bot import wiring
    from bot.council_of_settings import council_of

    file, environment = settings(config)
    store = wiring.store_of(file, environment)
    try:
        yield file, environment, council_of(file), store
    finally:
        store.close()


@contextmanager
def _quarantine(config: Path | None) -> "Iterator[Quarantine]":
    from bot import wiring
    from handlers.quarantine import Quarantine

    with _office(config) as (file, _, council, store):
        yield Quarantine(store, lambda: wiring.intake_of(file, council, store))


def _period(
    council: "Council", day: datetime | None, since: datetime | None, until: datetime | None
) -> "Period":
    from handlers.ledger import days

    today = council.local_date(_now())
    if day is not None and (since is not None or until is not None):
        raise typer.BadParameter("give --day, or --since and perhaps --until, not both")
    if until is not None and since is None:
        raise typer.BadParameter("--until needs --since")
    given = since or day
    first = given.date() if given else today
    last = until.date() if until else (first if since is None else today)
    if last < first:
        raise typer.BadParameter(f"--until {last} is before --since {first}")
    return days(council, first, last)


def _print_account(store: "Store", period: "Period", council: "Council", *, json_: bool) -> None:
    from bot.mailbox_report import account_to_json, account_to_text
    from handlers.ledger import account_for

    with store.view() as work:
        account = account_for(work, period, council.watched)
    if json_:
        print_json(account_to_json(account))
    else:
        typer.echo(account_to_text(account, council.zone))
    if account.differences():
        raise typer.Exit(1)


def _print_ignored(store: "Store", period: "Period", council: "Council", *, json_: bool) -> None:
    from bot.mailbox_report import booking_to_json, booking_to_text
    from handlers.ledger import ignored

    bookings = ignored(store, period)
    if json_:
        print_json({"ignored": [booking_to_json(booking) for booking in bookings]})
        return
    for booking in bookings:
        typer.echo(booking_to_text(booking, council.zone))
    typer.echo(f"{len(bookings)} made no case of. To make one: carebot mailbox undo NUMBER")


def _reconcile(
    file: "CouncilFile", environment: "Environment", store: "Store", *, json_: bool
) -> None:
    from bot.clock import SystemClock
    from bot.mailboxes import mailboxes_of
    from bot.reconcile import reconcile

    watched = mailboxes_of(file, environment, SystemClock())
    found = [reconcile(one.mailbox, store, is_first=one.is_first) for one in watched]
    if json_:
        print_json({"folders": [one.to_json() for one in found]})
    else:
        for one in found:
            typer.echo(one.to_text())
    if any(one.unbooked or one.error for one in found):
        raise typer.Exit(1)


def _print_replayed(replayed: "list[Replayed]", *, json_: bool) -> None:
    from bot.mailbox_report import replayed_to_json, replayed_to_text

    if json_:
        print_json({"replayed": [replayed_to_json(one) for one in replayed]})
    else:
        for one in replayed:
            typer.echo(replayed_to_text(one))
        if not replayed:
            typer.echo("Nothing waits in quarantine.")
    if any(one.placed is None for one in replayed):
        raise typer.Exit(1)


def _operator(name: str | None) -> "Actor":
    from models.people import operator

    if name is None:
        try:
            name = getpass.getuser()
        except (OSError, KeyError):  # a container's user may have no name
            name = "operator"
    return operator(" ".join(name.split()) or "operator")


def _now() -> datetime:
    from bot.clock import SystemClock

    return SystemClock().now()
