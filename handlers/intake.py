"""THE MAIN FLOW: a raw message becomes a case, or part of one, with all that must leave.

The way of a message: keep the raw bytes, read them, ask the model, find its place, write. The
places are tried in the order of `_PLACES`; each is a function that takes the message or leaves it
to the next. Everything about one message happens in one transaction.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from models import actions, outbox
from models.actions import Report
from models.case import Case, Change
from models.council import Council
from models.errors import Refused, Unreadable
from models.facts import letter_facts
from models.history import Event
from models.letter import Letter, LetterKind
from models.message import MachineKind, Message, RawMessage
from models.outbox import Kind, Parcel
from models.ports import Letters, Reader, Triage
from models.prediction import Prediction
from models.recording import record
from models.routing import undecided
from models.store_port import Arrival, Store, Work

_BATCH = 64


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a raw message: `message` and `prediction` are None where it was not read,
    `prediction` also for a machine's message; `reason` says why where it is no case.
    """

    raw: RawMessage
    arrival: Arrival
    reference: str | None
    message: Message | None
    prediction: Prediction | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in needs: where to keep it, how to read it, what it is, what is answered."""

    store: Store
    read: Reader
    triage: Triage
    letters: Letters
    council: Council

    def take_in(self, raw: RawMessage, now: datetime) -> TakenIn:
        """Take in one message. It is safely stored when this returns, whatever it was."""
        return next(iter(self.take_in_all([raw], lambda: now)))

    def take_in_all(
        self, raws: Iterable[RawMessage], now: Callable[[], datetime], batch: int = _BATCH
    ) -> Iterator[TakenIn]:
        """Take in many, in order: the model reads them in batches, a batch is one commit."""
        remaining = iter(raws)
        while chunk := list(islice(remaining, batch)):
            yield from self._take_in_guarded(chunk, now())

    def _take_in_guarded(self, raws: list[RawMessage], now: datetime) -> list[TakenIn]:
        """One message that breaks us never blocks the next: it is quarantined with its bytes."""
        try:
            return self._take_in_batch(raws, now)
        except Exception as error:  # noqa: BLE001  # the boundary of one message; a bug is shown, not lost
            if len(raws) == 1:
                why = f"it could not be taken in ({type(error).__name__})"
                with self.store.work() as work:
                    return [_quarantine(work, raws[0], why, now)]
        return [taken for raw in raws for taken in self._take_in_guarded([raw], now)]

    def _take_in_batch(self, raws: list[RawMessage], now: datetime) -> list[TakenIn]:
        read = [self._read(raw) for raw in raws]
        texts = [_model_text(m) for m in read if isinstance(m, Message) and not m.is_automatic]
        predictions = iter(self._predict(texts))
        taken = []
        with self.store.work() as work:
            for raw, message in zip(raws, read, strict=True):
                if not isinstance(message, Message):
                    taken.append(_quarantine(work, raw, message, now))
                    continue
                prediction = None if message.is_automatic else next(predictions)
                arriving = _Arriving(work, self, message, prediction, now)
                taken.append(_write(arriving, raw))
        return taken

    def _predict(self, texts: list[tuple[str, str, str]]) -> list[Prediction]:
        """A text that breaks the model is a person's to decide, like one it does not know."""
        try:
            return list(self.triage.predict_many(texts))
        except Exception:  # noqa: BLE001  # a broken model must not keep mail from becoming cases
            if len(texts) == 1:
                return [undecided(self.council.catalogue)]
        return [prediction for text in texts for prediction in self._predict([text])]

    def _read(self, raw: RawMessage) -> Message | str:
        try:
            return self.read(raw)
        except Unreadable as error:
            return str(error)


@dataclass(frozen=True, slots=True)
class _Arriving:
    """A message on its way through the places."""

    work: Work
    intake: Intake
    message: Message
    prediction: Prediction | None
    now: datetime

    @property
    def council(self) -> Council:
        return self.intake.council


@dataclass(frozen=True, slots=True)
class _Placed:
    arrival: Arrival
    reference: str | None
    reason: str = ""


def _write(arriving: _Arriving, raw: RawMessage) -> TakenIn:
    work, message, now = arriving.work, arriving.message, arriving.now
    work.messages.keep_raw(message.sha256, raw.content)
    for place in _PLACES:
        placed = place(arriving)
        if placed is not None:
            break
    else:  # pragma: no cover  # the last place takes everything
        raise AssertionError("a message found no place")
    work.ledger.book(raw.origin, message.sha256, placed.arrival, placed.reason, now)
    return TakenIn(
        raw, placed.arrival, placed.reference, message, arriving.prediction, placed.reason
    )


def _quarantine(work: Work, raw: RawMessage, why: str, now: datetime) -> TakenIn:
    sha256 = hashlib.sha256(raw.content).hexdigest()
    work.messages.keep_raw(sha256, raw.content)
    work.ledger.book(raw.origin, sha256, Arrival.QUARANTINED, why, now)
    payload = {"sha256": sha256, "why": why}
    work.outbox.add(Parcel(f"quarantine:{sha256}", Kind.QUARANTINE, None, payload), now)
    return TakenIn(raw, Arrival.QUARANTINED, None, None, None, why)


def _duplicate(arriving: _Arriving) -> _Placed | None:
    """The same bytes, or the same Message-ID with the same content: nothing is made of it."""
    first = arriving.work.messages.same_as(arriving.message)
    if first is None:
        return None
    return _Placed(Arrival.DUPLICATE, first.reference, f"the same as message {first.id}")


