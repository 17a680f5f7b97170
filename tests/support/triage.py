"""A model for tests that says what the text tells it to: `#missed_bin complaint unsure !hazard`.

A flag is raised by the line that tells it.
"""

import re
from collections.abc import Iterable, Iterator

from models.council import Catalogue
from models.prediction import Doubt, Flag, Intent, Prediction, Reason
from models.routing import route

_TOLD = re.compile(r"#(\w+) (compliment|complaint|enquiry)(?: (unsure))?((?: !\w+)*)")


class ToldTriage:
    """Implements models.ports.Triage; without a told topic a person must decide."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def predict(self, subject: str, body: str, sender: str = "") -> Prediction:
        del sender
        told = _TOLD.search(f"{subject}\n{body}")
        topic, intent = (told[1], Intent(told[2])) if told else ("council_general", Intent.ENQUIRY)
        unsure = told is None or told[3] is not None
        flags = tuple(Flag(word[1:]) for word in told[4].split()) if told else ()
        found = route(self._catalogue, topic, intent)
        return Prediction(
            category=found.category,
            service=found.service,
            authority=found.authority,
            secondary_authority=None,
            flags=flags,
            topic=topic,
            intent=intent,
            confidence=0.4 if unsure else 0.97,
            needs_person=unsure,
            reasons=(Reason("bin", 1.5), Reason("thank", -0.5)),
            model="told",
            doubts=(Doubt.NOT_SURE,) if unsure else (),
            raised=dict.fromkeys(flags, _line(told)),
        )

    def predict_many(self, texts: Iterable[tuple[str, str, str]]) -> Iterator[Prediction]:
        return (self.predict(*text) for text in texts)


def _line(told: re.Match[str] | None) -> str:
    if told is None:
        return ""
    lines = told.string[: told.start()].rpartition("\n")[2], told.string[told.start() :]
    return lines[0] + lines[1].partition("\n")[0]
