"""Where the things of a case stand in Slack, and how something is said there: what carriers share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.gathering import messages_of
from handlers.slack import cards
from handlers.slack.api import Place, Saying, SlackApi, ThreadFile
from handlers.slack.background import background, card_key
from models import outbox
from models.case import Case
from models.council import Council
from models.errors import Gone, NotYet, Unacceptable, Unavailable, Undeliverable
from models.ledger import Arrival
from models.outbox import Delivered, Item, Posting
from models.people import Actor, Kind
from models.store_port import Store, Work

KEY = "key"
_PLAIN = 3_000
_WRITTEN = (Arrival.CASE, Arrival.REPLY)


@dataclass(frozen=True, slots=True)
class Placing:
    """The store, Slack and the council, and the steps that every carrier takes with them."""

    store: Store
    api: SlackApi
    council: Council

    def case(self, reference: str) -> Case:
        """A case that is known to be there."""
        with self.store.view() as work:
            case = work.cases.get(reference)
        assert case is not None, reference
        return case

    def card_of(self, reference: str) -> Posting | None:
        """Where the card of a case stands."""
        with self.store.view() as work:
            return work.places.get(card_key(reference))

    def placed_card(self, item: Item) -> Posting:
        """The same for what must stand under it. Raises NotYet where it does not stand yet."""
        card = self.card_of(reference_of(item))
        if card is None:
            raise NotYet("the card of the case does not stand yet", retry_after=2)
        return card

    def drawn(self, case: Case, now: datetime) -> Saying:
        """The card as the case is now."""
        today = self.council.local_date(now)
        with self.store.view() as work:
            known = background(work, case, self.council, today)
        return cards.card(case, self.council, today, known, self._link)

    def link_to(self, reference: object) -> str:
        """The address of the card of a case; empty where there is none, or for anything else."""
        card = self.card_of(reference) if isinstance(reference, str) else None
        return self._link(card) if card else ""

    def _link(self, card: Posting) -> str:
        """The address of another case's card; none where it cannot be had."""
        try:
            return self.api.link(Place(card.channel, card.ts))
        except (Unavailable, Undeliverable):
            return ""  # the card itself must not wait for another one's address

    def in_thread(
        self, item: Item, saying: Saying, now: datetime, key: str | None = None
    ) -> Delivered:
        """Say it under the card; where somebody deleted that, under a new one."""
        metadata = {KEY: key or item.parcel.key, "case": reference_of(item)}
        card = self.placed_card(item)
        try:
            self.post(card.channel, saying, metadata, card.ts)
        except Gone:
            case = self.case(reference_of(item))
            place = self.post(card.channel, self.drawn(case, now), of_card(case))
            card = Posting(card_key(case.reference), case.reference, place.channel, place.ts)
            with self.store.work() as work:
                work.places.put(card)
            self.post(card.channel, saying, metadata, card.ts)
        return Delivered()

    def in_parts(
        self, item: Item, sayings: Iterable[Saying], now: datetime, part: str = ""
    ) -> Delivered:
        """The same in several posts; one that stands there from an earlier attempt is not repeated.
        `part` tells several such series of an item apart.
        """
        for number, saying in enumerate(sayings):
            key = f"{item.parcel.key}:{part}{number}"
            if item.begun and self.find_in_thread(self.placed_card(item), key):
                continue
            self.in_thread(item, saying, now, key)
        return Delivered()

    def find_in_thread(self, card: Posting, key: str) -> Place | None:
        """Our message with this key under a card."""
        try:
            return self.api.find(card.channel, key, card.ts)
        except Gone:
            return None

    def post(
        self, channel: str, saying: Saying, metadata: Mapping[str, str], thread: str | None = None
    ) -> Place:
        """Post; what Slack will not take in its form is said in plain words, never left unsaid."""
        try:
            return self.api.post(channel, saying, metadata, thread)
        except Unacceptable:
            return self.api.post(channel, _plainly(saying), metadata, thread)

    def update(self, place: Place, saying: Saying, metadata: Mapping[str, str]) -> None:
        """Redraw, as `post` posts."""
        try:
            self.api.update(place, saying, metadata)
        except Unacceptable:
            self.api.update(place, _plainly(saying), metadata)

    def name(self, actor: Actor) -> str:
        """Who did it, for a line of history; not escaped."""
        if actor.kind is Kind.STAFF:
            try:
                return self.api.person(actor.id).name
            except Undeliverable:
                return "Somebody"  # whom Slack knows no more: the line must not wait for ever
        if actor.kind is Kind.OPERATOR:
            return f"{actor.id} (who runs carebot)"
        return "The customer" if actor.kind is Kind.CUSTOMER else "carebot"


def reference_of(item: Item) -> str:
    """The case of an item that has one."""
    assert item.parcel.reference is not None, item.parcel.key
    return item.parcel.reference


def number_of(item: Item, name: str) -> int:
    """A number that the item carries."""
    value = item.parcel.payload[name]
    assert isinstance(value, int), (item.parcel.key, name)
    return value


def of_card(case: Case) -> dict[str, str]:
    """The metadata by which the card of a case is found again."""
    return {KEY: card_key(case.reference), "case": case.reference}


def put_once(at: Placing, item: Item, file: ThreadFile) -> None:
    """Put a file under the card of the item. A file has no key of ours: one of this name there is the
    one of an earlier attempt.
    """
    card = at.placed_card(item)
    if item.begun:
        stands = at.api.thread(card.channel, card.ts)
        if any(one.name == file.name for said in stands if said.is_ours for one in said.files):
            return
    at.api.put_file(card.channel, file, card.ts)


def words_again(work: Work, reference: str, card_ts: str) -> tuple[outbox.Parcel, ...]:
    """Every message's own words, to be said under a further card."""
    return tuple(
        outbox.words(reference, stored.id, card_ts)
        for stored in messages_of(work, reference)
        if stored.arrival in _WRITTEN
    )


def papers_again(work: Work, reference: str, card_ts: str) -> tuple[outbox.Parcel, ...]:
    """The letters on paper that wait to be posted, to be put under a further card."""
    return tuple(
        outbox.paper(reference, paper.letter.kind, paper.version, card_ts)
        for paper in work.papers.of_case(reference)
        if paper.posted_on is None and paper.withdrawn_at is None
    )


def _plainly(saying: Saying) -> Saying:
    return Saying(saying.text[:_PLAIN])
