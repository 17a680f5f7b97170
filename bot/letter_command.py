"""`carebot letter`: the documents of a case's letters on paper, to be printed."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import Config, Json, print_json, settings
from models.errors import CarebotError, Refused

if TYPE_CHECKING:  # at run time a command imports what it needs: --help stays fast
    from models.store_port import Paper, Store


class _CannotWrite(CarebotError):
    """A document could not be written."""


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command()(letter)


def letter(
    reference: Annotated[str, typer.Argument(help="The case, such as CC-2026-00042.")],
    config: Config = None,
    to: Annotated[
        Path, typer.Option("--to", help="The folder that the documents are written into.")
    ] = Path(),
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Also what was posted or taken back already.")
    ] = False,
    json_: Json = False,
) -> None:
    """Write the letters of a case that wait to be posted as DOCX, exactly as they were approved."""
    from bot import wiring

    file, environment = settings(config)
    store = wiring.store_of(file, environment)
    try:
        papers = papers_of(store, reference.upper(), every=every)
    finally:
        store.close()
    for paper in papers:
        path = write(paper, to)
        if json_:
            print_json({"file": str(path), "letter": paper.letter.kind, "state": state(paper)})
        else:
            typer.echo(f"{path}: {paper.letter.kind}, {state(paper)}")


def papers_of(store: "Store", reference: str, *, every: bool) -> "list[Paper]":
    """A case's letters on paper. Raises Refused where there is no such case or no such letter."""
    with store.view() as work:
        if work.cases.get(reference) is None:
            raise Refused(f"There is no case {reference}.")
        papers = work.papers.of_case(reference)
    chosen = [p for p in papers if every or (p.posted_on is None and p.withdrawn_at is None)]
    if not chosen:
        raise Refused(f"No letter of {reference} waits to be posted.")
    return chosen


def write(paper: "Paper", folder: Path) -> Path:
    """Write a document under a name that is its own: again is the same file. Nobody finds half of
    one. Raises an error with a sentence where the folder cannot be written to.
    """
    name = f"{paper.letter.reference}-{paper.letter.kind}-{paper.version}.docx"
    path, half = folder / name, folder / f".{name}.{os.getpid()}"
    try:
        half.write_bytes(paper.document)
        half.replace(path)
    except OSError as error:
        raise _CannotWrite(f"{path} cannot be written: {error.strerror}") from None
    return path


def state(paper: "Paper") -> str:
    """What became of a letter, in words."""
    if paper.withdrawn_at is not None:
        return "taken back"
    return f"posted on {paper.posted_on.isoformat()}" if paper.posted_on else "to be posted"
