"""`carebot learn`: a new model from what staff corrected, its versions, and how staff agree with it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import Config, Json, print_json, settings
from bot.progress import shown
from models.errors import Misconfigured

if TYPE_CHECKING:  # at run time a command imports what it needs: --help stays fast
    from bot.config import CouncilFile, Environment
    from classifier.learning import Learned
    from classifier.versions import Version, Versions
    from models.decisions import DecidedCase


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command()(learn)


def learn(
    config: Config = None,
    corpus: Annotated[Path | None, typer.Option(help="A folder of labelled lines.")] = None,
    frozen: Annotated[
        Path | None, typer.Option(help="Labelled lines that are never learned, to judge by.")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="The live model, if another.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="With --agreement: what staff decided from this day on."
        ),
    ] = None,
    *,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Make the version live again that was before.")
    ] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="Every version, and which is live.")
    ] = False,
    agreement: Annotated[
        bool,
        typer.Option("--agreement", help="How often staff left it as the model said, by month."),
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Try once more what was not taken or was rolled back."),
    ] = False,
    json_: Json = False,
) -> None:
    """Learn what staff corrected; the new model goes live only if it is not worse in anything."""
    if sum((rollback, list_, agreement)) > 1:
        raise Misconfigured("choose one of --rollback, --list and --agreement")
    if since and not agreement:
        raise Misconfigured("--since goes with --agreement only: learning is from all corrections")
    file, environment = settings(config)
    if rollback:
        _roll_back(_versions(file, model), json_=json_)
    elif list_:
        _show_versions(_versions(file, model), json_=json_)
    elif agreement:
        _show_agreement(file, environment, since, json_=json_)
    else:
        learned = _learn(file, environment, _versions(file, model), corpus, frozen, again=again)
        if json_:
            print_json(learned.to_json())
        else:
            typer.echo(learned.to_text())


def _learn(
    file: "CouncilFile",
    environment: "Environment",
    versions: "Versions",
    corpus: Path | None,
    frozen: Path | None,
    *,
    again: bool,
) -> "Learned":
    from bot.council_of_settings import catalogue_of
    from classifier.labelled import CORPUS
    from classifier.learning import FROZEN
    from classifier.learning import learn as learn_from

    decided = _decided(file, environment, None)
    with shown() as progress:
        return learn_from(
            decided,
            catalogue_of(file),
            versions,
            corpus=corpus or CORPUS,
            frozen=frozen or FROZEN,
            now=datetime.now(UTC),
            progress=progress,
            again=again,
        )


def _roll_back(versions: "Versions", *, json_: bool) -> None:
    with versions.alone():
        was, live = versions.roll_back()
    if json_:
        print_json({"was": was.name, "live": live.name})
    else:
        typer.echo(f"{live.name} is live again, in the place of {was.name}.")


def _show_versions(versions: "Versions", *, json_: bool) -> None:
    for version, live in versions.all():
        if json_:
            print_json(_version(version, live=live))
            continue
        state = "live" if live else ("" if version.promoted else "not taken")
        frozen = version.figures.get("frozen")
        right = f"{frozen['both']:.1%} right on the frozen set" if isinstance(frozen, dict) else ""
        typer.echo(
            f"{version.name:24}{version.trained[:16]:18}{version.corrections:>5} corrections  "
            f"{state:10}{right}".rstrip()
        )


def _version(version: "Version", *, live: bool) -> dict[str, object]:
    return {
        "version": version.name,
        "model": version.model,
        "trained": version.trained,
        "corrections": version.corrections,
        "live": live,
        "promoted": version.promoted,
        "before": version.before,
        "figures": dict(version.figures),
        "why": list(version.why),
    }


def _show_agreement(
    file: "CouncilFile", environment: "Environment", since: datetime | None, *, json_: bool
) -> None:
    from bot.council_of_settings import council_of
    from classifier.agreement import by_month, table

    months = by_month(_decided(file, environment, since), council_of(file).local_date)
    if json_:
        print_json([month.to_json() for month in months])
    else:
        typer.echo(table(months))


def _versions(file: "CouncilFile", model: Path | None) -> "Versions":
    from classifier.labelled import DEFAULT_MODEL
    from classifier.versions import Versions

    return Versions(model or file.model.path or DEFAULT_MODEL)


def _decided(
    file: "CouncilFile", environment: "Environment", since: datetime | None
) -> "tuple[DecidedCase, ...]":
    from bot.wiring import store_of

    start = since and since.replace(tzinfo=file.council.zone)
    store = store_of(file, environment)
    try:
        with store.view() as work:
            return work.decisions.decided(start)
    finally:
        store.close()
