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
    """Write the letters of a case that wait to be posted as DOCX, exactly as they were approved, and
    beside each the files that go with it.
    """
    from bot import wiring

    file, environment = settings(config)
    store = wiring.store_of(file, environment)
    try:
        papers = papers_of(store, reference.upper(), every=every)
        enclosed = [enclosures_of(store, paper) for paper in papers]
    finally:
        store.close()
    for paper, files in zip(papers, enclosed, strict=True):
        path = write(paper, to)
        beside = [str(write_enclosure(path, n, *one)) for n, one in enumerate(files, 1)]
        if json_:
            said = {"file": str(path), "letter": paper.letter.kind, "state": state(paper)}
            print_json(said | {"enclosures": beside})
        else:
            typer.echo(f"{path}: {paper.letter.kind}, {state(paper)}")
            for one in beside:
                typer.echo(f"{one}: goes with it")


def papers_of(store: "Store", reference: str, *, every: bool) -> "list[Paper]":
    """A case's letters on paper. Raises Refused where there is no such case or no such letter."""
    from handlers.seen import existing

    with store.view() as work:
        existing(work, reference)
        papers = work.papers.of_case(reference)
    chosen = [p for p in papers if every or (p.posted_on is None and p.withdrawn_at is None)]
    if not chosen:
        raise Refused(f"No letter of {reference} waits to be posted.")
    return chosen


def enclosures_of(store: "Store", paper: "Paper") -> list[tuple[str, bytes]]:
    """The names and bytes of the files that go with a letter. Raises an error with a sentence where
    one is not kept any more.
    """
    files = []
    with store.view() as work:
        for one in paper.letter.attachments:
            content = work.contents.get(one.sha256)
            if content is None:
                raise _CannotWrite(f"{one.name}, which goes with a letter, is not kept any more")
            files.append((one.name, content))
    return files


def write(paper: "Paper", folder: Path) -> Path:
    """Write a document under a name that is its own: again is the same file. Nobody finds half of
    one. Raises an error with a sentence where the folder cannot be written to.
    """
    name = f"{paper.letter.reference}-{paper.letter.kind}-{paper.version}.docx"
    return _write(folder / name, paper.document)


def write_enclosure(document: Path, number: int, name: str, content: bytes) -> Path:
    """Write a file that goes with a letter beside its document; see `write`."""
    return _write(document.with_name(f"{document.stem}-{number}-{name}"), content)


def _write(path: Path, content: bytes) -> Path:
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_bytes(content)
        half.replace(path)
    except OSError as error:
        raise _CannotWrite(f"{path} cannot be written: {error.strerror}") from None
    return path


def state(paper: "Paper") -> str:
    """What became of a letter, in words."""
    if paper.withdrawn_at is not None:
        return "taken back"
    return f"posted on {paper.posted_on.isoformat()}" if paper.posted_on else "to be posted"
