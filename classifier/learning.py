"""`carebot learn`: what staff corrected becomes a new model, live only if it is not worse.

How a challenger is judged. It is fitted on the corpus and on every correction, and compared with the
champion, the live model, on the frozen set, which no model ever learns. On the cases that staff
corrected lately it cannot be judged: it has learned them. So, of those corrections that the
champion has not learned either, the newest third is held out and a trial model, made as the
challenger is but without them, is judged on them: would learning the earlier ones have helped with
the later ones? (By time, not by fold: that is how a model is used, and it costs one more fit, not
several. Near-duplicates stand in one group, so that none is on both sides.) Beside them stand the
newest cases that staff left as they were, which neither model learned: corrected cases alone are
those where the model of the day was wrong, on which any other model looks better. With fewer than
six new corrections none is held out. The confirmed cases alone are those where the champion was
right, on which another can only lose: then they are told and judge nobody.

What was refused or rolled back would be made again from the same corrections: it is not tried again
until there are others, unless that is asked for.

Promoted is who is not worse in any comparison of `classifier.comparing`, beyond noise.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from classifier.comparing import HEADING, Pairs, compare
from classifier.corrections import LeftOut, Lesson, Lessons, lessons_of
from classifier.crossval import Progress, silent
from classifier.evaluate import measure
from classifier.labelled import Labelled, corpus_hash, read_labelled
from classifier.predict import Classifier
from classifier.train import train
from classifier.versions import Version, Versions
from models.council import Catalogue, CouncilType, default_catalogue
from models.decisions import DecidedCase
from models.prediction import Prediction

FROZEN = Path(__file__).parent / "frozen"
"""Labelled lines that no model ever learns from."""

_FEWEST_NEW = 6
_HELD_OUT = 3
"""One of so many new corrections is held out."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What a learn did. `challenger` is None where there was nothing new to learn; `why` are
    sentences. `held_out` of the corrections were kept from the trial, `confirmed` judged with them.
    """

    champion: str
    challenger: str | None
    promoted: bool
    why: tuple[str, ...]
    corrections: int = 0
    new: int = 0
    held_out: int = 0
    confirmed: int = 0
    left_out: tuple[LeftOut, ...] = ()
    pairs: tuple[Pairs, ...] = ()

    def to_json(self) -> dict[str, object]:
        """All of it, for json.dumps."""
        return {
            "champion": self.champion,
            "challenger": self.challenger,
            "promoted": self.promoted,
            "live": self.challenger if self.promoted else self.champion,
            "why": list(self.why),
            "corrections": self.corrections,
            "new": self.new,
            "held_out": self.held_out,
            "confirmed": self.confirmed,
            "left_out": [{"cases": list(one.references), "why": one.why} for one in self.left_out],
            "comparisons": [pairs.to_json() for pairs in self.pairs],
        }

    def to_text(self) -> str:
        """All of it, for people."""
        unused = (f"Not used: {', '.join(one.references)}: {one.why}." for one in self.left_out)
        lines = [*self.why, *unused]
        if self.pairs:
            lines += ["", HEADING, *(pairs.to_text() for pairs in self.pairs if pairs.n)]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Who learns what, and who is judged on what."""

    everything: tuple[Labelled, ...]
    trial: tuple[Labelled, ...] | None
    recent: tuple[Labelled, ...]
    new: int
    gone: int
    held_out: int


@dataclass(frozen=True, slots=True)
class _Fitting:
    """How a model is fitted here."""

    corpus: Path
    catalogue: Catalogue
    now: datetime
    progress: Progress

    def fit(self, name: str, path: Path, more: Sequence[Labelled]) -> Classifier:
        """The model of the corpus and `more`, written to `path`."""

        def told(step: str, done: int, total: int) -> None:
            self.progress(f"{name}: {step}", done, total)

        train(self.corpus, path, now=self.now, progress=told, more=more)
        return Classifier.load(path, self.catalogue)


def learn(
    decided: Iterable[DecidedCase],
    catalogue: Catalogue,
    versions: Versions,
    *,
    corpus: Path,
    frozen: Path,
    now: datetime,
    progress: Progress = silent,
    again: bool = False,
) -> Learned:
    """Fit a challenger with what staff corrected, judge it, and make it live if it is not worse.

    What was refused or rolled back is tried once more only if `again`.

    Everything is kept as a version before anything is switched; the switch is one rename. Raises
    Misconfigured where corpus, frozen set or model cannot be used, Refused where another learns.
    """
    with versions.alone():
        unseen = read_labelled(frozen)
        champion = versions.adopt()
        model = Classifier.load(versions.live.resolve(), catalogue)
        lessons = lessons_of(decided, model, catalogue)
        plan = _plan(lessons, champion)
        told = Learned(
            champion.name,
            None,
            promoted=False,
            why=(_nothing_new(lessons),),
            corrections=len(plan.everything),
            left_out=lessons.left_out,
        )
        # What was learned and no longer stands (its case was erased) is a reason to learn anew too.
        if plan.new == plan.gone == 0:
            return told
        fed = _fed(corpus, frozen, lessons)
        if not again and (tried := _tried(versions, fed)):
            return replace(told, why=(tried,))
        fitting = _Fitting(corpus, catalogue, now, progress)
        with versions.half() as half:
            challenger = fitting.fit("challenger", half / versions.live.name, plan.everything)
            trial = _trial(plan, versions, fitting) or challenger
            pairs = (*_on_frozen(unseen, model, challenger), *_on_recent(plan, model, trial))
            promoted = not any(one.worse for one in pairs)
            version = Version(
                name=versions.name_of(half),
                model=challenger.model,
                trained=now.isoformat(),
                corrections=len(plan.everything),
                promoted=promoted,
                before=champion.name if promoted else None,
                learned={one.reference: one.decided for one in lessons.corrected},
                figures=_figures(unseen, challenger),
                why=_why(champion, pairs, promoted=promoted),
                fed=fed,
            )
            versions.keep(half, version)
        if version.promoted:
            versions.promote(version)
        return replace(
            told,
            challenger=version.name,
            promoted=version.promoted,
            why=(_learned_sentence(version, plan), *version.why),
            new=plan.new,
            held_out=plan.held_out,
            confirmed=len(plan.recent) - plan.held_out,
            pairs=pairs,
        )


