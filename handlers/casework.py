"""What an officer does to a case: each use case checks, changes and queues in one transaction."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from handlers.enclosing import check_sendable
from handlers.pointed_out import pointed_out
from handlers.seen import Seen, existing, fresh
from handlers.taken_back import text_taken_back
from models import actions, outbox, posting
from models.allowed import is_reviewing
from models.case import (
    Action,
    Case,
    Change,
    Classification,
    Level,
    Outcome,
)
from models.council import Council
from models.enclosures import Enclosure
from models.errors import Refused
from models.extending import against_the_rule, approve_extension, check_extend
from models.facts import default_way, letter_facts, postal_address
from models.forwarding import name_customer
from models.involvement import check_reviewer
from models.ledger import Arrival
from models.lessons import Learned, agreed_lesson
from models.letter import REASON_LINE, Extension, Going, Letter, LetterFacts, LetterKind, Way
from models.message import Message, mailbox_of
from models.people import Actor
from models.ports import Letters
from models.prediction import Category
from models.recording import parts_follow, record, reopen_for_what_came_since
from models.store_port import Draft, Paper, Store, StoredMessage, Work
from models.taking_back import leaves_later
from models.threads import is_from
from models.ticking import COVERED, check_covered, still_open, with_points

ANSWER_KINDS: Mapping[bool, LetterKind] = {
    True: LetterKind.SIGNPOST,
    False: LetterKind.RESPONSE,
}
"""The letter that answers a case: a signpost where it is another body's matter."""

