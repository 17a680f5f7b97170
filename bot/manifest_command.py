"""`carebot manifest`: what to paste where the Slack app is made."""

from typing import Annotated

import typer

from bot.options import Config, print_json, settings


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command()(manifest)


def manifest(
    config: Config = None,
    address: Annotated[
        str, typer.Option(help='Where Slack reaches carebot, for receive = "http": https://…')
    ] = "",
) -> None:
    """Print the Slack app's manifest (JSON): the commands, shortcuts, events and scopes it needs."""
    from bot.manifest import manifest as made
    from models.errors import Misconfigured

    file, _ = settings(config)
    if file.slack.receive == "http" and not address.startswith("https://"):
        raise Misconfigured(
            'slack.receive = "http": say where Slack reaches carebot, with --address https://…'
        )
    print_json(made(file, address))
