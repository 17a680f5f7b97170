"""`carebot attachments`: what came attached to a case, and the way to get it out safely."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import Config, Json, print_json, settings
from models.errors import CarebotError
from models.message import Verdict

if TYPE_CHECKING:  # at run time a command imports what it needs: --help stays fast
    from handlers.contents import Handed, Listed

_MOST_OF_ONE_NAME = 1_000
_WORDS = {
    Verdict.NOT_SCANNED: "not scanned",
    Verdict.CLEAN: "no virus found",
    Verdict.INFECTED: "infected",
    Verdict.TOO_LARGE: "too large to be scanned",
}


class _CannotWrite(CarebotError):
    """An attachment could not be written, or not all were given."""


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command()(attachments)


def attachments(
    reference: Annotated[str, typer.Argument(help="The case, such as CC-2026-00042.")],
    config: Config = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Write them into this folder; nothing is replaced.")
    ] = None,
    *,
    json_: Json = False,
) -> None:
    """List a case's attachments, or write them out. One with a virus is never written, nor one that
    the scanner has not seen, where there is a scanner. Exits with 1 where one was refused.
    """
    from bot import wiring
    from handlers.contents import attachments_of, hand_out

    file, environment = settings(config)
    store = wiring.store_of(file, environment)
    refused = 0
    try:
        if to is None:
            for listed in attachments_of(store, reference.upper()):
                _print(listed, None, "", json_=json_)
            return
        scanner = wiring.scanner_of(file)
        for handed in hand_out(store, scanner, reference.upper(), datetime.now(UTC)):
            refused += handed.content is None
            _print(handed.listed, write(handed, to), handed.refused, json_=json_)
    finally:
        store.close()
    if refused:
        raise _CannotWrite(f"{refused} of them refused")


def write(handed: "Handed", folder: Path) -> Path | None:
    """Write an attachment under a name that nothing had before, for the owner alone to read; None
    where it is refused.
    """
    if handed.content is None:
        return None
    name = Path(handed.listed.attachment.name)
    try:
        for number in range(1, _MOST_OF_ONE_NAME):
            path = folder / (name if number == 1 else f"{name.stem} ({number}){name.suffix}")
            try:
                path.touch(mode=0o600, exist_ok=False)
            except FileExistsError:
                continue
            path.write_bytes(handed.content)
            return path
    except OSError as error:
        raise _CannotWrite(f"{folder} cannot be written to: {error.strerror}") from None
    raise _CannotWrite(f"{folder} holds too many files called {name}")


def _print(listed: "Listed", path: Path | None, refused: str, *, json_: bool) -> None:
    attachment, scanned = listed.attachment, listed.scanned
    if json_:
        print_json(
            {
                "message": listed.message,
                "number": listed.number,
                "name": attachment.name,
                "type": attachment.content_type,
                "size": attachment.size,
                "sha256": attachment.sha256,
                "verdict": scanned.verdict.value,
                "named": scanned.named or None,
                "risk": listed.risk,
                "file": str(path) if path else None,
                "refused": refused or None,
            }
        )
        return
    facts = [
        f"{attachment.size:,} bytes",
        listed.risk or "",
        _WORDS[scanned.verdict],
        scanned.named,
    ]
    said = f"{listed.number}. {attachment.name} ({', '.join(filter(None, facts))})"
    typer.echo(f"{said}: refused, {refused}" if refused else f"{said}: {path}" if path else said)
