"""Everything that can be said of one prediction: what weighed, where, and what stood second."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.blend import Blend
from classifier.calibration import Array
from classifier.decide import Ownership, side_signs
from classifier.evidence import Evidence, Rows, Weights
from classifier.explain import Explainer, Spoke
from classifier.phrases import Item
from classifier.pipeline import MIXED, Floats
from classifier.places import Part
from classifier.predict import Classifier, Text
from classifier.text import read
from classifier.tuning import Tuning
from classifier.weighing import Compared
from classifier.whole import whole
from models.prediction import Category, Intent, Prediction
from models.topics import TOPICS

_TOPICS, _INTENTS = tuple(TOPICS), tuple(Intent)
_MOST = 8
_MARKED = 0.05
_OF_A_RIVAL = 4
_CATEGORIES = {
    Intent.COMPLIMENT: Category.COMPLIMENT,
    Intent.COMPLAINT: Category.COMPLAINT,
    Intent.ENQUIRY: Category.GENERAL_ENQUIRY,
}


@dataclass(frozen=True, slots=True)
class Voice:
    """What the words said of a topic or an intent, exact for its linear head.

    The weights of `items`, and `rest` (all other words together), add up to `value`, the head's
    decision value, less `average`, the mean of those of all its classes. `whole` is the encoder's
    part beside them, measured alike; None where there is no encoder.
    """

    name: str
    value: float
    average: float
    items: tuple[Item, ...]
    rest: float
    whole: float | None

    def to_json(self) -> dict[str, object]:
        """As data."""
        return {
            "name": self.name,
            "decision_value": self.value,
            "average": self.average,
            "words": _items_json(self.items),
            "all_other_words": self.rest,
            "how_the_whole_reads": self.whole,
        }


@dataclass(frozen=True, slots=True)
class Rival:
    """What stood second, how likely it was, and the words that spoke for it rather than the first."""

    name: str
    likely: float
    items: tuple[Item, ...]

    def to_json(self) -> dict[str, object]:
        """As data."""
        return {
            "name": self.name,
            "likely": round(self.likely, 4),
            "words": _items_json(self.items),
        }


@dataclass(frozen=True, slots=True)
class Marked:
    """A word of a part of the message, from `start` to `end`, and what it weighed everywhere."""

    part: Part
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A prediction, the parts of the message as they were read, and what weighed in them.

    `category` and `owner` stood second; an owner is a service's or an authority's id. `two_matters`
    is the decision value of the head that hears two matters: above nought it does.
    """

    prediction: Prediction
    parts: dict[Part, str]
    marked: tuple[Marked, ...]
    topic: Voice
    intent: Voice
    category: Rival
    owner: Rival
    two_matters: float

    def to_json(self) -> dict[str, object]:
        """As data. A place counts characters of its part."""
        return {
            "prediction": self.prediction.to_json(),
            "read": {part.value: text for part, text in self.parts.items()},
            "words": [
                {"part": m.part.value, "start": m.start, "end": m.end, "weight": round(m.weight, 4)}
                for m in self.marked
            ],
            "topic": self.topic.to_json(),
            "intent": self.intent.to_json(),
            "second_category": self.category.to_json(),
            "second_owner": self.owner.to_json(),
            "two_matters": self.two_matters,
        }


def explain(classifier: Classifier, text: Text) -> Explanation:
    """Explain what the classifier says of one message (subject, body, sender)."""
    return _Explaining(classifier, text).explanation()


@dataclass(frozen=True, slots=True)
class _Inside:
    """What a classifier is made of, as far as it is looked at here."""

    tuning: Tuning
    ownership: Ownership
    weights: Weights
    explainer: Explainer
    evidence: Callable[[Sequence[Text]], tuple[Rows, Evidence]]

    @property
    def blend(self) -> Blend:
        return self.tuning.blend


def _inside(classifier: Classifier) -> _Inside:
    # An explanation says why this very model decided: it looks where nobody else has to.
    return _Inside(
        tuning=classifier._artefact.tuning,  # noqa: SLF001
        ownership=classifier._ownership,  # noqa: SLF001
        weights=classifier._weights,  # noqa: SLF001
        explainer=classifier._explainer,  # noqa: SLF001
        evidence=classifier._evidence,  # noqa: SLF001
    )


