"""When a case becomes private, what carebot said of it in other channels goes (requirement 33).

Each step looks at what stands there and takes away what is left: repeated, it changes nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from handlers.slack import cards, redacting, threads
from handlers.slack.api import Place, Said, Saying
from handlers.slack.naming import named
from handlers.slack.placing import KEY, Placing, reference_of
from models import outbox
from models.case import Case
from models.channels import is_private, may_name
from models.errors import Gone, NotYet, Undeliverable
from models.outbox import Delivered, Dropped, Item, Parcel, Posting
from models.store_port import Work

# A lease of the outbox has time for so many.
_AT_ONCE = 25


def blank(at: Placing, case: Case, old: Posting) -> bool:
    """The former card says no more than that the case is handled elsewhere; whether Slack took that."""
    metadata = {KEY: f"moved:{case.reference}:{old.channel}:{old.ts}", "case": case.reference}
    return _updated(at, Place(old.channel, old.ts), cards.private_stub(case), metadata)


def take_away(at: Placing, place: Place, metadata: Mapping[str, str]) -> None:
    """A message of ours without files goes; what Slack will not delete says nothing any more."""
    try:
        at.api.delete(place)
    except Gone:
        return
    except Undeliverable:
        _updated(at, place, redacting.NOTHING, metadata)


def cleared(at: Placing, item: Item, now: datetime) -> Delivered | Dropped:
    """Everything of ours under a former card is deleted, with the files; colleagues' words are theirs
    to delete, which is said where the case stands now.
    """
    case, old = at.case(reference_of(item)), _old(item)
    if not is_private(case, at.council):
        return Dropped("the case is not private any more")
    blanked = blank(at, case, old)
    try:
        stands = at.api.thread(old.channel, old.ts)
    except Gone:
        return Delivered()
    replies = [said for said in stands if said.place.ts != old.ts]
    left = _left_of(at, [said for said in replies if said.is_ours])
    _tell_what_stays(
        at,
        item,
        colleagues=len([said for said in replies if _is_a_persons(said)]),
        ours=left + (not blanked),
        now=now,
    )
    return Delivered()


def unnamed(at: Placing, item: Item, _now: datetime) -> Delivered | Dropped:
    """Lines of ours that name the case go, from another case's thread or from a channel; of that a
    stretch at a time, the newest first.
    """
    case, place = at.case(reference_of(item)), _old(item)
    if not is_private(case, at.council):
        return Dropped("the case is not private any more")
    try:
        if place.ts:
            _take_lines_out(at, at.api.thread(place.channel, place.ts), case.reference)
            return Delivered()
        before = str(item.parcel.payload.get("before", ""))
        stretch = at.api.stretch(place.channel, case.received_at, before)
    except Gone:
        return Delivered()
    _take_lines_out(at, stretch.said, case.reference)
    if not (stretch.has_more and stretch.said):
        return Delivered()
    return Delivered(then=(outbox.unnamed_before(item.parcel, stretch.said[-1].place.ts),))


def _take_lines_out(at: Placing, stands: Iterable[Said], reference: str) -> None:
    """Raises NotYet where it is enough for one attempt."""
    changed = 0
    for said in stands:
        if said.is_ours and not _is_card(said) and redacting.names(said, reference):
            if changed == _AT_ONCE:
                raise NotYet("more is to be taken out", retry_after=1)
            saying = redacting.without(Saying(said.text, said.blocks), reference)
            changed += _updated(at, said.place, saying, said.metadata)


def when_private(
    work: Work, at: Placing, case: Case, place: Place, formers: Collection[Posting]
) -> tuple[Parcel, ...]:
    """What is to be done in other channels once the card of a private case stands at `place`."""
    elsewhere = [former for former in formers if former.channel != place.channel]
    elsewhere.sort(key=lambda former: former.key)
    return tuple(_steps(work, at, case, place, elsewhere))


def _steps(
    work: Work, at: Placing, case: Case, place: Place, formers: Sequence[Posting]
) -> Iterator[Parcel]:
    reference, ts = case.reference, place.ts
    for former in formers:
        yield outbox.cleared(reference, former.channel, former.ts, ts)
    lead = at.api.channel_id(at.council.channels.lead)
    for channel in sorted({former.channel for former in formers} | {lead}):
        if channel != place.channel:
            yield outbox.unnamed(reference, channel, "", ts)
    for other in _others(work, at, case):
        yield outbox.card_again(other.reference, other.version, f"without:{reference}:{ts}")
        card = work.places.get(f"card:{other.reference}")
        if card is not None:
            yield outbox.unnamed(reference, card.channel, card.ts, ts)


def _others(work: Work, at: Placing, case: Case) -> Iterator[Case]:
    """Cases that name this one, and may not any more."""
    history = work.cases.history(case.reference)
    linked = {reference for entry in history for reference in named(entry)}
    for reference in sorted(linked | set(work.cases.naming(case.reference))):
        other = work.cases.get(reference)
        if other is not None and not may_name(other, case, at.council):
            yield other


def _left_of(at: Placing, ours: Sequence[Said]) -> int:
    """How many Slack would neither delete nor blank. Raises NotYet where it is enough for one attempt."""
    gone = left = 0
    for said in ours:
        if said.text == redacting.NOTHING.text and not said.files:
            continue
        if gone == _AT_ONCE:
            raise NotYet("more is to be deleted", retry_after=1)
        if _deleted(at, said):
            gone += 1
        else:
            left += 1
    return left


def _deleted(at: Placing, said: Said) -> bool:
    """The files first: with the message it would be forgotten which they were. What Slack will not
    delete is blanked; whether nothing of it is left to read.
    """
    files = [_file_deleted(at, file.id) for file in said.files]
    emptied = all(files)
    try:
        at.api.delete(said.place)
    except Gone:
        return emptied
    except Undeliverable:
        return _updated(at, said.place, redacting.NOTHING, said.metadata) and emptied
    return emptied


def _file_deleted(at: Placing, id_: str) -> bool:
    try:
        at.api.delete_file(id_)
    except Gone:
        return True
    except Undeliverable:
        return False
    return True


def _updated(at: Placing, place: Place, saying: Saying, metadata: Mapping[str, str]) -> bool:
    """Whether a message says this now, or nothing any more. A refusal holds up nothing else."""
    try:
        at.update(place, saying, metadata)
    except Gone:
        return True
    except Undeliverable:
        return False
    return True


def _tell_what_stays(at: Placing, item: Item, *, colleagues: int, ours: int, now: datetime) -> None:
    """Once, where the case stands now: a person must see to it."""
    key = f"{item.parcel.key}:stays"
    if not (colleagues or ours) or at.find_in_thread(at.placed_card(item), key):
        return
    try:
        link = at.api.link(_place(item))
    except Undeliverable:
        link = ""
    where = f"<{link}|the former thread>" if link else "the former thread"
    said = [f"{_messages(colleagues)} of colleagues"] if colleagues else []
    said += [f"{_messages(ours)} of carebot's that Slack will not delete"] if ours else []
    text = (
        f"*{' and '.join(said)} still stand in {where}*, which others can read. carebot deletes only "
        "what it wrote itself: please have deleted there what tells of this case"
    )
    at.in_thread(item, threads.line(text), now, key)


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


def _is_a_persons(said: Said) -> bool:
    return bool(said.user) and not said.is_ours and bool(said.text or said.files)


def _is_card(said: Said) -> bool:
    """Cards are drawn anew from their cases; stubs name what they stood for."""
    return said.metadata.get(KEY, "").startswith(("card:", "moved:"))


def _old(item: Item) -> Posting:
    place = _place(item)
    return Posting("", item.parcel.reference, place.channel, place.ts)


def _place(item: Item) -> Place:
    return Place(str(item.parcel.payload["channel"]), str(item.parcel.payload["ts"]))
