"""What the figures themselves say is weak, as sentences. None is chosen by hand."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from classifier.evaluate import Measure, Report, is_right, percent
from classifier.labelled import Labelled
from classifier.registers import by_file, by_form, by_length, by_owner
from models.prediction import Category, Flag, Prediction
from models.topics import AUTHORITIES, SERVICES

_FEWEST = 20
"""Of fewer texts a share says little."""

_WORST = 3
_PAIRS = 6

_Kind = TypeVar("_Kind", Measure, Report)


def weaknesses(
    lines: Sequence[Labelled], predictions: Sequence[Prediction], report: Report
) -> Iterator[str]:
    """The weakest classes, pairs, flags and registers of these judged texts; `report` is theirs."""
    yield _categories(report)
    yield _owners(lines, predictions)
    yield _topics(lines, predictions)
    yield _flags(report)
    yield _registers(lines, predictions)
    yield _voices(lines, predictions)
    yield _surely_wrong(lines, predictions)


def _categories(report: Report) -> str:
    name, worst = min(_counted(report.categories).items(), key=lambda found: found[1].f1 or 0.0)
    row = {said: n for said, n in report.confusion[name].items() if said != name}
    most = max(row, key=lambda said: row[said])
    return (
        f"The weakest category is {plain(name)} (F1 {_two(worst.f1)}); where it is missed, it is "
        f"most often taken for {plain(most)} ({row[most]} of {sum(row.values())})."
    )


def _owners(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> str:
    names = {**SERVICES, **AUTHORITIES}
    found = _counted(by_owner(names, lines, predictions))
    worst = sorted(found, key=lambda owner: found[owner].f1 or 0.0)[:_WORST]
    told = (
        f"{names[owner]} (F1 {_two(found[owner].f1)}, {found[owner].n} texts)" for owner in worst
    )
    return f"The owners found least well: {_listed(told)}."


def _topics(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> str:
    pairs = Counter(
        (line.topic, made.topic)
        for line, made in zip(lines, predictions, strict=True)
        if line.topic and line.topic != made.topic
    )
    most = pairs.most_common(_PAIRS)
    told = (f"{plain(a)} taken for {plain(b)} ({n} times)" for (a, b), n in most)
    share = percent(sum(pairs.values()) / len(lines))
    return f"The topic is wrong in {share} of the texts, most often: {_listed(told)}."


def _flags(report: Report) -> str:
    found = _counted(report.flags)
    worst = sorted(found, key=lambda flag: found[flag].recall or 0.0)[:_WORST]
    told = (
        f"{plain(flag)} ({percent(found[flag].recall)} found, "
        f"{percent(found[flag].precision)} of those raised are right)"
        for flag in worst
    )
    danger = " and ".join(
        f"{round(m.n * (1 - (m.recall or 0.0)))} of {m.n} with {flag}"
        for flag in (Flag.SAFEGUARDING, Flag.HAZARD)
        if (m := report.flags[flag]).n
    )
    missed = f" Missed: {danger}." if danger else ""
    return f"The flags most often missed: {_listed(told)}.{missed}"


def _registers(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> str:
    forms, lengths = by_form(lines, predictions), by_length(lines, predictions)
    form, of_form = _lowest(forms)
    length, of_length = _lowest(lengths)
    return (
        f"Read least well: by form the {plain(form)} ({percent(of_form.both)} with category and owner "
        f"right), by length the {length} ({percent(of_length.both)}); of all {_all(lines, predictions)}."
    )


def _voices(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> str:
    shares = {file: report.both or 0.0 for file, report in by_file(lines, predictions).items()}
    worst, best = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
    return (
        f"Voices differ: category and owner are right in {percent(shares[worst])} of file {worst} and in "
        f"{percent(shares[best])} of file {best}. A council's own residents are a voice it has not heard."
    )


def _surely_wrong(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> str:
    alone = [
        (line, made) for line, made in zip(lines, predictions, strict=True) if not made.needs_person
    ]
    wrong = [(line, made) for line, made in alone if not is_right(line, made)]
    lost = sum(made.category is Category.NON_COUNCIL for _, made in wrong)
    return (
        f"Of {len(alone):,} texts that no person would have looked at first, {len(wrong):,} were wrong; "
        f"{lost:,} of these would have been named another body's matter."
    )


def _all(lines: Sequence[Labelled], predictions: Sequence[Prediction]) -> str:
    right = [is_right(line, made) for line, made in zip(lines, predictions, strict=True)]
    return percent(sum(right) / len(right))


def _lowest(reports: Mapping[str, Report]) -> tuple[str, Report]:
    return min(_counted(reports).items(), key=lambda found: found[1].both or 0.0)


def _counted(found: Mapping[str, _Kind]) -> dict[str, _Kind]:
    """Those of enough texts; where none is, all that occur."""
    enough = {name: one for name, one in found.items() if one.n >= _FEWEST}
    return enough or {name: one for name, one in found.items() if one.n}


def plain(name: str) -> str:
    """An id in words."""
    return name.replace("_", " ")


def _two(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"


def _listed(parts: Iterator[str]) -> str:
    return "; ".join(parts) or "none"
