"""What staff decided of a case beside what the model said of it: what learning is fed with.

A decision is read from the case's history, where each stands with who made it and when. Only staff
decide: guests, bots and people of other organisations are refused before anything is written
(handlers/slack/who.py), and entries of anybody else count for nothing here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.history import Detail, Entry, Event
from models.message import Sender
from models.people import Actor, Kind
from models.prediction import Category, Prediction

DECIDING = (Event.RECLASSIFIED, Event.ANSWER_APPROVED, Event.CLOSED)
"""What a member of staff does that says what a case is: correct it, or answer or close it as it is."""

_OTHER_WORDS = frozenset({Event.MESSAGE_ADDED, Event.SPLIT, Event.JOINED})
"""After these a case is of other words than those it was opened with."""

TOLD_BY = (Event.OPENED, Event.READ_AFTER_ALL, *sorted(_OTHER_WORDS), *DECIDING)
"""The entries that `decision_of` looks at."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What staff decided: by whom and when (aware UTC). `service` is None exactly for
    `non_council`, `authority` None exactly for the others.
    """

    category: Category
    service: str | None
    authority: str | None
    by: Actor
    at: datetime

    @property
    def owner(self) -> str:
        """Who answers: the id of a service or an authority."""
        return self.service or self.authority or ""


@dataclass(frozen=True, slots=True)
class DecidedCase:
    """A case that staff decided: the message it was opened with (as the model read it), what the
    model said, what staff said. `people` are names that the message may hold: its sender's, the
    customer's, that of whom it was forwarded from. `failed_again`: carebot found an earlier case that
    should have been the end of it (models.prior_contact).
    """

    reference: str
    subject: str
    text: str
    sender: Sender
    people: tuple[str, ...]
    prediction: Prediction
    decision: Decision
    failed_again: bool = False

    @property
    def was_told(self) -> bool:
        """Whether the model said anything: not of what it could not read."""
        return self.prediction.model != "none"

    @property
    def agreed(self) -> bool:
        """Whether owner and category were the model's, as far as the words can tell the category."""
        said, decided = self.prediction, self.decision
        same_owner = (said.service, said.authority) == (decided.service, decided.authority)
        return same_owner and (said.category is decided.category or self.is_complaint_by_history)

    @property
    def is_complaint_by_history(self) -> bool:
        """Whether staff made a complaint of an enquiry that was told before (labels.md rules 2 and
        3): its words alone are an enquiry, and teach nothing else.
        """
        became = (self.prediction.category, self.decision.category)
        return self.failed_again and became == (Category.GENERAL_ENQUIRY, Category.COMPLAINT)

    @property
    def corrected(self) -> bool:
        """Whether staff said something else than the model, or said it where the model could not."""
        return not (self.was_told and self.agreed)


@dataclass(frozen=True, slots=True)
class Opened:
    """A case as the model left it: when it was opened (aware UTC), whether a person had to decide
    it, and whether its words were mostly unknown to the model.
    """

    at: datetime
    needs_person: bool
    unlike: bool = False


class Decisions(Protocol):
    """What staff decided, and what the model left to them."""

    def decided(self, since: datetime | None = None) -> tuple[DecidedCase, ...]:
        """Cases whose decision fell since then (ever, where None), the earliest decision first."""
        ...

    def opened(self, since: datetime) -> tuple[Opened, ...]:
        """Cases opened since then of which the model said something, in the order of opening."""
        ...


def decision_of(history: Iterable[Entry]) -> Decision | None:
    """The decision that a case's history (in its order) tells; None where there is none.

    The last correction holds. Where there was none, whoever answered or closed the case agreed with
    the model. What was changed after the customer wrote again may speak of the new message, not of
    the first, and after a part was split off or another case merged in, of the rest: it is no decision on
    the first message. Nor is a correction of the flags alone one of what the case is.
    """
    stands, decided = dict[str, Detail](), None
    is_another = unclear = False
    for entry in history:
        if entry.event in {Event.OPENED, Event.READ_AFTER_ALL}:
            stands = {
                name: entry.details.get(name) for name in ("category", "service", "authority")
            }
        elif entry.event in _OTHER_WORDS:
            is_another = True
        elif entry.actor.kind is not Kind.STAFF or _is_of_flags_alone(entry):
            continue
        elif entry.event is Event.RECLASSIFIED:
            changed = {name: entry.details[name] for name in stands if name in entry.details}
            if is_another:
                unclear = unclear or bool(changed)
                continue
            stands |= changed
            decided = _decision(stands, entry)
        elif entry.event in DECIDING and decided is None and not unclear:
            decided = _decision(stands, entry)
    return decided


def _is_of_flags_alone(entry: Entry) -> bool:
    changed = {"category_was", "service_was", "authority_was", "level_was"}
    return "flags_was" in entry.details and not changed & entry.details.keys()


def _decision(stands: Mapping[str, Detail], entry: Entry) -> Decision | None:
    category, service, authority = (stands.get(n) for n in ("category", "service", "authority"))
    if category is None or (service is None) == (authority is None):
        return None
    return Decision(
        Category(str(category)),
        None if service is None else str(service),
        None if authority is None else str(authority),
        entry.actor,
        entry.at,
    )
