"""The figures of the data card: written into its README.md between two marks, and checked against it."""

from collections.abc import Iterator
from pathlib import Path

from classifier.checking.coverage import LENGTHS, Coverage
from classifier.checking.findings import Finding
from classifier.checking.rules import RULES
from classifier.markdown import table
from models.errors import Misconfigured
from models.prediction import Intent
from models.topics import TOPICS

CARD = "README.md"
BEGIN = "<!-- figures: written by `carebot corpus card` -->"
END = "<!-- figures end -->"

_NEW = f"# The corpus: a data card\n\n{BEGIN}\n{END}\n"


def wrong_card(folder: Path, coverage: Coverage) -> Iterator[Finding]:
    """Whether the card says what the files hold."""
    mend = "carebot corpus card writes its figures"
    try:
        before, said, _ = _parts(folder / CARD)
    except Misconfigured as error:
        yield Finding(CARD, 0, "", str(error), mend)
        return
    lines = zip(said.split("\n"), figures(coverage).split("\n"), strict=False)
    for number, (old, new) in enumerate(lines, start=before.count("\n") + 1):
        if old != new:
            yield Finding(CARD, number, "figures", f"{old!r} is not what the files hold", repr(new))
            return
    if said != figures(coverage):
        yield Finding(CARD, 0, "figures", "are not what the files hold", mend)


def write_card(folder: Path, coverage: Coverage) -> bool:
    """Bring the card's figures up to date; a folder without a card gets one. Says if they changed.

    Raises Misconfigured where the card has no marks, or `folder` is none.
    """
    if not folder.is_dir():
        raise Misconfigured(f"{folder}: a data card lies in a folder of labelled lines")
    file = folder / CARD
    if not file.exists():
        file.write_text(_NEW, encoding="utf-8")
    before, said, after = _parts(file)
    new = figures(coverage)
    if said != new:
        file.write_text(before + new + after, encoding="utf-8")
    return said != new


def figures(coverage: Coverage) -> str:
    """The generated part of the card, in Markdown, with the line ends at both of its ends."""
    files = ", ".join(f"{file} {count}" for file, count in coverage.files.items())
    number = f"{coverage.lines:,} lines of {coverage.scenarios:,} scenarios"
    parts = (
        f"{number} in {len(coverage.files)} files: {files}.",
        table(("category", "lines"), coverage.categories.items()),
        f"{coverage.second_matters:,} in two matters; {coverage.others:,} still need another body.",
        table(("form", "lines"), coverage.forms.items()),
        table(("words", "lines"), zip(_classes(), coverage.lengths, strict=True)),
        "With a flag, and without it in words that come with it:",
        table(
            ("flag", "with", "without"),
            ((flag, with_, near) for flag, (with_, near) in coverage.flags.items()),
        ),
        "Cases of the borderline rules of labels.md (by `classifier/checking/rules.py`):",
        table(
            ("rule", "decides", "lines"),
            ((rule.number, rule.decides, coverage.rules[rule.number]) for rule in RULES),
        ),
        table(
            ("topic", *Intent),
            ((topic, *(coverage.cells[topic, intent] for intent in Intent)) for topic in TOPICS),
        ),
    )
    return "\n" + "\n\n".join(parts) + "\n"


def read_text(file: Path) -> str:
    """The words of a file beside the corpus. Raises Misconfigured where they are not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{file}: cannot be read as UTF-8 text: {error}") from error


def _parts(card: Path) -> tuple[str, str, str]:
    """Up to and with the first mark, between the marks, from the second mark on."""
    if not card.exists():
        raise Misconfigured("there is no data card")
    before, begin, rest = read_text(card).partition(BEGIN)
    said, end, after = rest.partition(END)
    if not begin or not end:
        raise Misconfigured(f"{card.name} has no part between {BEGIN} and {END}")
    return before + begin, said, end + after


def _classes() -> list[str]:
    limits = (0, *LENGTHS)
    between = [f"{low} to {high - 1}" for low, high in zip(limits, LENGTHS, strict=False)]
    return [*between, f"{LENGTHS[-1]} and more"]
