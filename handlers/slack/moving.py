"""Carries the card of a case: posts it, redraws it, and moves it to the channel where it belongs."""

from datetime import datetime

from handlers.slack import cards, clearing
from handlers.slack.api import Place
from handlers.slack.background import card_key
from handlers.slack.placing import (
    KEY,
    Placing,
    of_card,
    papers_again,
    reference_of,
    words_again,
)
from models import outbox
from models.case import Case, State
from models.channels import channel_for, is_private
from models.errors import Gone
from models.outbox import Delivered, Dropped, Item, Parcel, Posting, former_key
from models.quarantine import QuarantineState


def find_card(at: Placing, item: Item, now: datetime) -> Delivered | None:
    """A card whose answer was lost: drawn anew, for the case may have moved on since."""
    case, channel, known = _where(at, item)
    if known is not None and known.channel == channel:
        return None
    place = at.api.find(channel, card_key(case.reference))
    if place is None:
        return None
    at.update(place, at.drawn(case, now), of_card(case))
    return _placed(at, case, place, known)


def card(at: Placing, item: Item, now: datetime) -> Delivered:
    """Post the card, redraw it, or move it to the channel where it belongs now."""
    case, channel, known = _where(at, item)
    saying = at.drawn(case, now)
    if known is not None and known.channel == channel:
        try:
            at.update(Place(known.channel, known.ts), saying, of_card(case))
        except Gone:
            pass  # somebody deleted it: the case gets a new card below
        else:
            return Delivered()
    if known is not None and known.channel != channel and is_private(case, at.council):
        clearing.blank(at, case, known)  # before anything else: others may be reading it
    return _placed(at, case, at.post(channel, saying, of_card(case)), known)


def moved(at: Placing, item: Item, _now: datetime) -> Delivered | Dropped:
    """Blank the card where the case no longer stands."""
    reference, payload = reference_of(item), item.parcel.payload
    old = Place(str(payload["channel"]), str(payload["ts"]))
    case = at.case(reference)
    if is_private(case, at.council):
        stub = cards.private_stub(case)
    else:
        stub = cards.stub(case, at.placed_card(item).channel)
    try:
        at.update(old, stub, {KEY: item.parcel.key, "case": reference})
    except Gone:
        return Dropped("the old card is gone")
    return Delivered()


def _where(at: Placing, item: Item) -> tuple[Case, str, Posting | None]:
    """The case, the channel (an id) where its card belongs, and where it stands."""
    case = at.case(reference_of(item))
    known = at.card_of(case.reference)
    if known is not None and _ended_unread(at, case):
        return case, known.channel, known
    return case, at.api.channel_id(channel_for(case, at.council)), known


def _ended_unread(at: Placing, case: Case) -> bool:
    """A stub that nobody gave to a service ends where it stands."""
    if case.state is not State.CLOSED:
        return False
    with at.store.view() as work:
        stub = work.quarantine.of_case(case.reference)
    return stub is not None and stub.state is not QuarantineState.OPEN


def _placed(at: Placing, case: Case, place: Place, before: Posting | None) -> Delivered:
    """A new card. Where another stood before, that is blanked, and words and history are said again;
    of a private case what stands under former cards goes.
    """
    reference = case.reference
    posting = Posting(card_key(reference), reference, place.channel, place.ts)
    if before is None:
        return Delivered((posting,))
    former = Posting(former_key(before), reference, before.channel, before.ts)
    then: list[Parcel] = [outbox.moved(reference, before.channel, before.ts)]
    with at.store.view() as work:
        if is_private(case, at.council):
            formers = {former, *work.places.formers(reference)}
            then += clearing.when_private(work, at, case, place, formers)
        again = words_again(work, reference, place.ts)
        again += papers_again(work, reference, place.ts)
    if is_private(case, at.council) or not _is_private_place(at, before):
        # What was done while it was private stays there when it is not any more.
        then.append(outbox.before(reference, case.version, place.ts))
    then += again
    return Delivered((posting, former), tuple(then))


def _is_private_place(at: Placing, place: Posting) -> bool:
    private = at.council.channels.private.values()
    return place.channel in map(at.api.channel_id, private)
