"""THE MAIN FLOW: a raw message becomes a case, or part of one, with all that must leave.

The way of a message: keep the raw bytes, read them, ask the model, find its place, write. The
places are tried in the order of `handlers.places.PLACES`; each is a function that takes the message
or leaves it to the next. Everything about one message happens in one transaction.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.arriving import Arriving, Placed
from handlers.places import PLACES, new_case
from handlers.unread import keep_unread
from models import outbox
from models.case import Case
from models.council import Council
from models.errors import CarebotError, Unavailable, Unreadable
from models.history import Event
from models.ledger import Arrival
from models.message import Message, RawMessage
from models.noted import Note, written_down
from models.people import Actor
from models.ports import Letters, Reader, Triage
from models.prediction import Prediction
from models.routing import undecided
from models.store_port import Store, Work

_BATCH = 64
# Bytes: what is read of a message takes several times its size.
_BYTES = 8_000_000
_DEATHS = 3


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
        """Take in many: the model reads them in batches, a batch is one commit, and one before it.

        In order, save that within a batch those come last whose reading has ended the process
        before: each alone, and unread to quarantine after so many deaths.
        """
        for chunk in _batches(raws, batch):
            fresh, suspects = self._begin(chunk)
            if fresh:
                yield from self._take_in_guarded(fresh, now())
            for raw in suspects:
                yield self._take_in_suspect(raw, now())

    def _begin(self, raws: list[RawMessage]) -> tuple[list[RawMessage], list[RawMessage]]:
        """Note that they will be read now, before anything reads them; and those that were noted
        before are not: they are given back apart, those of the fewest deaths first.
        """
        with self.store.work() as work:
            noted = work.readings.tries([raw.origin for raw in raws])
            fresh = [raw for raw in raws if raw.origin not in noted]
            work.readings.begin([raw.origin for raw in fresh])
        suspects = [raw for raw in raws if raw.origin in noted]
        return fresh, sorted(suspects, key=lambda raw: noted[raw.origin])

    def _take_in_suspect(self, raw: RawMessage, now: datetime) -> TakenIn:
        with self.store.work() as work:
            tries = work.readings.tries([raw.origin]).get(raw.origin, 0)
            if tries >= _DEATHS:
                why = f"reading it has ended the bot {tries} times"
                return _quarantine(work, raw, why, self.council, now)
            work.readings.begin([raw.origin])
        return self._take_in_guarded([raw], now)[0]

    def _take_in_guarded(self, raws: list[RawMessage], now: datetime) -> list[TakenIn]:
        """One message that breaks us never blocks the next: it is quarantined with its bytes."""
        try:
            return self._take_in_batch(raws, now)
        except Unavailable:  # the store, not the message: it is tried again, nothing is lost
            self._not_read(raws)
            raise
        except Exception as error:  # noqa: BLE001  # the boundary of one message; a bug is shown, not lost
            if len(raws) == 1:
                with self.store.work() as work:
                    return [_quarantine(work, raws[0], _broke(error), self.council, now)]
        return [taken for raw in raws for taken in self._take_in_guarded([raw], now)]

    def _not_read(self, raws: list[RawMessage]) -> None:
        """No message is at fault where the store is; and the store may not even keep that."""
        with suppress(Unavailable), self.store.work() as work:
            work.readings.over([raw.origin for raw in raws])

    def _take_in_batch(self, raws: list[RawMessage], now: datetime) -> list[TakenIn]:
        read = [self._read(raw) for raw in raws]
        texts = [_model_text(m) for m in read if isinstance(m, Message) and not m.is_automatic]
        predictions = iter(self._predict(texts))
        taken = []
        with self.store.work() as work:
            for raw, message in zip(raws, read, strict=True):
                if not isinstance(message, Message):
                    taken.append(_quarantine(work, raw, message, self.council, now))
                    continue
                prediction = None if message.is_automatic else next(predictions)
                if prediction and raw.lacking:
                    prediction = replace(prediction, needs_person=True)
                arriving = Arriving(
                    work, self.letters, self.council, message, prediction, now, raw.origin
                )
                taken.append(_write(arriving, raw))
        return taken

    def take_in_again(
        self, raw: RawMessage, now: datetime, place: Callable[[Arriving], Placed]
    ) -> Placed | str:
        """Read anew what was booked before, and let `place` find its place in one transaction.

        It is not booked again. Gives the reason, and changes nothing, where it still cannot be
        taken in; raises what `place` raises of our own errors.
        """
        try:
            message = self._read(raw)
            if not isinstance(message, Message):
                return message
            (prediction,) = self._predict([_model_text(message)])
            prediction = replace(
                prediction, needs_person=prediction.needs_person or bool(raw.lacking)
            )
            with self.store.work() as work:
                council, letters = self.council, self.letters
                return place(Arriving(work, letters, council, message, prediction, now))
        except CarebotError:
            raise
        except Exception as error:  # noqa: BLE001  # as above: what broke us once may do so again
            return _broke(error)

    def predict(self, subject: str, text: str, sender: str) -> Prediction:
        """What the model says of a text; a person's to decide where the text breaks it."""
        (prediction,) = self._predict([(subject, text, sender)])
        return prediction

    def take_note(self, note: Note, by: Actor, now: datetime, *, once: str) -> Case:
        """Open a case of what a member of staff took down; it is acknowledged as an email is.

        The same `once` again gives the case that is there already: Slack may submit twice. It is in
        no mailbox's ledger. Raises Refused where there is no text.
        """
        content, message = written_down(note, by, once)
        prediction = self.predict(*_model_text(message))
        with self.store.work() as work:
            known = work.messages.same_as(message)
            reference = known.reference if known else None
            if reference is None:
                work.messages.keep_raw(message.sha256, content)
                arriving = Arriving(
                    work, self.letters, self.council, message, prediction, now, by=by
                )
                reference = str(new_case(arriving).reference)
                work.outbox.add(outbox.note(reference, 1, Event.OPENED), now)
            case = work.cases.get(reference)
        assert case is not None
        return case

    def _predict(self, texts: list[tuple[str, str, str]]) -> list[Prediction]:
        """A text that breaks the model is a person's to decide, like one it does not know."""
        try:
            return list(self.triage.predict_many(texts))
        except Exception:  # noqa: BLE001  # a broken model must not keep mail from becoming cases
            if len(texts) == 1:
                return [undecided(self.council.catalogue)]
        return [prediction for text in texts for prediction in self._predict([text])]

    def _read(self, raw: RawMessage) -> Message | str:
        if raw.unfetchable:
            return raw.lacking
        try:
            message = self.read(raw)
        except Unreadable as error:
            return str(error)
        if raw.lacking:
            return replace(message, defects=(raw.lacking, *message.defects))
        return message


