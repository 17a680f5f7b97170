"""Carries what the outbox holds for Slack: each kind is drawn now, from the case as it is now."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers import letters_left
from handlers.ledger import account_for, since_last_working_day
from handlers.slack import (
    agreed_lines,
    clearing,
    digest,
    history_lines,
    join_lines,
    letter_words,
    mailbox,
    moving,
    note_lines,
    paper_files,
    praise_post,
    standing_in,
    threads,
    wording,
)
from handlers.slack.api import Place, Saying
from handlers.slack.before import before
from handlers.slack.comparing import compared
from handlers.slack.naming import may_be_told
from handlers.slack.placing import KEY, Placing, number_of, reference_of
from handlers.slack.saying_words import words
from models.agreed import WEEK, weeks_late
from models.case import State, open_deadlines
from models.deadlines import DeadlineKind
from models.errors import Gone, NotYet, Undeliverable
from models.history import Entry, Event
from models.outbox import Delivered, Dropped, Item, Kind, Parcel, Payload, Posting
from models.quarantine import QuarantineState
from models.store_port import Query


class SlackCourier(Placing):
    """See handlers.delivery.Courier."""

    __slots__ = ()

    def deliver(self, item: Item, now: datetime) -> Delivered | Dropped:
        """Draw and post the item."""
        return _CARRIERS[item.parcel.kind](self, item, now)

    def find(self, item: Item, now: datetime) -> Delivered | None:
        """Look for the key of an earlier attempt in the metadata of what stands there.

        A redraw is not looked for: drawing it again is harmless.
        """
        parcel = item.parcel
        if parcel.kind is Kind.CARD:
            return moving.find_card(self, item, now)
        if parcel.kind in _LOOK_THEMSELVES:
            return None  # by parts of a long text, or to do more about what they find
        if parcel.kind is Kind.QUARANTINE and parcel.reference is None:
            return None  # it looks for itself
        if parcel.reference is None:
            channel = str(parcel.payload.get("channel", self.council.channels.triage))
            place = self.api.find(self.api.channel_id(channel), parcel.key)
        else:
            card = self.card_of(parcel.reference)
            place = self.find_in_thread(card, parcel.key) if card else None
        return Delivered(then=self._told_besides(item, now)) if place else None

    def _told_besides(self, item: Item, now: datetime) -> tuple[Parcel, ...]:
        """What follows a reminder: with its answer that was lost too."""
        if item.parcel.kind not in {Kind.REMINDER, Kind.AGREED}:
            return ()
        case = self.case(reference_of(item))
        owner = item.parcel.payload.get("owner")
        told = case if owner is None else replace(case, holder=str(owner))
        return standing_in.addressee(self, told, now).then

    def note(self, item: Item, now: datetime) -> Delivered | Dropped:
        """A line of history."""
        reference, payload = reference_of(item), item.parcel.payload
        case = self.case(reference)
        with self.store.view() as work:
            history = work.cases.history(reference)
            entry = next((one for one in history if _is_meant(payload, one)), None)
            may = entry is not None and may_be_told(work, case, entry, self.council)
        if entry is None:
            return Dropped("there is no such history")
        if not may:
            return Dropped("it names a case that became private")
        if entry.event is Event.NOTE_FILED:
            self._mark(int(str(entry.details["note"])))
        if entry.event is Event.LETTER_WITHDRAWN:
            paper_files.take_away(self, reference)
        return self.in_thread(item, self._line(entry), now)

    def _mark(self, number: int) -> None:
        """Whoever reads a filed message sees that it is a note; a screen reader reads it too."""
        with self.store.view() as work:
            note = work.notes.get(number)
        if note is not None and note.spoken is not None:
            with suppress(Undeliverable):  # marked already, or deleted
                self.api.mark(Place(note.spoken.channel, note.spoken.ts))

    def _line(self, entry: Entry) -> Saying:
        text = history_lines.line(entry, self.council, self.name(entry.actor))
        text = join_lines.with_link(text, entry, self.link_to(entry.details.get("other")))
        if entry.event is Event.NOTE_WRITTEN:
            with self.store.view() as work:
                note = work.notes.get(int(str(entry.details["note"])))
            if note is not None:
                return note_lines.written(text, note)
        with self.store.view() as work:
            left = letters_left.of_entry(work, entry)
        return threads.line(text) if left is None else letter_words.below(text, left)

    def reminder(self, item: Item, now: datetime) -> Delivered | Dropped:
        """A reminder, if the deadline still stands and people are at work."""
        self._only_in_working_hours(now)
        payload = item.parcel.payload
        kind, due = DeadlineKind(str(payload["kind"])), date.fromisoformat(str(payload["due"]))
        case = self.case(reference_of(item))
        if open_deadlines(case).get(kind) != due:
            return Dropped("the deadline was met or has changed")
        today = self.council.local_date(now)
        days_left = self.council.calendar.count(today, due)
        if self.council.reminding.point(days_left) != payload["days_before"]:
            return Dropped("a later reminder or the overdue list stands for it")
        who = standing_in.addressee(self, case, now)
        text = wording.reminder(case, kind, due, self.council, today, who.words)
        delivered = self.in_thread(item, threads.line(text), now)
        return replace(delivered, then=(*delivered.then, *who.then))

    def agreed(self, item: Item, now: datetime) -> Delivered | Dropped:
        """What an owner has to do, if it still stands so and people are at work; the case may long be
        closed.
        """
        self._only_in_working_hours(now)
        case, payload = self.case(reference_of(item)), item.parcel.payload
        number = number_of(item, "number")
        agreed = next(one for one in case.agreed if one.number == number)
        task, said = agreed.task, (payload["owner"], payload["due"])
        if agreed.finished is not None or (task.owner, task.due.isoformat()) != said:
            return Dropped("it was done or has changed")
        today = self.council.local_date(now)
        point, is_new = payload["days_before"], payload["days_before"] is None
        if not is_new and self._point(task.due, today) != point:
            return Dropped("a later reminder stands for it")
        # Who holds the case is another matter: the owner is told, or who stands in for them.
        who = standing_in.addressee(self, replace(case, holder=task.owner), now)
        saying = agreed_lines.told(case, agreed, who.words, self.council, today, is_new=is_new)
        delivered = self.in_thread(item, saying, now)
        return replace(delivered, then=(*delivered.then, *who.then))

    def _point(self, due: date, today: date) -> int | None:
        """The latest point at which a task that is due then is chased."""
        late = weeks_late(due, today)
        days_left = self.council.calendar.count(today, due)
        return -WEEK * late if late else self.council.reminding.point(days_left)

    def morning_list(self, item: Item, now: datetime) -> Delivered | Dropped:
        """The list of a channel as things stand now; an empty one is not posted."""
        self._only_in_working_hours(now)
        today = self.council.local_date(now)
        until = self.council.calendar.add(today, self.council.reminding.soon_days)
        yesterday = today - timedelta(days=1)
        first, period = since_last_working_day(self.council, today)
        with self.store.view() as work:
            account = account_for(work, period, self.council.watched)
            due = work.cases.due(until)
            triage = work.cases.find(Query(states=frozenset({State.TRIAGE}), limit=1_000))
            late = [(one, work.cases.get(one.reference)) for one in work.agreed.due(yesterday)]
        payload = item.parcel.payload
        channel = str(payload["channel"])
        own = None if payload["whole"] else channel
        told: tuple[str, ...] = ()
        if own is None or own == self.council.channels.triage:
            told = mailbox.ledger(account, first, self.council)
        owed = [(case, one.agreed) for one, case in late if case is not None]
        saying = digest.morning_list(due, triage, self.council, today, own, told, owed)
        then = standing_in.departed(self, now) if own is None else ()
        if saying is None:
            return Delivered(then=then) if then else Dropped("there is nothing to list")
        self.api.post(self.api.channel_id(channel), saying, {KEY: item.parcel.key})
        return Delivered(then=then)

    def quarantine(self, item: Item, now: datetime) -> Delivered | Dropped:
        """What is to be known of a message that could not be read, in the thread of its case."""
        if item.parcel.reference is None:
            return self._flood(item)
        with self.store.view() as work:
            quarantined = work.quarantine.get(number_of(item, "number"))
        if quarantined is None or quarantined.state is not QuarantineState.OPEN:
            return Dropped("it was dealt with meanwhile")
        return self.in_thread(
            item, threads.line(mailbox.quarantined(quarantined, self.council)), now
        )

    def _flood(self, item: Item) -> Delivered:
        """One post for the hour, changed as more come; the count is the one of now."""
        hour = datetime.fromisoformat(str(item.parcel.payload["hour"]))
        key = f"quarantine:{hour.isoformat()}"
        with self.store.view() as work:
            count = work.quarantine.count_folded(hour, hour + timedelta(hours=1))
            known = work.places.get(key)
        saying = threads.line(mailbox.flood(count, hour, self.council))
        channel = self.api.channel_id(self.council.channels.triage)
        if known is None and item.begun:
            found = self.api.find(channel, key)
            known = Posting(key, None, found.channel, found.ts) if found else None
        if known is not None:
            try:
                self.api.update(Place(known.channel, known.ts), saying, {KEY: key})
            except Gone:
                pass  # somebody deleted it: it is said anew
            else:
                return Delivered((known,))
        place = self.api.post(channel, saying, {KEY: key})
        return Delivered((Posting(key, None, place.channel, place.ts),))

    def alarm(self, item: Item, _now: datetime) -> Delivered:
        """Say what is wrong, or well again, at any hour."""
        payload = item.parcel.payload
        channel = self.api.channel_id(str(payload["channel"]))
        saying = threads.line(wording.escape(str(payload["text"])))
        self.api.post(channel, saying, {KEY: item.parcel.key})
        return Delivered()

    def _only_in_working_hours(self, now: datetime) -> None:
        """What nags waits for people to be at work. Raises NotYet with the time to wait."""
        council, reminding = self.council, self.council.reminding
        today, time = council.local_date(now), council.local_time(now)
        works = council.calendar.is_working_day(today)
        if works and reminding.opens <= time < reminding.closes:
            return
        early = works and time < reminding.opens
        day = today if early else council.calendar.next_working_day(today)
        opens = datetime.combine(day, reminding.opens, council.zone)
        raise NotYet("nobody is at work", retry_after=(opens - now) / timedelta(seconds=1))


_Carrier = Callable[[SlackCourier, Item, datetime], Delivered | Dropped]

_LOOK_THEMSELVES = frozenset(
    {
        Kind.WORDS,
        Kind.MOVED,
        Kind.CLEARED,
        Kind.UNNAMED,
        Kind.BEFORE,
        Kind.COMPARED,
        Kind.PAPER,
        Kind.PRAISE,
    }
)

_CARRIERS: Mapping[Kind, _Carrier] = {
    Kind.CARD: moving.card,
    Kind.MOVED: moving.moved,
    Kind.CLEARED: clearing.cleared,
    Kind.UNNAMED: clearing.unnamed,
    Kind.BEFORE: before,
    Kind.COMPARED: compared,
    Kind.WORDS: words,
    Kind.PAPER: paper_files.paper,
    Kind.NOTE: SlackCourier.note,
    Kind.PRAISE: praise_post.praise,
    Kind.REMINDER: SlackCourier.reminder,
    Kind.AGREED: SlackCourier.agreed,
    Kind.MORNING_LIST: SlackCourier.morning_list,
    Kind.QUARANTINE: SlackCourier.quarantine,
    Kind.ALARM: SlackCourier.alarm,
    Kind.UNCOVERED: standing_in.uncovered,
}


def _is_meant(payload: Payload, entry: Entry) -> bool:
    """Whether the entry is the one of the item; without `details` it is the only one of its kind."""
    asked = (payload["version"], payload["event"])
    details = payload.get("details", entry.details)
    return asked == (entry.version, entry.event) and details == entry.details


def slack_kinds() -> Iterator[Kind]:
    """The kinds of item that go to Slack."""
    return iter(_CARRIERS)
