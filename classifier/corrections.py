"""From what staff decided to lines that are learned from, and lines that a model is judged by.

Only corrections are learned: what staff left as it was is the model's own word. It serves to judge
by, so that a new model is not asked about the old one's mistakes alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from classifier.labelled import Labelled
from classifier.likeness import alike, without_forms
from classifier.predict import Classifier
from classifier.text import LONGEST
from classifier.topic_of import likeliest_topics
from models.council import Catalogue, CouncilType, Owner, default_catalogue
from models.decisions import DecidedCase
from models.masking import masked
from models.prediction import Category, Flag, Intent, Prediction
from models.routing import route

MOST = 3_000
"""So many corrections are learned from, the newest: they weigh on the corpus, they do not drown it."""

CONFIRMED = 300
"""So many cases that staff left as they were are judged by, the newest."""

_INTENTS: Mapping[Category, Intent] = {
    Category.COMPLIMENT: Intent.COMPLIMENT,
    Category.COMPLAINT: Intent.COMPLAINT,
    Category.GENERAL_ENQUIRY: Intent.ENQUIRY,
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one group of like cases teaches: the line to learn, under the map of the corpus, and the
    line to judge by, under the council's own. `at` is when staff decided last (aware UTC);
    `references` are all cases of the group, of which `reference` stands for the others today.
    """

    reference: str
    at: datetime
    learned: Labelled
    judged: Labelled
    references: frozenset[str]

    @property
    def decided(self) -> str:
        """What staff decided, in one word for comparing: category and owner."""
        return f"{self.judged.category} {self.judged.service or self.judged.authority}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Cases that nothing can be learned from, and why, in words."""

    references: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that staff taught: corrections, the earliest first; what they left as it was; what is
    not used.
    """

    corrected: tuple[Lesson, ...]
    confirmed: tuple[Labelled, ...]
    left_out: tuple[LeftOut, ...]


def lessons_of(
    decided: Iterable[DecidedCase], classifier: Classifier, catalogue: Catalogue
) -> Lessons:
    """The lessons of these cases; `classifier` is the model as it is, under the council's map.

    One line for each group of near-duplicates, in which the last decision stands; where staff
    decided like cases differently, none. Names, addresses and numbers are masked.
    """
    cases, left_out = _readable(decided)
    written = [_masked(case) for case in cases]
    groups = alike(without_forms([f"{subject}\n{body}" for subject, body in written]))
    stands: dict[int, frozenset[str]] = {}
    confirmed: list[Labelled] = []
    for group in groups:
        said = {_decided(cases[place]) for place in group}
        corrected = [place for place in group if cases[place].corrected]
        if len(said) > 1 and corrected:
            references = tuple(cases[place].reference for place in group)
            left_out.append(LeftOut(references, "staff decided like messages differently"))
        elif corrected:
            last = max(corrected, key=lambda place: cases[place].decision.at)
            stands[last] = frozenset(cases[place].reference for place in group)
        elif len(said) == 1:
            confirmed.append(_to_judge(cases[group[-1]], *written[group[-1]]))
    kept, unowned = _owned(stands, cases, catalogue)
    left_out += unowned
    lessons = _lessons(
        [(cases[place], written[place], stands[place]) for place in kept], classifier, catalogue
    )
    return Lessons(
        tuple(sorted(lessons, key=lambda lesson: (lesson.at, lesson.reference))),
        tuple(confirmed),
        tuple(left_out),
    )


def _readable(decided: Iterable[DecidedCase]) -> tuple[list[DecidedCase], list[LeftOut]]:
    """The newest of each kind that has words, in order."""
    told = sorted(decided, key=lambda case: (case.decision.at, case.reference))
    cases = [case for case in told if not case.is_complaint_by_history]
    corrected = [case for case in cases if case.corrected]
    chosen = corrected[-MOST:] + [case for case in cases if not case.corrected][-CONFIRMED:]
    wordless = tuple(case.reference for case in chosen if not case.text.strip() and case.corrected)
    left_out = [LeftOut(wordless, "there are no words in the message")] if wordless else []
    by_history = tuple(case.reference for case in told if case.is_complaint_by_history)
    if by_history:
        left_out.append(LeftOut(by_history, "an earlier case made it a complaint, not its words"))
    older = tuple(case.reference for case in corrected[:-MOST])
    if older:
        left_out.append(LeftOut(older, f"only the newest {MOST} corrections are learned"))
    return [case for case in chosen if case.text.strip()], left_out


def _masked(case: DecidedCase) -> tuple[str, str]:
    people = (*case.people, case.sender.address or "")
    return masked(case.subject[:LONGEST], people), masked(case.text[:LONGEST], people)


def _decided(case: DecidedCase) -> tuple[Category, str]:
    return case.decision.category, case.decision.owner


def _topics_of(case: DecidedCase, catalogue: Catalogue) -> list[str]:
    owner = Owner(case.decision.service, case.decision.authority)
    return _owned_by(owner, catalogue)


def _owned_by(owner: Owner, catalogue: Catalogue) -> list[str]:
    return [topic for topic, owns in catalogue.owners().items() if owns == owner]


def _owned(
    places: Iterable[int], cases: Sequence[DecidedCase], catalogue: Catalogue
) -> tuple[list[int], list[LeftOut]]:
    """Those whose owner has a topic in the council's map; what is learned is a topic."""
    kept: list[int] = []
    ownerless = dict[str, list[str]]()
    for place in places:
        case = cases[place]
        if _topics_of(case, catalogue):
            kept.append(place)
        else:
            ownerless.setdefault(case.decision.owner, []).append(case.reference)
    why = "{} owns no topic in this council's map ([topics] in council.toml)"
    return kept, [LeftOut(tuple(found), why.format(owner)) for owner, found in ownerless.items()]