class _Explaining:
    """One message, looked at from every side."""

    def __init__(self, classifier: Classifier, text: Text) -> None:
        self._inside = _inside(classifier)
        self._reading = read(text[0], text[1])
        self._rows, self._evidence = self._inside.evidence([text])
        (self._prediction,) = classifier.predict_from([text], self._rows, self._evidence)
        self._topic = _TOPICS.index(self._prediction.topic)
        self._intent = _INTENTS.index(self._prediction.intent)

    def explanation(self) -> Explanation:
        topic, intent = Compared(self._topic), Compared(self._intent)
        both = self._spoke(topic=topic, intent=intent)
        category, owner = self._second_category(), self._second_owner()
        return Explanation(
            prediction=self._prediction,
            parts={part: both.words.text(part) for part in Part},
            marked=_marked(both),
            topic=self._topic_voice(),
            intent=self._intent_voice(),
            category=category,
            owner=owner,
            two_matters=float(self._evidence.flags[0, MIXED]),
        )

    def _spoke(self, topic: Compared | None = None, intent: Compared | None = None) -> Spoke:
        explainer, weights = self._inside.explainer, self._inside.weights
        added = []
        if topic is not None:
            added.append(explainer.topic(self._rows, weights, 0, topic))
        if intent is not None:
            added.append(explainer.intent(self._rows, weights, 0, intent))
        return explainer.spoke(self._reading, *added, most=_MOST)

    def _topic_voice(self) -> Voice:
        encoded = self._evidence.encoded
        return _voice(
            self._prediction.topic,
            self._evidence.topics[0],
            self._topic,
            self._spoke(topic=Compared(self._topic)),
            whole(encoded.topics if encoded else None, self._inside.blend.topic, 0, self._topic),
        )

    def _intent_voice(self) -> Voice:
        encoded = self._evidence.encoded
        return _voice(
            self._prediction.intent.value,
            self._evidence.intents[0],
            self._intent,
            self._spoke(intent=Compared(self._intent)),
            whole(encoded.intents if encoded else None, self._inside.blend.intent, 0, self._intent),
        )

    def _elsewhere(self) -> float:
        """How likely the matter is another body's."""
        signs = side_signs(self._evidence, self._inside.ownership, self._inside.blend)
        return float(self._inside.tuning.side(signs)[0])

    def _owners(self) -> Array:
        """How likely each owner is: as the topics have it within a side, and the sides as decided."""
        ownership, elsewhere = self._inside.ownership, self._elsewhere()
        owners = ownership.sums(self._inside.blend.topics(self._evidence))[0]
        outside = ownership.outside
        share = np.where(
            outside,
            elsewhere / max(owners[outside].sum(), 1e-9),
            (1 - elsewhere) / max(owners[~outside].sum(), 1e-9),
        )
        likely: Array = owners * share
        return likely

    def _second_owner(self) -> Rival:
        ownership, owners = self._inside.ownership, self._owners()
        mine = ownership.names.index(self._prediction.service or self._prediction.authority or "")
        second = int(np.where(np.arange(len(owners)) == mine, -1, owners).argmax())
        items = self._for_topic(ownership.of_topic == second)
        return Rival(ownership.names[second], float(owners[second]), items)

    def _second_category(self) -> Rival:
        elsewhere = self._elsewhere()
        intents = self._inside.blend.intents(self._evidence)[0]
        likely = {Category.NON_COUNCIL: elsewhere}
        likely |= {
            _CATEGORIES[intent]: float(intents[place]) * (1 - elsewhere)
            for place, intent in enumerate(_INTENTS)
        }
        del likely[self._prediction.category]
        second = max(likely, key=lambda category: likely[category])
        return Rival(second.value, likely[second], self._for_category(second))

    def _for_category(self, second: Category) -> tuple[Item, ...]:
        outside = self._inside.ownership.outside[self._inside.ownership.of_topic]
        if second is Category.NON_COUNCIL:
            return self._for_topic(outside)
        if self._prediction.category is Category.NON_COUNCIL:
            return self._for_topic(~outside)
        intent = next(n for n, one in enumerate(_INTENTS) if _CATEGORIES[one] is second)
        return _for_it(self._spoke(intent=Compared(intent, self._intent)))

    def _for_topic(self, among: NDArray[np.bool_]) -> tuple[Item, ...]:
        """What spoke for the likeliest of these topics, rather than for the one that was chosen."""
        topics = self._inside.blend.topics(self._evidence)[0]
        best = int(np.where(among, topics, -1).argmax())
        return _for_it(self._spoke(topic=Compared(best, self._topic)))


def _voice(name: str, scores: Floats, place: int, spoke: Spoke, encoded: float | None) -> Voice:
    value = float(scores[place])
    return Voice(
        name=name,
        value=value,
        average=float(scores.mean(dtype=np.float64)),
        items=spoke.items,
        rest=spoke.total - sum(item.weight for item in spoke.items),
        whole=encoded,
    )


def _for_it(spoke: Spoke) -> tuple[Item, ...]:
    return tuple(item for item in spoke.items if item.weight > 0)[:_OF_A_RIVAL]


def _marked(spoke: Spoke) -> tuple[Marked, ...]:
    """Every place of the words that weighed, in the order in which they are read."""
    heaviest = max(map(abs, spoke.weight.values()), default=0.0)
    places = sorted(
        (place, weight)
        for name, weight in spoke.weight.items()
        if weight and abs(weight) >= _MARKED * heaviest
        for place in spoke.told[name]
    )
    return tuple(Marked(*spoke.words.place(place), weight) for place, weight in places)


def _items_json(items: Sequence[Item]) -> list[dict[str, object]]:
    return [{"word": item.shown, "weight": item.weight} for item in items]