def _machine(arriving: _Arriving) -> _Placed | None:
    """A machine's message is filed, with its case where it has one; it is never answered."""
    work, message, now = arriving.work, arriving.message, arriving.now
    machine = message.machine
    if machine is None or not message.is_automatic:
        return None
    bounced = machine.kind is MachineKind.BOUNCE
    arrival = Arrival.BOUNCE if bounced else Arrival.AUTOMATIC
    answered = (*machine.failed_message_ids, *message.references)
    reference = work.messages.case_answered_by(answered) or _token_case(arriving)
    id_ = work.messages.add(message, arrival, reference, None, now)
    case = work.cases.get(reference) if reference else None
    if case is not None:
        kind = work.letters.kind_of(machine.failed_message_ids) if bounced else None
        if kind is not None:
            change = actions.letter_bounced(case, kind, id_, machine.reason, now)
        else:
            event = Event.BOUNCED if bounced else Event.AUTOMATIC_MESSAGE
            change = actions.note_machine(case, event, id_, machine.reason, now)
        _keep_quietly(work, change, now)
        if bounced:
            _say(work, change, now)
    return _Placed(arrival, reference, machine.reason)


def _reply(arriving: _Arriving) -> _Placed | None:
    """An answer to a letter of ours, or to an earlier message, belongs to that case."""
    work, message, now = arriving.work, arriving.message, arriving.now
    reference = work.messages.case_answered_by(message.references) or _token_case(arriving)
    case = work.cases.get(reference) if reference else None
    if case is None:
        return None
    known_sender = (message.sender.address or "").lower() in work.messages.senders(case.reference)
    id_ = work.messages.add(message, Arrival.REPLY, case.reference, arriving.prediction, now)
    flags = arriving.prediction.flags if arriving.prediction else ()
    change = actions.add_reply(
        case, id_, arriving.council, flags=flags, known_sender=known_sender, now=now
    )
    # The card goes first: a flag that the reply raises may move it to a private channel, and the
    # words follow it there.
    _keep_quietly(work, change, now)
    work.outbox.add(outbox.words(case.reference, id_), now)
    if not known_sender:
        _say(work, change, now)
    if not case.is_open:
        record(work, actions.reopen(change.case, arriving.council, message.received_at, now), now)
    return _Placed(Arrival.REPLY, case.reference)


def _new_case(arriving: _Arriving) -> _Placed:
    """All else is a new matter; it is acknowledged where that can do no harm."""
    work, message, now = arriving.work, arriving.message, arriving.now
    council, prediction = arriving.council, arriving.prediction
    assert prediction is not None
    report = Report(
        reference=work.cases.new_reference(council.local_date(message.received_at).year),
        subject=message.subject,
        customer=message.sender,
        source=message.source,
        received_at=message.received_at,
        prediction=prediction,
    )
    change = actions.open_case(report, council, now)
    letter = _acknowledgement(arriving, change.case)
    if isinstance(letter, Letter):
        change = actions.acknowledging(change, now)
    work.cases.add(change)
    id_ = work.messages.add(message, Arrival.CASE, report.reference, prediction, now)
    work.outbox.add(outbox.card(report.reference, change.case.version), now)
    work.outbox.add(outbox.words(report.reference, id_), now)
    if isinstance(letter, Letter):
        work.letters.add(letter, now)
        good_until = now + timedelta(days=council.acknowledging.within_days)
        work.outbox.add(outbox.letter(letter, good_until=good_until), now)
    else:
        record(work, actions.withhold_acknowledgement(change.case, letter, now), now)
    return _Placed(Arrival.CASE, report.reference)


_PLACES: tuple[Callable[[_Arriving], _Placed | None], ...] = (
    _duplicate,
    _machine,
    _reply,
    _new_case,
)


def _keep_quietly(work: Work, change: Change, now: datetime) -> None:
    """Save a change and redraw the card, whose buttons would else be of an older version."""
    work.cases.save(change)
    work.outbox.add(outbox.card(change.case.reference, change.case.version), now)


def _say(work: Work, change: Change, now: datetime) -> None:
    for entry in change.entries:
        work.outbox.add(outbox.note(entry.reference, entry.version, entry.event), now)


def _token_case(arriving: _Arriving) -> str | None:
    token = arriving.message.case_token
    return token if token and arriving.work.cases.get(token) else None


def _acknowledgement(arriving: _Arriving, case: Case) -> Letter | str:
    """The acknowledgement, or the reason why none leaves by itself."""
    why_not = _why_not_acknowledge(arriving, case)
    if why_not is not None:
        return why_not
    letters, kind = arriving.intake.letters, LetterKind.ACKNOWLEDGEMENT
    facts = letter_facts(case, arriving.council, arriving.message)
    try:
        letter = letters.finish(kind, facts, letters.draft(kind, facts))
    except Refused as error:
        return str(error)
    return replace(letter, automatic=True)


def _why_not_acknowledge(arriving: _Arriving, case: Case) -> str | None:
    limits = arriving.council.acknowledging
    address, now, message = case.customer.address, arriving.now, arriving.message
    if message.machine is not None:
        return f"a machine sent it: {message.machine.reason}"
    if address is None:
        return "there is no address to answer to"
    # A copied file looks new; its own date does not.
    written = min(case.received_at, message.dated or case.received_at)
    if now - written > timedelta(days=limits.within_days):
        return f"received more than {limits.within_days} days ago"
    if (
        arriving.work.letters.count_to(address, now - timedelta(days=1))
        >= limits.per_address_per_day
    ):
        return f"{limits.per_address_per_day} automatic letters went to this address within a day"
    return None


def _model_text(message: Message) -> tuple[str, str, str]:
    return message.subject, message.new_text, message.sender.address or ""
