"""Filed messages are compared with what stands in their thread, for what Slack told nobody."""

from datetime import datetime

from handlers.notes import Notes
from handlers.slack.notes import kept_time, own_words
from handlers.slack.placing import Placing, reference_of
from models.errors import NotYet, Unavailable, Undeliverable
from models.notes import Version
from models.outbox import Delivered, Dropped, Item


def compared(at: Placing, item: Item, now: datetime) -> Delivered | Dropped:
    """Keep edits and deletions that were missed. When a message was deleted nobody tells: now."""
    channel, thread = str(item.parcel.payload["channel"]), str(item.parcel.payload["thread"])
    try:
        stands = {said.place.ts: said for said in at.api.thread(channel, thread)}
    except Unavailable as error:  # looking can wait, and nothing else waits with it
        raise NotYet(str(error), retry_after=error.retry_after or 30) from error
    except Undeliverable as error:
        return Dropped(str(error))
    notes = Notes(at.store)
    with at.store.view() as work:
        filed = work.notes.of_case(reference_of(item))
    for note in filed:
        if note.spoken is None or (note.spoken.channel, note.spoken.thread) != (channel, thread):
            continue
        said = stands.get(note.spoken.ts)
        if said is None:
            notes.deleted(channel, note.spoken.ts, now, now)
        elif said.edited:
            version = Version(own_words(said.text), kept_time(said.edited), said.edited)
            notes.edited(channel, note.spoken.ts, version, now)
    return Delivered()
