"""Carries what the outbox holds for Slack: each kind is drawn now, from the case as it is now."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.ledger import account_for, since_last_working_day
from handlers.slack import cards, digest, history_lines, mailbox, threads, wording
from handlers.slack.api import Place, Saying, SlackApi
from handlers.slack.background import background, card_key
from models import outbox
from models.case import Case, State, open_deadlines
from models.channels import channel_for
from models.council import Council
from models.deadlines import DeadlineKind
from models.errors import Gone, NotYet, Unacceptable, Unavailable, Undeliverable
from models.ledger import Arrival
from models.outbox import Delivered, Dropped, Item, Kind, Posting
from models.people import Actor
from models.people import Kind as ActorKind
from models.quarantine import QuarantineState
from models.store_port import Query, Store

_KEY = "key"
_PLAIN = 3_000


@dataclass(frozen=True, slots=True)
class SlackCourier:
    """See handlers.delivery.Courier."""

    store: Store
    api: SlackApi
    council: Council

    def deliver(self, item: Item, now: datetime) -> Delivered | Dropped:
        """Draw and post the item."""
        return _CARRIERS[item.parcel.kind](self, item, now)

    def find(self, item: Item, now: datetime) -> Delivered | None:
        """Look for the key of an earlier attempt in the metadata of what stands there.

        A redraw is not looked for: drawing it again is harmless.
        """
        parcel = item.parcel
        if parcel.kind is Kind.CARD:
            return self._find_card(item, now)
        if parcel.kind in {Kind.WORDS, Kind.MOVED}:
            return None  # the parts of a long text are each looked for when they are posted
        if parcel.kind is Kind.QUARANTINE and parcel.reference is None:
            return None  # it looks for itself
        if parcel.reference is None:
            channel = str(parcel.payload.get("channel", self.council.channels.triage))
            place = self.api.find(self.api.channel_id(channel), parcel.key)
        else:
            card = self._card(parcel.reference)
            place = self._find_in_thread(card, parcel.key) if card else None
        return Delivered() if place else None

    def _find_card(self, item: Item, now: datetime) -> Delivered | None:
        """A card whose answer was lost: drawn anew, for the case may have moved on since."""
        case, channel, known = self._where(item)
        if known is not None and known.channel == channel:
            return None
        place = self.api.find(channel, card_key(case.reference))
        if place is None:
            return None
        self._update(place, self._drawn(case, now), _of_card(case))
        return self._placed(case, place, known)

    def card(self, item: Item, now: datetime) -> Delivered:
        """Post the card, redraw it, or move it to the channel where it belongs now."""
        case, channel, known = self._where(item)
        saying = self._drawn(case, now)
        if known is not None and known.channel == channel:
            try:
                self._update(Place(known.channel, known.ts), saying, _of_card(case))
            except Gone:
                pass  # somebody deleted it: the case gets a new card below
            else:
                return Delivered()
        return self._placed(case, self._post(channel, saying, _of_card(case)), known)

    def _drawn(self, case: Case, now: datetime) -> Saying:
        with self.store.view() as work:
            known = background(work, case, self.council)
        today = self.council.local_date(now)
        return cards.card(case, self.council, today, known, self._link)

    def _link(self, card: Posting) -> str:
        """The address of another case's card; none where it cannot be had."""
        try:
            return self.api.link(Place(card.channel, card.ts))
        except (Unavailable, Undeliverable):
            return ""  # the card itself must not wait for another one's address

    def _where(self, item: Item) -> tuple[Case, str, Posting | None]:
        """The case, the channel (an id) where its card belongs, and where it stands."""
        case = self._case(_reference(item))
        known = self._card(case.reference)
        if known is not None and self._ended_unread(case):
            return case, known.channel, known
        return case, self.api.channel_id(channel_for(case, self.council)), known

    def _ended_unread(self, case: Case) -> bool:
        """A stub that nobody gave to a service ends where it stands."""
        if case.state is not State.CLOSED:
            return False
        with self.store.view() as work:
            stub = work.quarantine.of_case(case.reference)
        return stub is not None and stub.state is not QuarantineState.OPEN

    def _placed(self, case: Case, place: Place, before: Posting | None) -> Delivered:
        """A new card. Where another stood before, that is blanked and the words are said again."""
        posting = Posting(card_key(case.reference), case.reference, place.channel, place.ts)
        if before is None:
            return Delivered((posting,))
        written = (Arrival.CASE, Arrival.REPLY)
        with self.store.view() as work:
            messages = work.messages.of_case(case.reference)
        return Delivered(
            (posting,),
            (
                outbox.moved(case.reference, before.channel, before.ts),
                *(
                    outbox.words(case.reference, stored.id, place.ts)
                    for stored in messages
                    if stored.arrival in written
                ),
            ),
        )

    def moved(self, item: Item, _now: datetime) -> Delivered | Dropped:
        """Blank the card where the case no longer stands."""
        reference, payload = _reference(item), item.parcel.payload
        old = Place(str(payload["channel"]), str(payload["ts"]))
        metadata = {_KEY: item.parcel.key, "case": reference}
        stub = cards.stub(self._case(reference), self._placed_card(item).channel)
        try:
            self._update(old, stub, metadata)
        except Gone:
            return Dropped("the old card is gone")
        return Delivered()

    def words(self, item: Item, now: datetime) -> Delivered | Dropped:
        """A message's words, in as many posts as it takes; one that stands there is not repeated."""
        with self.store.view() as work:
            stored = work.messages.get(_int(item, "message"))
            hashes = [a.sha256 for a in stored.message.attachments] if stored else []
            scanned = work.contents.verdicts(hashes)
        if stored is None:
            return Dropped("the message is no longer kept")
        for number, saying in enumerate(threads.words(stored, scanned)):
            key = f"{item.parcel.key}:{number}"
            if item.begun and self._find_in_thread(self._placed_card(item), key):
                continue
            self._in_thread(item, saying, now, key)
        return Delivered()

    def note(self, item: Item, now: datetime) -> Delivered | Dropped:
        """A line of history."""
        reference, payload = _reference(item), item.parcel.payload
        with self.store.view() as work:
            entries = work.cases.history(reference)
        for entry in entries:
            if entry.version == payload["version"] and entry.event == payload["event"]:
                who = self._name(entry.actor)
                text = history_lines.line(entry, self.council, who)
                return self._in_thread(item, threads.line(text), now)
        return Dropped("there is no such history")

    def reminder(self, item: Item, now: datetime) -> Delivered | Dropped:
        """A reminder, if the deadline still stands and people are at work."""
        self._only_in_working_hours(now)
        payload = item.parcel.payload
        kind, due = DeadlineKind(str(payload["kind"])), date.fromisoformat(str(payload["due"]))
        case = self._case(_reference(item))
        if open_deadlines(case).get(kind) != due:
            return Dropped("the deadline was met or has changed")
        today = self.council.local_date(now)
        days_left = self.council.calendar.count(today, due)
        if self.council.reminding.point(days_left) != payload["days_before"]:
            return Dropped("a later reminder or the overdue list stands for it")
        text = wording.reminder(case, kind, due, self.council, today)
        return self._in_thread(item, threads.line(text), now)

    def morning_list(self, item: Item, now: datetime) -> Delivered | Dropped:
        """The list of a channel as things stand now; an empty one is not posted."""
        self._only_in_working_hours(now)
        today = self.council.local_date(now)
        until = self.council.calendar.add(today, self.council.reminding.soon_days)
        first, period = since_last_working_day(self.council, today)
        with self.store.view() as work:
            account = account_for(work, period, self.council.watched)
            due = work.cases.due(until)
            triage = work.cases.find(Query(states=frozenset({State.TRIAGE}), limit=1_000))
        payload = item.parcel.payload
        channel = str(payload["channel"])
        own = None if payload["whole"] else channel
        told: tuple[str, ...] = ()
        if own is None or own == self.council.channels.triage:
            told = mailbox.ledger(account, first, self.council)
        saying = digest.morning_list(due, triage, self.council, today, own, told)
        if saying is None:
            return Dropped("there is nothing to list")
        self.api.post(self.api.channel_id(channel), saying, {_KEY: item.parcel.key})
        return Delivered()

    def quarantine(self, item: Item, now: datetime) -> Delivered | Dropped:
        """What is to be known of a message that could not be read, in the thread of its case."""
        if item.parcel.reference is None:
            return self._flood(item)
        with self.store.view() as work:
            quarantined = work.quarantine.get(_int(item, "number"))
        if quarantined is None or quarantined.state is not QuarantineState.OPEN:
            return Dropped("it was dealt with meanwhile")
        return self._in_thread(
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
                self.api.update(Place(known.channel, known.ts), saying, {_KEY: key})
            except Gone:
                pass  # somebody deleted it: it is said anew
            else:
                return Delivered((known,))
        place = self.api.post(channel, saying, {_KEY: key})
        return Delivered((Posting(key, None, place.channel, place.ts),))

    def alarm(self, item: Item, _now: datetime) -> Delivered:
        """Say what is wrong, or well again, at any hour."""
        payload = item.parcel.payload
        channel = self.api.channel_id(str(payload["channel"]))
        saying = threads.line(wording.escape(str(payload["text"])))
        self.api.post(channel, saying, {_KEY: item.parcel.key})
        return Delivered()

    def _in_thread(
        self, item: Item, saying: Saying, now: datetime, key: str | None = None
    ) -> Delivered:
        """Say it under the card; where somebody deleted that, under a new one."""
        metadata = {_KEY: key or item.parcel.key, "case": _reference(item)}
        card = self._placed_card(item)
        try:
            self._post(card.channel, saying, metadata, card.ts)
        except Gone:
            case = self._case(_reference(item))
            drawn = self._drawn(case, now)
            delivered = self._placed(case, self._post(card.channel, drawn, _of_card(case)), None)
            with self.store.work() as work:
                work.places.put(delivered.postings[0])
            self._post(card.channel, saying, metadata, delivered.postings[0].ts)
        return Delivered()

    def _find_in_thread(self, card: Posting, key: str) -> Place | None:
        try:
            return self.api.find(card.channel, key, card.ts)
        except Gone:
            return None

    def _post(
        self, channel: str, saying: Saying, metadata: Mapping[str, str], thread: str | None = None
    ) -> Place:
        """Post; what Slack will not take in its form is said in plain words, never left unsaid."""
        try:
            return self.api.post(channel, saying, metadata, thread)
        except Unacceptable:
            return self.api.post(channel, _plainly(saying), metadata, thread)

    def _update(self, place: Place, saying: Saying, metadata: Mapping[str, str]) -> None:
        try:
            self.api.update(place, saying, metadata)
        except Unacceptable:
            self.api.update(place, _plainly(saying), metadata)

    def _case(self, reference: str) -> Case:
        with self.store.view() as work:
            case = work.cases.get(reference)
        assert case is not None, reference
        return case

    def _card(self, reference: str) -> Posting | None:
        with self.store.view() as work:
            return work.places.get(card_key(reference))

    def _placed_card(self, item: Item) -> Posting:
        card = self._card(_reference(item))
        if card is None:
            raise NotYet("the card of the case does not stand yet", retry_after=2)
        return card

    def _name(self, actor: Actor) -> str:
        if actor.kind is ActorKind.STAFF:
            return self.api.person(actor.id).name
        if actor.kind is ActorKind.OPERATOR:
            return f"{actor.id} (who runs carebot)"
        return "The customer" if actor.kind is ActorKind.CUSTOMER else "carebot"

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

_CARRIERS: Mapping[Kind, _Carrier] = {
    Kind.CARD: SlackCourier.card,
    Kind.MOVED: SlackCourier.moved,
    Kind.WORDS: SlackCourier.words,
    Kind.NOTE: SlackCourier.note,
    Kind.REMINDER: SlackCourier.reminder,
    Kind.MORNING_LIST: SlackCourier.morning_list,
    Kind.QUARANTINE: SlackCourier.quarantine,
    Kind.ALARM: SlackCourier.alarm,
}


def slack_kinds() -> Iterator[Kind]:
    """The kinds of item that go to Slack."""
    return iter(_CARRIERS)


def _reference(item: Item) -> str:
    assert item.parcel.reference is not None, item.parcel.key
    return item.parcel.reference


def _int(item: Item, name: str) -> int:
    value = item.parcel.payload[name]
    assert isinstance(value, int), (item.parcel.key, name)
    return value


def _of_card(case: Case) -> dict[str, str]:
    return {_KEY: card_key(case.reference), "case": case.reference}


def _plainly(saying: Saying) -> Saying:
    return Saying(saying.text[:_PLAIN])
