"""`carebot explain`: why the model says what it says of a message, in the message's own words."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.options import Config, Json, catalogue_settings, print_json
from models.errors import Misconfigured

if TYPE_CHECKING:  # at run time a command imports what it needs: --help stays fast
    from bot.config import CouncilFile
    from classifier.predict import Classifier, Text


def register(app: typer.Typer) -> None:
    """Hang the command into the command line."""
    app.command()(explain)


def explain(
    path: Annotated[str, typer.Argument(help="An email file, or - for standard input.")] = "-",
    config: Config = None,
    subject: Annotated[
        str | None, typer.Option(help="A subject, in the place of an email.")
    ] = None,
    body: Annotated[str | None, typer.Option(help="A text, in the place of an email.")] = None,
    model: Annotated[Path | None, typer.Option(help="Another fitted model.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as a page to look at.")] = None,
    *,
    jsonl: Annotated[
        bool, typer.Option(help="JSON lines in (subject, body, perhaps from), explanations out.")
    ] = False,
    json_: Json = False,
) -> None:
    """Say why: the words that weighed, marked in the text, what stood second, doubts and flags."""
    from bot.wiring import catalogue_in_use, classifier_of
    from classifier.explanation import explain as explain_text

    file = catalogue_settings(config)
    if (subject is not None or body is not None) and (path != "-" or jsonl):
        raise Misconfigured("choose one: a path, or --subject and --body")
    if jsonl and html is not None:
        raise Misconfigured("--html shows one message, and --jsonl has many")
    classifier = classifier_of(file, model)
    if jsonl:
        for line in _lines(path, classifier):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return
    explanation = explain_text(classifier, _text(path, subject, body, file))
    if html is not None:
        from bot.explained import page

        html.write_text(page(explanation, catalogue_in_use(file)), encoding="utf-8")
        typer.echo(f"written to {html}", err=True)
    elif json_:
        print_json(explanation.to_json())
    else:
        from bot.explained import show

        show(explanation, catalogue_in_use(file))


def _text(path: str, subject: str | None, body: str | None, file: "CouncilFile | None") -> "Text":
    from bot.classify import text_of_email
    from bot.wiring import reader_of

    if subject is not None or body is not None:
        return subject or "", body or "", ""
    return text_of_email(path, reader_of(file), datetime.now(UTC))


def _lines(path: str, classifier: "Classifier") -> Iterator[str]:
    """An explanation for each line; a malformed one is named and does not stop the stream."""
    from bot.classify import lines_of
    from classifier.explanation import explain as explain_text
    from classifier.lines import as_line, asked_of

    for number, line in enumerate(lines_of(path), start=1):
        if not line.strip():
            continue
        asked = asked_of(line)
        if isinstance(asked, str):
            yield as_line({"error": asked, "line": number})
        else:
            yield as_line(asked[1] | explain_text(classifier, asked[0]).to_json())
