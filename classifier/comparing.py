"""Champion and challenger on the same lines: is the new model worse in anything, beyond noise?

The test is the exact sign test on pairs (McNemar's, exact): of the lines on which just one of the
two is right, as many should be lost as won if neither is better. `p` is the chance that so many or
more are lost by luck alone: one-sided, from the binomial distribution with a half. Below .05 the
challenger is worse. Of five lines that only one has right all five must be lost for that; fewer
than five can never show it. Each class, each flag and each set is tested for itself and none is
forgiven for being one of many: that errs to the side of the model that is known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from scipy.stats import binom

from classifier.evaluate import is_right
from classifier.labelled import Labelled
from models.prediction import Category, Flag, Prediction

LUCK = 0.05
"""What is likelier than this by luck alone is noise."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """One comparison: of `n` lines, how many each has right, how many the challenger lost and won.

    One that does not judge is told, and is no ground against a challenger.
    """

    where: str
    what: str
    n: int
    champion: int
    challenger: int
    lost: int
    won: int
    p: float
    judges: bool = True

    @property
    def worse(self) -> bool:
        """Whether the challenger is worse here beyond noise."""
        return self.judges and self.p < LUCK

    def to_json(self) -> dict[str, object]:
        """For json.dumps."""
        return asdict(self) | {"p": round(self.p, 4), "worse": self.worse}

    def to_text(self) -> str:
        """For people, in one line."""
        worse = "  WORSE" if self.worse else ""
        return (
            f"{self.where:10}{self.what:32}{self.n:>6}{self.champion:>10}{self.challenger:>12}"
            f"{self.lost:>6}{self.won:>6}{self.p:>8.3f}{worse}"
        )


HEADING = (
    f"{'set':10}{'what is right':32}{'lines':>6}{'live':>10}{'new':>12}"
    f"{'lost':>6}{'won':>6}{'luck':>8}"
)


def chance(lost: int, won: int) -> float:
    """How likely so many or more of `lost` + `won` are lost if neither model is better."""
    return float(binom.sf(lost - 1, lost + won, 0.5)) if lost + won else 1.0


def compare(
    where: str,
    lines: Sequence[Labelled],
    champion: Sequence[Prediction],
    challenger: Sequence[Prediction],
    *,
    flags: bool,
) -> Iterator[Pairs]:
    """The comparisons on these lines: category and owner right in each class, nothing wrong that
    nobody would look at, as much right that nobody has to look at, and, where `flags` are labelled,
    each flag raised where it is labelled and only there.
    """
    both = [
        (is_right(line, old), is_right(line, new))
        for line, old, new in zip(lines, champion, challenger, strict=True)
    ]
    for category in Category:
        chosen = [pair for line, pair in zip(lines, both, strict=True) if line.category is category]
        yield _pairs(where, category.value, chosen)
    safe = [
        (old.needs_person or right[0], new.needs_person or right[1])
        for old, new, right in zip(champion, challenger, both, strict=True)
    ]
    yield _pairs(where, "right or shown to a person", safe)
    # Or a model that shows every message to a person would be worse in nothing.
    alone = [
        (right[0] and not old.needs_person, right[1] and not new.needs_person)
        for old, new, right in zip(champion, challenger, both, strict=True)
    ]
    yield _pairs(where, "right without a person", alone)
    for flag in Flag if flags else ():
        raised = [
            (flag in line.flags, flag in old.flags, flag in new.flags)
            for line, old, new in zip(lines, champion, challenger, strict=True)
        ]
        there = [(old, new) for is_there, old, new in raised if is_there]
        absent = [(not old, not new) for is_there, old, new in raised if not is_there]
        yield _pairs(where, f"{flag.value} raised", there)
        yield _pairs(where, f"{flag.value} not raised", absent)


def _pairs(where: str, what: str, right: Sequence[tuple[bool, bool]]) -> Pairs:
    lost = sum(old and not new for old, new in right)
    won = sum(new and not old for old, new in right)
    champion, challenger = sum(old for old, _ in right), sum(new for _, new in right)
    return Pairs(where, what, len(right), champion, challenger, lost, won, chance(lost, won))
