"""`carebot corpus`: check labelled texts, and write the figures of their data card."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import Json, print_json

if TYPE_CHECKING:  # at run time a command imports what it needs: --help stays fast
    from models.council import Catalogue

Folder = Annotated[
    Path | None, typer.Argument(help="A folder of labelled lines; the model's own if not given.")
]

corpus_app = typer.Typer(
    no_args_is_help=True, help="The labelled texts that the model learns from: check, card."
)


def register(app: typer.Typer) -> None:
    """Hang the commands into the command line."""
    app.add_typer(corpus_app, name="corpus")


@corpus_app.command()
def check(folder: Folder = None, *, json_: Json = False) -> None:
    """Check labels, what follows from them, likenesses, leaks into the frozen set, and the card.

    Exits with 1 where anything is wrong; a thin place is only told.
    """
    from classifier.checking.check import check_corpus
    from classifier.labelled import CORPUS

    checked = check_corpus(folder or CORPUS, _district())
    if json_:
        print_json(checked.to_json())
    else:
        typer.echo(checked.to_text())
    if not checked.ok:
        raise typer.Exit(1)


@corpus_app.command()
def card(folder: Folder = None) -> None:
    """Write the figures of the data card anew, README.md in the folder, from its files."""
    from classifier.checking.card import CARD, write_card
    from classifier.checking.coverage import coverage_of
    from classifier.labelled import CORPUS, read_labelled

    chosen = folder or CORPUS
    changed = write_card(chosen, coverage_of(read_labelled(chosen)))
    typer.echo(f"{chosen / CARD}: {'written' if changed else 'is up to date'}")


def _district() -> "Catalogue":
    """The map that the corpus was labelled by, whatever council runs the bot (topics.md)."""
    from models.council import CouncilType, default_catalogue

    return default_catalogue(CouncilType.DISTRICT)