def _fed(corpus: Path, frozen: Path, lessons: Lessons) -> str:
    decided = [(one.reference, one.decided) for one in lessons.corrected]
    files = corpus_hash(corpus), corpus_hash(frozen)
    return hashlib.sha256(f"{files}{sorted(decided)}".encode()).hexdigest()


def _tried(versions: Versions, fed: str) -> str:
    """A sentence where a version was made of the same already and is not live."""
    tried = next((one for one, live in versions.all() if one.fed == fed and not live), None)
    if tried is None:
        return ""
    what = "was rolled back" if tried.promoted else "was not taken"
    return (
        f"Nothing new to learn: {tried.name}, which {what}, was made of the same corrections. "
        "`carebot learn --again` tries it all the same."
    )


def _plan(lessons: Lessons, champion: Version) -> _Plan:
    corrected = lessons.corrected
    # Another case may stand for the same group today.
    new = [
        one
        for one in corrected
        if one.decided not in {champion.learned.get(reference) for reference in one.references}
    ]
    gone = champion.learned.keys() - {name for one in corrected for name in one.references}
    held: Sequence[Lesson] = new[-(len(new) // _HELD_OUT) :] if len(new) >= _FEWEST_NEW else ()
    kept_out = {one.reference for one in held}
    return _Plan(
        everything=tuple(one.learned for one in corrected),
        trial=tuple(one.learned for one in corrected if one.reference not in kept_out)
        if held
        else None,
        recent=(*(one.judged for one in held), *lessons.confirmed),
        new=len(new),
        gone=len(gone),
        held_out=len(held),
    )


def _trial(plan: _Plan, versions: Versions, fitting: _Fitting) -> Classifier | None:
    if plan.trial is None:
        return None
    with versions.half("trial") as half:
        return fitting.fit("trial", half / versions.live.name, plan.trial)


def _on_frozen(
    lines: Sequence[Labelled], champion: Classifier, challenger: Classifier
) -> tuple[Pairs, ...]:
    """The frozen set is labelled under the corpus' map, whatever this council's is."""
    old, new = (_said(_example(model), lines) for model in (champion, challenger))
    return tuple(compare("frozen", lines, old, new, flags=True))


def _on_recent(plan: _Plan, champion: Classifier, trial: Classifier) -> tuple[Pairs, ...]:
    lines = plan.recent
    old, new = (_said(model, lines) for model in (champion, trial))
    where = "recent" if plan.held_out else "confirmed"
    pairs = compare(where, lines, old, new, flags=False)
    return tuple(replace(one, judges=bool(plan.held_out)) for one in pairs)


def _figures(lines: Sequence[Labelled], model: Classifier) -> dict[str, object]:
    report = measure(lines, _said(_example(model), lines))
    names = ("n", "accuracy", "macro_f1", "both", "coverage", "automatic")
    return {"frozen": {name: getattr(report, name) for name in names}}


def _said(model: Classifier, lines: Sequence[Labelled]) -> list[Prediction]:
    return list(model.predict_many((line.subject, line.body, line.sender) for line in lines))


def _example(model: Classifier) -> Classifier:
    return model.with_catalogue(default_catalogue(CouncilType.DISTRICT))


def _nothing_new(lessons: Lessons) -> str:
    if not lessons.corrected:
        return "Nothing to learn: staff have corrected no case that can be learned from."
    return f"Nothing new to learn: all {len(lessons.corrected)} corrections are in the live model."


def _learned_sentence(version: Version, plan: _Plan) -> str:
    count = len(plan.everything)
    gone = f"; {plan.gone} learned before no longer stand" if plan.gone else ""
    return (
        f"{version.name} learned {count} correction{'' if count == 1 else 's'} beside the corpus, "
        f"{plan.new} of them new or changed{gone}."
    )


def _why(champion: Version, pairs: Iterable[Pairs], *, promoted: bool) -> tuple[str, ...]:
    if promoted:
        return (f"It is not worse than {champion.name} in anything beyond noise, and is live now.",)
    worse = [
        f"On the {one.where} set it is worse in “{one.what}”: of {one.n}, {champion.name} had "
        f"{one.champion} right and it {one.challenger} ({one.lost} lost, {one.won} won; by luck "
        f"alone in {one.p:.1%} of cases)."
        for one in pairs
        if one.worse
    ]
    return (*worse, f"So {champion.name} stays live; the new one is kept, to be looked at.")
