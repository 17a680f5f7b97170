"""How often staff agree with the model, by month and class; and whether that falls.

A case counts in the month in which staff decided it, in the class that they decided. Agreed is where
they left category and owner as the model said. Cases of which the model said nothing do not count.

A fall is told by Fisher's exact test, one-sided: the last month beside all that came before it (up
to a year). It is told where a difference so large or larger would come by luck alone in less than
one month of a hundred: there are seven comparisons a month, and an alarm that cries wolf is not read.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from scipy.stats import fisher_exact

from models.decisions import DecidedCase, Opened
from models.prediction import Category

FEWEST = 10
"""With fewer decided cases a month has no rate: one case more or less would change it too much."""

LUCK = 0.01

LocalDate = Callable[[datetime], date]
"""The council's date at an aware time."""


@dataclass(slots=True)
class Agreed:
    """How many cases were decided, and how many of them as the model said."""

    decided: int = 0
    agreed: int = 0

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where the cases are too few to tell."""
        return self.agreed / self.decided if self.decided >= FEWEST else None

    def count(self, *, agreed: bool) -> None:
        """One more case."""
        self.decided += 1
        self.agreed += agreed

    def to_json(self) -> dict[str, object]:
        """For json.dumps."""
        share = None if self.share is None else round(self.share, 4)
        return {"decided": self.decided, "agreed": self.agreed, "share": share}

    def to_text(self) -> str:
        """For people, in a few words."""
        if not self.decided:
            return "-"
        told = f"{self.agreed} of {self.decided}"
        return f"{told}, too few" if self.share is None else f"{told} = {self.share:.0%}"


def _no_cases() -> dict[Category, Agreed]:
    return {category: Agreed() for category in Category}


@dataclass(frozen=True, slots=True)
class Month:
    """A month (such as 2026-11): all its decided cases, and those of each class."""

    name: str
    all: Agreed = field(default_factory=Agreed)
    classes: dict[Category, Agreed] = field(default_factory=_no_cases)

    def to_json(self) -> dict[str, object]:
        """For json.dumps."""
        classes = {category.value: agreed.to_json() for category, agreed in self.classes.items()}
        return {"month": self.name, **self.all.to_json(), "classes": classes}


def by_month(decided: Iterable[DecidedCase], local_date: LocalDate) -> list[Month]:
    """The months in which something was decided, the earliest first."""
    months = dict[str, Month]()
    for case in decided:
        if not case.was_told:
            continue
        name = month_of(local_date(case.decision.at))
        month = months.setdefault(name, Month(name))
        for agreed in (month.all, month.classes[case.decision.category]):
            agreed.count(agreed=case.agreed)
    return [months[name] for name in sorted(months)]


def table(months: Sequence[Month]) -> str:
    """The months for people: a line each."""
    if not months:
        return "Staff have decided no case yet."
    lines = [f"{'month':10}{'all':>18}" + "".join(f"{name:>20}" for name in Category)]
    lines += [
        f"{month.name:10}{month.all.to_text():>18}"
        + "".join(f"{month.classes[name].to_text():>20}" for name in Category)
        for month in months
    ]
    lines += [f"(too few: below {FEWEST} cases a share says nothing)"]
    return "\n".join(lines)


def month_of(day: date) -> str:
    """The month of a day, such as 2026-11."""
    return f"{day:%Y-%m}"


def month_before(month: str) -> str:
    """The month before: 2025-12 of 2026-01."""
    year, number = map(int, month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"


def drift(
    decided: Iterable[DecidedCase],
    opened: Iterable[Opened],
    month: str,
    local_date: LocalDate,
) -> list[str]:
    """What became worse in `month` beyond noise, a sentence each; none where nothing did.

    Tested are the agreement in all and in each class, the share that the model left to people, and
    the share whose words were mostly unknown to it.
    """
    months = by_month(decided, local_date)
    last = next((one for one in months if one.name == month), Month(month))
    earlier = [one for one in months if one.name < month]
    sentences = [
        _fall(what, now, _sum(before))
        for what, now, before in (
            ("all cases", last.all, [one.all for one in earlier]),
            *(
                (_NAMES[name], last.classes[name], [one.classes[name] for one in earlier])
                for name in Category
            ),
        )
    ]
    arrived = [(month_of(local_date(one.at)), one) for one in opened]
    told = "The model left {now:.0%} of {n} messages to people; before it was {before:.0%}."
    sentences.append(_rise(told, month, [(name, one.needs_person) for name, one in arrived]))
    told = (
        "Of {n} messages {now:.0%} were in words that the model does not know; before {before:.0%}."
    )
    sentences.append(_rise(told, month, [(name, one.unlike) for name, one in arrived]))
    return [sentence for sentence in sentences if sentence]


_NAMES = {
    Category.COMPLIMENT: "compliments",
    Category.COMPLAINT: "complaints",
    Category.GENERAL_ENQUIRY: "general enquiries",
    Category.NON_COUNCIL: "other bodies' matters",
}


def _sum(parts: Iterable[Agreed]) -> Agreed:
    total = Agreed()
    for part in parts:
        total.decided += part.decided
        total.agreed += part.agreed
    return total


def _fall(what: str, now: Agreed, before: Agreed) -> str:
    if not is_lower(now, before):
        return ""
    return (
        f"Of {what}, staff left {now.agreed / now.decided:.0%} as the model said "
        f"({now.agreed} of {now.decided}); before it was {before.agreed / before.decided:.0%}."
    )


def is_lower(now: Agreed, before: Agreed) -> bool:
    """Whether the share of `now` is below that of `before` beyond noise (Fisher, one-sided)."""
    if now.share is None or before.share is None:
        return False
    counts = [
        [now.agreed, now.decided - now.agreed],
        [before.agreed, before.decided - before.agreed],
    ]
    return bool(fisher_exact(counts, alternative="less").pvalue < LUCK)


def _rise(told: str, month: str, arrived: Iterable[tuple[str, bool]]) -> str:
    """`arrived`: the month of each message, and whether it is one of those that should be few."""
    now, before = Agreed(), Agreed()
    for name, is_one in arrived:
        if name <= month:
            (now if name == month else before).count(agreed=not is_one)
    if not is_lower(now, before):
        return ""
    shares = {"now": 1 - now.agreed / now.decided, "before": 1 - before.agreed / before.decided}
    return told.format(n=now.decided, **shares)
