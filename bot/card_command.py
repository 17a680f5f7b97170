"""`carebot card`: measure the model and write its card."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.progress import shown


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command()(card)


def card(
    out: Annotated[
        Path | None, typer.Option(help="Where the card goes; beside the model's code if not given.")
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(help="Where its two pictures go: docs/pictures, or beside a card of --out."),
    ] = None,
    corpus: Annotated[Path | None, typer.Option(help="A folder of labelled lines.")] = None,
    model: Annotated[Path | None, typer.Option(help="Another fitted model.")] = None,
) -> None:
    """Measure the model on held-out files and the frozen set, and write its card (a few minutes)."""
    from classifier.labelled import CORPUS, DEFAULT_MODEL
    from classifier.learning import FROZEN
    from classifier.model_card import CARD, PICTURES, write_card

    place = out or CARD
    drawn = pictures or (PICTURES if out is None else place.parent)
    with shown() as progress:
        write_card(
            corpus or CORPUS,
            FROZEN,
            model or DEFAULT_MODEL,
            place,
            drawn,
            now=datetime.now(UTC),
            progress=progress,
        )
    typer.echo(f"{place}: written, with two pictures in {drawn}")
