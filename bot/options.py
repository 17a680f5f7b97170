"""What every command has: `--config` and `--json`, and what they lead to."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # at run time a command imports what it needs: --help stays fast
    from bot.config import CouncilFile, Environment

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", envvar="CAREBOT_CONFIG", help="The settings; council.toml here if not given."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def settings(config: Path | None) -> "tuple[CouncilFile, Environment]":
    """The settings and the environment. Raises Misconfigured."""
    from bot.config import DEFAULT_CONFIG, read_council_file, read_environment

    return read_council_file(config or DEFAULT_CONFIG), read_environment()


def catalogue_settings(config: Path | None) -> "CouncilFile | None":
    """The settings for what only needs the map; without any, a district's default map serves."""
    from bot.config import DEFAULT_CONFIG, read_council_file

    if config is None and not DEFAULT_CONFIG.exists():
        typer.echo(
            "carebot: no council.toml here: the default map of a district council is used", err=True
        )
        return None
    return read_council_file(config or DEFAULT_CONFIG)


def print_json(value: object) -> None:
    """One line of JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False))