_SENDS: Mapping[LetterKind, Action] = {
    LetterKind.ACKNOWLEDGEMENT: Action.ACKNOWLEDGE,
    LetterKind.HOLDING_REPLY: Action.EXTEND,
    LetterKind.RESPONSE: Action.RESPOND,
    LetterKind.SIGNPOST: Action.RESPOND,
}
_WRITTEN = frozenset({Arrival.CASE, Arrival.REPLY})
# What a letter needs to leave before its time is up.
_TO_LEAVE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class HoldingReply:
    """A holding reply to be written: the text to start from, the date it promises, the reason where
    one was given before. `against` is the rule that only a team leader may overrule, as a sentence.
    """

    text: str
    to: date
    reason: str = ""
    against: str | None = None


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
            return existing(work, reference)

    def claim(self, reference: str, actor: Actor, now: datetime) -> Case:
        """`actor` takes the case; a second claim says who holds it (no version: it cannot harm)."""
        with self.store.work() as work:
            case = existing(work, reference)
            check_reviewer(work, case, actor.id, self.council)
            return record(work, actions.claim(case, actor, now), now)

    def reclassify(self, seen: Seen, to: Classification, actor: Actor, now: datetime) -> Case:
        """Correct category, service or authority, and level. Raises Refused or Stale."""
        with self.store.work() as work:
            case = fresh(work, seen)
            if to.level is not case.level:
                check_reviewer(work, case, actor.id, self.council)  # it would end the review
            return record(work, actions.reclassify(case, to, self.council, actor, now), now)

    def confirm(self, seen: Seen, actor: Actor, now: datetime) -> Case:
        """The case is what the model said; that ends triage. Raises Refused or Stale."""
        with self.store.work() as work:
            change = actions.confirm(fresh(work, seen), self.council, actor, now)
            return record(work, change, now)

    def name_customer(
        self, seen: Seen, actor: Actor, now: datetime, *, from_original: bool
    ) -> Case:
        """Who wrote what was forwarded is the complainant. Raises Refused or Stale."""
        with self.store.work() as work:
            case = fresh(work, seen)
            change = name_customer(case, self.council, actor, now, from_original=from_original)
            return record(work, change, now)

    def close(
        self,
        seen: Seen,
        reason: str,
        outcome: Outcome | None,
        actor: Actor,
        now: datetime,
        learned: Learned | None = None,
    ) -> Case:
        """End the case, an upheld complaint with what was `learned`. Raises Refused or Stale."""
        with self.store.work() as work:
            case = fresh(work, seen)
            check_reviewer(work, case, actor.id, self.council)
            lesson = agreed_lesson(case, learned, self.council, now, outcome) if learned else None
            change = actions.close(case, reason, outcome, actor, now, lesson)
            return record(work, change, now)

    def template(self, seen: Seen, now: datetime) -> str:
        """The text to start an answer from, for the way that the person used. Raises Refused or
        Stale.
        """
        with self.store.view() as work:
            case = fresh(work, seen)
            actions.check_respond(case)
            return self._template(work, case, answer_kind(case), now)

    def postal_address(self, reference: str) -> str:
        """The customer's name and postal address as they gave it in a form; empty where they gave
        none. What somebody wrote who only named the case counts for nothing.
        """
        with self.store.view() as work:
            case = existing(work, reference)
            messages = reversed(work.messages.of_case(reference))
            texts = [one.message.text for one in messages if _is_theirs(one, case)]
        return postal_address(case.customer.name, texts)

    def acknowledgement_template(self, seen: Seen, now: datetime) -> str:
        """The acknowledgement's text, to look over. Raises Refused or Stale."""
        with self.store.view() as work:
            case = fresh(work, seen)
            actions.check_acknowledge(case)
            return self._template(work, case, LetterKind.ACKNOWLEDGEMENT, now)

    def holding_template(self, seen: Seen, now: datetime, *, leads: bool = False) -> HoldingReply:
        """What to start a holding reply from, by the policy's extension. `leads`: a team leader asks,
        who may overrule the rule. Raises Refused where the answer cannot be extended, or Stale.
        """
        kind = LetterKind.HOLDING_REPLY
        with self.store.view() as work:
            case = fresh(work, seen)
            to = check_extend(case, self.council, now, overruled=leads)
            text = self._template(work, case, kind, now, Extension(to, ""))
            before = text_taken_back(work, case, kind)
            reason = before.extension.reason if before and before.extension else ""
            if reason:
                text = text.replace(reason, REASON_LINE)
            return HoldingReply(
                text, to, reason, against_the_rule(case, self.council.local_date(now))
            )

    def draft_acknowledgement(
        self,
        seen: Seen,
        actor: Actor,
        now: datetime,
        text: str | None = None,
        going: Going | None = None,
    ) -> Draft:
        """The acknowledgement to look at before Send, the template's where no `text` is given.
        Raises Refused or Stale.
        """
        with self.store.work() as work:
            case = fresh(work, seen)
            actions.check_acknowledge(case)
            kind = LetterKind.ACKNOWLEDGEMENT
            facts = self._facts(work, case, kind, going, now)
            if text is None:
                text = self.letters.draft(kind, facts)
            return self._draft(work, case, actor, kind, facts, text, {}, now)

    def draft_holding_reply(
        self,
        seen: Seen,
        text: str,
        reason: str,
        actor: Actor,
        now: datetime,
        going: Going | None = None,
        although: str = "",
    ) -> Draft:
        """The holding reply exactly as it will leave, to look at before Send. `although` is why a
        team leader overrules the rule. Raises Refused or Stale.
        """
        with self.store.work() as work:
            case = fresh(work, seen)
            check_reviewer(work, case, actor.id, self.council)
            although = although.strip()
            to = check_extend(case, self.council, now, overruled=bool(although))
            extension = Extension(to, reason.strip(), although)
            kind = LetterKind.HOLDING_REPLY
            facts = replace(self._facts(work, case, kind, going, now), extension=extension)
            return self._draft(work, case, actor, kind, facts, text, {}, now)

    def draft_answer(
        self,
        seen: Seen,
        text: str,
        outcome: Outcome | None,
        level: Level | None,
        actor: Actor,
        now: datetime,
        going: Going | None = None,
        covered: Collection[int] = (),
        enclosures: tuple[Enclosure, ...] = (),
    ) -> Draft:
        """The answer exactly as it will leave, to look at before Send. `covered` are the numbers of
        the case's points, from 0, that it answers; `enclosures` go with it. Raises Refused or Stale.
        """
        with self.store.work() as work:
            case = fresh(work, seen)
            check_reviewer(work, case, actor.id, self.council)
            actions.approve_answer(case, outcome, level, actor, now)  # to refuse now, not at Send
            kind = answer_kind(case)
            facts = replace(self._facts(work, case, kind, going, now), enclosures=enclosures)
            details = {
                "outcome": outcome or "",
                "level": level or "",
                COVERED: " ".join(map(str, sorted(covered))),
            }
            draft = self._draft(work, case, actor, kind, facts, text, details, now)
            return replace(draft, open_points=still_open(case, details))

    def send(
        self,
        draft_id: str,
        actor: Actor,
        now: datetime,
        *,
        leads: bool = False,
        reviews: bool = False,
        although_open: bool = False,
    ) -> Case:
        """Send was pressed on a preview: the letter goes as it was seen, once. An email can be taken
        back for as long as `Sending.undo_for` says; one on paper becomes a document that waits to be
        posted. `leads`: `actor` is a team leader; `reviews`: they are a senior officer.
        `although_open`: they ticked that it goes although points are open.

        Raises Refused where it was sent already, is somebody else's, needs such a role or that tick,
        or answers a review of what `actor` was involved in; Stale where the case moved.
        """
        with self.store.work() as work:
            draft = work.drafts.take(draft_id)
            if draft is None:
                raise Refused("This letter has been sent already.")
            if draft.officer != actor.id:
                raise Refused("Only the person who saw the preview can send it.")
            case, letter = fresh(work, Seen(draft.reference, draft.version)), draft.letter
            check_sendable(work, letter, self.council)
            if is_reviewing(_SENDS[letter.kind], case):
                check_reviewer(work, case, actor.id, self.council)
                if not reviews:
                    raise Refused("Only a senior officer can answer a review at Level Two.")
            if letter.extension and letter.extension.although and not leads:
                raise Refused("Only a team leader can extend an answer against the rule.")
            check_covered(case, draft.details, although_open=although_open)
            change = _approve(case, draft, self.council, actor, now)
            if letter.way is Way.LETTER:
                change = posting.to_post(change, letter.kind, actor, now)
                document = self.letters.document(letter)
                work.papers.add(Paper(letter, draft.version, document, now))
            else:
                work.letters.add(letter, now)
                good_until = self._good_until(case, letter)
                at = self._leaves_at(good_until, now)
                if at > now:
                    change = leaves_later(change, letter.kind, at, draft.version)
                work.outbox.add(outbox.letter(letter, draft.version, good_until, at), now)
            after = record(work, change, now)
            if letter.way is Way.LETTER:  # under the line that says so
                work.outbox.add(outbox.paper(after.reference, letter.kind, draft.version), now)
            return after

    def posted(self, seen: Seen, kind: LetterKind, on: date, actor: Actor, now: datetime) -> Case:
        """A letter on paper was posted on a local date; it counts from then. Raises Refused or
        Stale.
        """
        with self.store.work() as work:
            case = fresh(work, seen)
            paper = _waiting(work, case, kind)
            change = posting.posted(case, paper.letter, on, self.council, actor, now)
            work.papers.posted(paper, on)
            after = record(work, change, now)
            parts_follow(work, case, after, self.council, now)
            reopen_for_what_came_since(work, after, self.council, now)
            return after

    def withdraw(self, seen: Seen, kind: LetterKind, actor: Actor, now: datetime) -> Case:
        """A letter on paper is taken back before it was posted. Raises Refused, also for the answer of
        a review of what `actor` was involved in, or Stale.
        """
        with self.store.work() as work:
            case = fresh(work, seen)
            paper = _waiting(work, case, kind)
            if kind is not LetterKind.ACKNOWLEDGEMENT:
                check_reviewer(work, case, actor.id, self.council)  # as with Undo
            work.papers.withdrawn(paper, now)
            history = work.cases.history(case.reference)
            change = posting.withdrawn(case, kind, history, actor, now)
            return record(work, actions.redated_by_level(case, change, self.council), now)

    def _template(
        self,
        work: Work,
        case: Case,
        kind: LetterKind,
        now: datetime,
        extension: Extension | None = None,
    ) -> str:
        before = text_taken_back(work, case, kind)
        if before is not None:
            return before.text
        facts = letter_facts(case, self.council, _latest_message(work, case), kind, now)
        going = Going(default_way(case))
        return self.letters.draft(kind, replace(facts, going=going, extension=extension))

    def _facts(
        self, work: Work, case: Case, kind: LetterKind, going: Going | None, now: datetime
    ) -> LetterFacts:
        facts = letter_facts(case, self.council, _latest_message(work, case), kind, now)
        on = self.council.local_date(now)
        return replace(facts, going=going or Going(), written_on=on)

    def _draft(
        self,
        work: Work,
        case: Case,
        actor: Actor,
        kind: LetterKind,
        facts: LetterFacts,
        text: str,
        details: Mapping[str, str],
        now: datetime,
    ) -> Draft:
        letter = self.letters.finish(kind, facts, text)
        warnings = pointed_out(work, case, letter, facts, self.letters)
        seen = replace(letter, approved=True)
        draft = Draft(
            self.new_id(), case.reference, case.version, actor.id, seen, details, warnings
        )
        work.drafts.put(draft, now)
        return draft

    def _good_until(self, case: Case, letter: Letter) -> datetime | None:
        """An extension is only possible until the end of the old date, save a team leader's."""
        if letter.extension is None or letter.extension.although or case.stage.respond_by is None:
            return None
        next_day = case.stage.respond_by + timedelta(days=1)
        return datetime.combine(next_day, time(), self.council.zone)

    def _leaves_at(self, good_until: datetime | None, now: datetime) -> datetime:
        """When a letter sent now leaves: late enough for Undo, never too late to leave at all."""
        at = now + self.council.sending.undo_for
        if good_until is not None:
            at = min(at, good_until - _TO_LEAVE)
        return max(at, now)


