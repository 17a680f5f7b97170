"""What an officer does to a case: each use case checks, changes and queues in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from models import actions, outbox
from models.case import Case, Change, Classification, Level, Outcome, check_fresh
from models.council import Council
from models.errors import Refused
from models.facts import letter_facts
from models.letter import Letter, LetterKind
from models.message import Message
from models.people import Actor
from models.ports import Letters
from models.prediction import Category
from models.recording import record
from models.store_port import Arrival, Draft, Store, Work

ANSWER_KINDS: Mapping[bool, LetterKind] = {
    True: LetterKind.SIGNPOST,
    False: LetterKind.RESPONSE,
}
"""The letter that answers a case: a signpost where it is another body's matter."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The case an officer acts on and the version they saw."""

    reference: str
    version: int


@dataclass(frozen=True, slots=True)
class Casework:
    """What casework needs. `new_id` gives ids of drafts that nobody can guess."""

    store: Store
    letters: Letters
    council: Council
    new_id: Callable[[], str]

    def case(self, reference: str) -> Case:
        """A case as it is now. Raises Refused where there is none."""
        with self.store.view() as work:
            return _existing(work, reference)

    def claim(self, reference: str, actor: Actor, now: datetime) -> Case:
        """`actor` takes the case; a second claim says who holds it (no version: it cannot harm)."""
        with self.store.work() as work:
            return record(work, actions.claim(_existing(work, reference), actor, now), now)

    def reclassify(self, seen: Seen, to: Classification, actor: Actor, now: datetime) -> Case:
        """Correct category, service or authority, and level. Raises Refused or Stale."""
        with self.store.work() as work:
            case = _fresh(work, seen)
            return record(work, actions.reclassify(case, to, self.council, actor, now), now)

    def close(
        self, seen: Seen, reason: str, outcome: Outcome | None, actor: Actor, now: datetime
    ) -> Case:
        """End the case. Raises Refused or Stale."""
        with self.store.work() as work:
            change = actions.close(_fresh(work, seen), reason, outcome, actor, now)
            return record(work, change, now)

    def template(self, reference: str) -> str:
        """The text to start an answer from."""
        with self.store.view() as work:
            case = _existing(work, reference)
            facts = letter_facts(case, self.council, _latest_message(work, case))
        return self.letters.draft(answer_kind(case), facts)

    def draft_acknowledgement(self, seen: Seen, actor: Actor, now: datetime) -> Draft:
        """The acknowledgement to look at before Send. Raises Refused or Stale."""
        with self.store.work() as work:
            case = _fresh(work, seen)
            actions.check_acknowledge(case)
            facts = letter_facts(case, self.council, _latest_message(work, case))
            text = self.letters.draft(LetterKind.ACKNOWLEDGEMENT, facts)
            letter = self.letters.finish(LetterKind.ACKNOWLEDGEMENT, facts, text)
            return self._keep_draft(work, case, actor, letter, {}, now)

    def draft_answer(
        self,
        seen: Seen,
        text: str,
        outcome: Outcome | None,
        level: Level | None,
        actor: Actor,
        now: datetime,
    ) -> Draft:
        """The answer exactly as it will leave, to look at before Send. Raises Refused or Stale."""
        with self.store.work() as work:
            case = _fresh(work, seen)
            actions.approve_answer(case, outcome, level, actor, now)  # to refuse now, not at Send
            facts = letter_facts(case, self.council, _latest_message(work, case))
            letter = self.letters.finish(answer_kind(case), facts, text)
            details = {"outcome": outcome or "", "level": level or ""}
            return self._keep_draft(work, case, actor, letter, details, now)

    def send(self, draft_id: str, actor: Actor, now: datetime) -> Case:
        """Send was pressed on a preview: the letter goes as it was seen, once.

        Raises Refused where it was sent already or is somebody else's, Stale where the case moved.
        """
        with self.store.work() as work:
            draft = work.drafts.take(draft_id)
            if draft is None:
                raise Refused("This letter has been sent already.")
            if draft.officer != actor.id:
                raise Refused("Only the person who saw the preview can send it.")
            case = _fresh(work, Seen(draft.reference, draft.version))
            if draft.letter.kind is LetterKind.ACKNOWLEDGEMENT:
                change = actions.approve_acknowledgement(case, actor, now)
            else:
                change = _approve_answer(case, draft, actor, now)
            record(work, change, now)
            work.letters.add(draft.letter, now)
            work.outbox.add(outbox.letter(draft.letter, draft.version), now)
            return change.case

    def _keep_draft(
        self,
        work: Work,
        case: Case,
        actor: Actor,
        letter: Letter,
        details: Mapping[str, str],
        now: datetime,
    ) -> Draft:
        draft = Draft(self.new_id(), case.reference, case.version, actor.id, letter, details)
        work.drafts.put(draft, now)
        return draft


def answer_kind(case: Case) -> LetterKind:
    """Which letter answers this case."""
    return ANSWER_KINDS[case.category is Category.NON_COUNCIL]


def _approve_answer(case: Case, draft: Draft, actor: Actor, now: datetime) -> Change:
    outcome, level = draft.details["outcome"], draft.details["level"]
    return actions.approve_answer(
        case,
        Outcome(outcome) if outcome else None,
        Level(level) if level else None,
        actor,
        now,
    )


def _existing(work: Work, reference: str) -> Case:
    case = work.cases.get(reference)
    if case is None:
        raise Refused(f"There is no case {reference}.")
    return case


def _fresh(work: Work, seen: Seen) -> Case:
    case = _existing(work, seen.reference)
    check_fresh(case, seen.version)
    return case


def _latest_message(work: Work, case: Case) -> Message:
    """The customer's latest: the one a letter answers."""
    written = (Arrival.CASE, Arrival.REPLY)
    messages = work.messages.of_case(case.reference)
    return next(stored.message for stored in reversed(messages) if stored.arrival in written)
