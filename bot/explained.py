"""An explanation for people: on a terminal, or as a page. Marks, not colour alone, tell for from
against.
"""

import io
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from classifier.explanation import Explanation, Marked, Rival, Voice
from classifier.phrases import Item
from classifier.places import Part
from handlers.slack.why import doubts
from handlers.slack.wording import CATEGORIES, FLAGS, one_line, percent
from models.council import Catalogue
from models.prediction import WHOLE, Category

_FOR, _AGAINST = "bold green", "underline red"
_SENTENCE = 200
_NAMES = {Part.HEADING: "Subject", Part.SAID: "", Part.CITED: "Quoted, read for the topic only"}
_PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Why the model decided so</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{stylesheet}
body {{ color: {foreground}; background-color: {background}; margin: 2rem; }}
pre {{ white-space: pre-wrap; max-width: 100ch; line-height: 1.5;
 font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }}</style></head>
<body><main><pre>{code}</pre></main></body></html>
"""


def show(explanation: Explanation, catalogue: Catalogue) -> None:
    """Print it. A pipe and NO_COLOR get the same marks without colours."""
    _print(explanation, catalogue, Console(highlight=False, soft_wrap=True))


def page(explanation: Explanation, catalogue: Catalogue) -> str:
    """The same as a page of HTML that needs nothing else."""
    # No width: the reader's window breaks the lines.
    console = Console(
        record=True, file=io.StringIO(), highlight=False, soft_wrap=True, force_terminal=True
    )
    _print(explanation, catalogue, console)
    return console.export_html(code_format=_PAGE)


def _print(explanation: Explanation, catalogue: Catalogue, console: Console) -> None:
    # Text objects only: nothing that a customer wrote is read as markup or moves the cursor.
    for line in _lines(explanation, catalogue):
        console.print(line)


def _lines(explanation: Explanation, catalogue: Catalogue) -> Iterator[Text]:
    yield from _decided(explanation, catalogue)
    yield Text()
    for part, text in explanation.parts.items():
        if text.strip():
            if _NAMES[part]:
                yield Text(f"{_NAMES[part]}:", "bold")
            yield _marked_text(text, [m for m in explanation.marked if m.part is part])
            yield Text()
    yield Text("[+word] spoke for it, [-word] against it, wherever it stands", "italic")
    yield Text()
    yield from _voice("What it is about", explanation.topic, "topics")
    yield from _voice("What is meant", explanation.intent, "intents")
    second = explanation.category
    yield from _rival(f"Second: {CATEGORIES[Category(second.name)]}", second)
    second = explanation.owner
    yield from _rival(f"Second: {owner_name(second.name, catalogue)}", second)
    heard = "heard" if explanation.two_matters > 0 else "not heard"
    yield Text(f"A second matter: {heard} ({explanation.two_matters:+.2f}, heard above 0)")


def owner_name(owner: str, catalogue: Catalogue) -> str:
    """The name for people of a service's or an authority's id."""
    return catalogue.owner_name(owner if owner in catalogue.services else None, owner)


def _decided(explanation: Explanation, catalogue: Catalogue) -> Iterator[Text]:
    said = explanation.prediction
    to = catalogue.owner_name(said.service, said.authority)
    kind = CATEGORIES[said.category]
    yield Text(f"{kind} for {to}: {percent(said.confidence)} sure", "bold")
    if said.needs_person:
        yield Text(f"Please decide: {doubts(said, catalogue)}", "bold")
    if said.secondary_authority is not None:
        other = catalogue.owner_name(None, said.secondary_authority)
        yield Text(f"Also a matter of: {other}")
    for flag in said.flags:
        sentence = said.raised.get(flag, "")
        by = f", raised by “{one_line(sentence, _SENTENCE)}”" if sentence else ""
        yield Text(f"Flag: {FLAGS[flag]}{by}")
    yield Text(f"Topic {said.topic}, intent {said.intent}, model {said.model}")


def _marked_text(text: str, marked: Iterable[Marked]) -> Text:
    shown, last = Text(), 0
    for mark in marked:
        sign, style = ("+", _FOR) if mark.weight > 0 else ("-", _AGAINST)
        shown.append(_tame(text[last : mark.start]))
        shown.append(f"[{sign}{_tame(text[mark.start : mark.end])}]", style)
        last = mark.end
    shown.append(_tame(text[last:]).rstrip())
    return shown


def _voice(title: str, voice: Voice, others: str) -> Iterator[Text]:
    yield Text(f"{title}: {voice.name}", "bold")
    for item in voice.items:
        yield _item(item)
    yield _weighed(voice.rest, "all other words")
    yield _weighed(voice.average, f"the average of all {others}")
    yield _weighed(voice.value, "the decision value: all of these together")
    if voice.whole is not None:
        yield _weighed(voice.whole, f"{WHOLE}, beside it")
    yield Text()


def _rival(title: str, rival: Rival) -> Iterator[Text]:
    yield Text(f"{title} ({round(rival.likely * 100)} %)", "bold")
    if rival.items:
        yield Text("  these words spoke for it rather than for the first:")
    for item in rival.items:
        yield _item(item)
    yield Text()


def _item(item: Item) -> Text:
    return _weighed(
        item.weight, f"“{one_line(item.shown, _SENTENCE)}”", _FOR if item.weight > 0 else _AGAINST
    )


def _weighed(weight: float, what: str, style: str = "") -> Text:
    return Text(f"  {weight:+.3f}  ").append(what, style)


def _tame(text: str) -> str:
    """Without what would move the cursor or change the terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() else " " for c in text)