def answer_kind(case: Case) -> LetterKind:
    """Which letter answers this case."""
    return ANSWER_KINDS[case.category is Category.NON_COUNCIL]


def _approve(case: Case, draft: Draft, council: Council, actor: Actor, now: datetime) -> Change:
    letter = draft.letter
    if letter.kind is LetterKind.ACKNOWLEDGEMENT:
        if letter.promises not in {None, actions.promised_by(case, council, now)}:
            raise Refused("The date it promises has changed since. Please start from the card.")
        return actions.approve_acknowledgement(case, actor, now)
    if letter.kind is LetterKind.HOLDING_REPLY:
        assert letter.extension is not None
        return approve_extension(case, letter.extension, council, actor, now)
    outcome, level = draft.details["outcome"], draft.details["level"]
    approved = actions.approve_answer(
        case,
        Outcome(outcome) if outcome else None,
        Level(level) if level else None,
        actor,
        now,
    )
    return with_points(approved, draft.details, actor, now)


def _waiting(work: Work, case: Case, kind: LetterKind) -> Paper:
    paper = work.papers.waiting(case.reference, kind)
    if paper is None:
        raise Refused(f"This letter of {case.reference} does not wait to be posted.")
    return paper


def _latest_message(work: Work, case: Case) -> Message | None:
    """The customer's latest: the one a letter answers. None where none could be read."""
    messages = work.messages.of_case(case.reference)
    return next((s.message for s in reversed(messages) if s.arrival in _WRITTEN), None)


def _is_theirs(stored: StoredMessage, case: Case) -> bool:
    """Whether it may speak for the customer: it is from their address, or more than a reference
    that anybody can write speaks for its sender. A machine's never does.
    """
    customer = case.customer.address
    own = customer is not None and is_from(stored.message, frozenset({mailbox_of(customer)}))
    return stored.arrival in _WRITTEN and (own or stored.vouched)