def _lessons(
    written: Sequence[tuple[DecidedCase, tuple[str, str], frozenset[str]]],
    classifier: Classifier,
    catalogue: Catalogue,
) -> Iterator[Lesson]:
    texts = [(subject, body, "") for _, (subject, body), _ in written]
    topics = likeliest_topics(
        classifier, texts, [_topics_of(case, catalogue) for case, _, _ in written]
    )
    seconds = _second_topics(classifier, [case for case, _, _ in written], texts, catalogue)
    predictions = classifier.predict_many(texts)
    for (case, words, group), topic, second, now_said in zip(
        written, topics, seconds, predictions, strict=True
    ):
        # Of another body's matter staff say nothing of the intent: it is the model's own.
        intent = _INTENTS.get(case.decision.category, now_said.intent)
        learned = _to_learn(case, words, topic, second if second != topic else None, intent)
        yield Lesson(case.reference, case.decision.at, learned, _to_judge(case, *words), group)


def _second_topics(
    classifier: Classifier,
    cases: Sequence[DecidedCase],
    texts: Sequence[tuple[str, str, str]],
    catalogue: Catalogue,
) -> list[str | None]:
    """The topic of the other body that the model saw in the message too; staff do not say."""
    found: list[str | None] = [None] * len(cases)
    asked = {
        place: topics
        for place, case in enumerate(cases)
        if (other := _other_body(case.prediction, case))
        and (topics := _owned_by(Owner(authority=other), catalogue))
    }
    chosen = likeliest_topics(classifier, [texts[place] for place in asked], list(asked.values()))
    for place, topic in zip(asked, chosen, strict=True):
        found[place] = topic
    return found


def _other_body(said: Prediction, case: DecidedCase) -> str | None:
    return None if said.secondary_authority == case.decision.owner else said.secondary_authority


def _to_learn(
    case: DecidedCase, words: tuple[str, str], topic: str, second: str | None, intent: Intent
) -> Labelled:
    """The line as the corpus would have it: every label follows from topic and intent by its map."""
    corpus_map = default_catalogue(CouncilType.DISTRICT)
    way = route(corpus_map, topic, intent)
    return Labelled(
        id=case.reference,
        subject=words[0],
        body=words[1],
        category=way.category,
        service=way.service,
        authority=way.authority,
        topic=topic,
        intent=intent,
        second_topic=second,
        secondary_authority=corpus_map.owner(second).authority if second else None,
        # Staff correct no flags: what the model raised stays, or it would unlearn them.
        flags=frozenset[Flag](case.prediction.flags),
    )


def _to_judge(case: DecidedCase, subject: str, body: str) -> Labelled:
    decision = case.decision
    domain = (case.sender.address or "").rpartition("@")[2]
    return Labelled(
        id=case.reference,
        subject=subject,
        body=body,
        category=decision.category,
        service=decision.service,
        authority=decision.authority,
        sender=f"@{domain}" if domain else "",
    )
