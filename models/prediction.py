"""What the model says of a message. The words are those of labels.md and topics.md."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Category(StrEnum):
    """One per message: what it is for."""

    COMPLIMENT = "compliment"
    COMPLAINT = "complaint"
    GENERAL_ENQUIRY = "general_enquiry"
    NON_COUNCIL = "non_council"


class Intent(StrEnum):
    """What the sender means, whoever owns the matter."""

    COMPLIMENT = "compliment"
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"


class Flag(StrEnum):
    """Any number per message: what needs a route or a person of its own."""

    MP_ENQUIRY = "mp_enquiry"
    OMBUDSMAN = "ombudsman"
    LEVEL_TWO_REQUEST = "level_two_request"
    INFORMATION_REQUEST = "information_request"
    SAFEGUARDING = "safeguarding"
    HAZARD = "hazard"
    LEGAL_ACTION = "legal_action"
    DISCRIMINATION = "discrimination"


class Doubt(StrEnum):
    """Why a person decides, although the model has said something.

    `not_sure`: the confidence is below the threshold. `no_words`: nothing was written. `unlike`: the
    words are mostly unknown (another language, spam). `two_matters`: two owners weigh alike.
    `tone`: praise and dissatisfaction weigh alike, as in sarcasm. `no_prediction`: the model failed.
    """

    NOT_SURE = "not_sure"
    NO_WORDS = "no_words"
    UNLIKE = "unlike"
    TWO_MATTERS = "two_matters"
    TONE = "tone"
    NO_PREDICTION = "no_prediction"


WHOLE = "how the whole reads"
"""The reason that is no word of the message: what the encoder adds, which no single word does."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A word or phrase that weighed, as it stands in the message, or WHOLE; positive weights speak
    for it, negative against.
    """

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Category, service or authority, flags and a calibrated confidence (0 to 1).

    `service` is None exactly for `non_council`; `authority` is None exactly for the others.
    `doubts` say why a person decides; `raised` has, for each flag, the sentence that raised it.
    `second_owner`, a service's or an authority's id, is who else it may be for, under `two_matters`.
    """

    category: Category
    service: str | None
    authority: str | None
    secondary_authority: str | None
    flags: tuple[Flag, ...]
    topic: str
    intent: Intent
    confidence: float
    needs_person: bool
    reasons: tuple[Reason, ...]
    model: str
    doubts: tuple[Doubt, ...] = ()
    raised: Mapping[Flag, str] = field(default_factory=dict)
    second_owner: str | None = None

    def __post_init__(self) -> None:
        """Hold the rule that exactly one of service and authority is given."""
        outside = self.category is Category.NON_COUNCIL
        if outside != (self.service is None) or outside == (self.authority is None):
            raise ValueError(
                f"{self.category} with service={self.service} authority={self.authority}"
            )

    def to_json(self) -> dict[str, object]:
        """The contract of design.md, section 6."""
        return {
            "category": self.category.value,
            "service": self.service,
            "authority": self.authority,
            "secondary_authority": self.secondary_authority,
            "flags": [flag.value for flag in self.flags],
            "topic": self.topic,
            "intent": self.intent.value,
            "confidence": round(self.confidence, 4),
            "needs_person": self.needs_person,
            "reasons": [{"word": r.word, "weight": round(r.weight, 4)} for r in self.reasons],
            "model": self.model,
            "doubts": [doubt.value for doubt in self.doubts],
            "raised": {flag.value: sentence for flag, sentence in self.raised.items()},
            "second_owner": self.second_owner,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Prediction":
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError on anything else.

        `doubts`, `raised` and `second_owner` may be missing: predictions stored before they were told
        have none.
        """
        reasons, flags = data["reasons"], data["flags"]
        doubts, raised = data.get("doubts", []), data.get("raised", {})
        if not isinstance(reasons, list) or not isinstance(flags, list):
            raise TypeError("reasons and flags are lists")
        if not isinstance(doubts, list) or not isinstance(raised, Mapping):
            raise TypeError("doubts is a list, raised maps flags to sentences")
        return cls(
            category=Category(str(data["category"])),
            service=_text(data["service"]),
            authority=_text(data["authority"]),
            secondary_authority=_text(data["secondary_authority"]),
            flags=tuple(Flag(flag) for flag in flags),
            topic=str(data["topic"]),
            intent=Intent(str(data["intent"])),
            confidence=float(str(data["confidence"])),
            needs_person=bool(data["needs_person"]),
            reasons=tuple(Reason(r["word"], float(r["weight"])) for r in reasons),
            model=str(data["model"]),
            doubts=tuple(Doubt(doubt) for doubt in doubts),
            raised={Flag(flag): str(sentence) for flag, sentence in raised.items()},
            second_owner=_text(data.get("second_owner")),
        )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