def _write(arriving: Arriving, raw: RawMessage) -> TakenIn:
    work, message, now = arriving.work, arriving.message, arriving.now
    work.messages.keep_raw(message.sha256, raw.content)
    for place in PLACES:
        placed = place(arriving)
        if placed is not None:
            break
    else:  # pragma: no cover  # the last place takes everything
        raise AssertionError("a message found no place")
    work.ledger.book(raw.origin, message.sha256, placed.arrival, placed.reason, now)
    work.readings.over([raw.origin])
    return TakenIn(
        raw, placed.arrival, placed.reference, message, arriving.prediction, placed.reason
    )


def _quarantine(work: Work, raw: RawMessage, why: str, council: Council, now: datetime) -> TakenIn:
    placed = keep_unread(work, raw, why, council, now)
    work.readings.over([raw.origin])
    return TakenIn(raw, placed.arrival, placed.reference, None, None, placed.reason)


def _batches(raws: Iterable[RawMessage], at_most: int) -> Iterator[list[RawMessage]]:
    """Few and small enough together that they can be held in memory; a large one alone."""
    batch: list[RawMessage] = []
    size = 0
    for raw in raws:
        if batch and size + len(raw.content) > _BYTES:
            yield batch
            batch, size = [], 0
        batch.append(raw)
        size += len(raw.content)
        if len(batch) >= at_most or size > _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _broke(error: Exception) -> str:
    return f"it could not be taken in ({type(error).__name__})"


def _model_text(message: Message) -> tuple[str, str, str]:
    return message.subject, message.new_text, message.sender.address or ""
