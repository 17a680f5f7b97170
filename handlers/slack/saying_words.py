"""Says a message's own words under its card; a long one's whole text is put there as a file."""

from datetime import datetime

from handlers.gathering import family
from handlers.slack import threads
from handlers.slack.placing import Placing, number_of, put_once, reference_of
from models.errors import Gone, Undeliverable
from models.outbox import Delivered, Dropped, Item
from models.store_port import Work


def words(at: Placing, item: Item, now: datetime) -> Delivered | Dropped:
    """Say them. Where Slack takes no file the whole stands in the thread, in as many posts as it takes:
    nothing is left out.
    """
    reference, id_ = reference_of(item), number_of(item, "message")
    with at.store.view() as work:
        stored = work.messages.get(id_)
        hashes = [a.sha256 for a in stored.message.attachments] if stored else []
        scanned = work.contents.verdicts(hashes)
        of, number = _numbered(work, reference, id_)
    if stored is None:
        return Dropped("the message is no longer kept")
    at.in_parts(item, threads.words(stored, scanned), now)
    if threads.is_long(stored):
        try:
            put_once(at, item, threads.whole(stored, of, number))
        except Gone:
            raise  # somebody deleted the card in this moment: it is said under a new one
        except Undeliverable:
            at.in_parts(item, threads.rest(stored), now, "rest:")
    return Delivered()


def _numbered(work: Work, reference: str, message: int) -> tuple[str, int]:
    """The case that a message came on, itself or merged into this one, and its number there: a name
    that stays, whatever is merged later.
    """
    for one in (reference, *family(work, reference)):
        numbers = [stored.id for stored in work.messages.of_case(one)]
        if message in numbers:
            return one, numbers.index(message) + 1
    return reference, message
