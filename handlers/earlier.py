"""Earlier cases on the matter of a message that becomes a case: of its sender, or at its place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.case import Case
from models.contact import By, Contact, Earlier
from models.council import Council
from models.forwarding import is_staff, offered
from models.locations import Located, Location, PlaceKind, elsewhere, locations
from models.message import Message
from models.prediction import Prediction
from models.prior_contact import (
    Found,
    Site,
    failed_again,
    is_same_matter,
    is_same_spot,
    may_have_failed,
    near,
    site,
)
from models.store_port import Work
from models.told_before import Told, told

_MOST = 6
_LOOKED_AT = 20
_CLOSE = frozenset({PlaceKind.ADDRESS, PlaceKind.POSTCODE})


@dataclass(frozen=True, slots=True)
class EarlierContact:
    """What was found: `contact` is kept with the case, `places` are those of the message. `found`
    may hold a case that came in first and was received later.
    """

    contact: Contact
    found: tuple[Found, ...]
    places: frozenset[Location]

    @property
    def failed_again(self) -> Case | None:
        """The case that should have been the end of it."""
        cases = (one.case for one in self.found)
        return next((c for c in cases if c.reference == self.contact.failed_again), None)

    def open_of_the_sender(self, topic: str, since: datetime) -> Case | None:
        """The sender's newest open case on this very topic."""
        cases = (one.case for one in self.found if one.by is By.SENDER and one.case.is_open)
        return next((c for c in cases if c.topic == topic and c.received_at >= since), None)

    def open_at_the_spot(self, topic: str, since: datetime) -> Case | None:
        """Somebody else's newest open case about the same heap, hole or noise."""
        cases = (one.case for one in self.found if is_same_spot(one, topic) and one.case.is_open)
        return next((case for case in cases if case.received_at >= since), None)


@dataclass(frozen=True, slots=True)
class _Search:
    work: Work
    council: Council
    message: Message
    prediction: Prediction
    places: frozenset[Location]
    topics: tuple[str, ...]

    def since(self, days: int) -> datetime:
        return self.message.received_at - timedelta(days=days)


def earlier_contact(
    work: Work,
    council: Council,
    message: Message,
    prediction: Prediction,
    part_of: str | None = None,
) -> EarlierContact:
    """Look for earlier cases on the matter; it is asked before the message has a case of its own.
    What is taken out of the case `part_of` is not earlier than itself.
    """
    topics = near(prediction.topic, council.catalogue)
    places = _places(message, prediction.topic)
    search = _Search(work, council, message, prediction, places, topics)
    found = _of_the_sender(search)
    found += _at_the_place(search, found)
    found = tuple(one for one in found if one.case.reference != part_of)
    earlier = [one for one in found if one.case.received_at <= message.received_at]
    again = None
    if earlier and may_have_failed(prediction):
        again = failed_again(prediction, earlier, _told(message), message.received_at, council)
    kept = tuple(Earlier(one.case.reference, one.by) for one in earlier[:_MOST])
    return EarlierContact(Contact(kept, again.case.reference if again else None), found, places)


def _places(message: Message, topic: str) -> frozenset[Location]:
    """Read, and kept, only where a matter has a place: no more is known of a person than is used."""
    where = site(topic)
    if where is Site.UNKNOWN:
        return frozenset()
    text = f"{message.subject}\n{message.new_text}"
    return locations(text, at_home=where is Site.HOME)


def _told(message: Message) -> Told:
    return told(f"{message.subject}\n{message.new_text}")


def _sender(message: Message, council: Council) -> str | None:
    """The address of whose matter it is. A portal and an officer write for many people: with them an
    address says nothing of who it is.
    """
    original = offered(message, council)
    if original is not None:
        return original.address
    address = message.sender.address
    return None if message.machine is not None or is_staff(address, council) else address


def _of_the_sender(search: _Search) -> tuple[Found, ...]:
    days = search.council.replying.same_sender_within_days
    address = _sender(search.message, search.council)
    if address is None or days == 0:
        return ()
    cases = search.work.cases.of_customer(address, search.topics, search.since(days), _LOOKED_AT)
    return tuple(
        Found(case, By.SENDER)
        for case in cases
        if is_same_matter(case, search.prediction) and not _is_elsewhere(search, case)
    )


def _is_elsewhere(search: _Search, case: Case) -> bool:
    """Some people report every fly-tip of their town: another street is another matter."""
    if site(search.prediction.topic) is not Site.OUT or not search.places:
        return False
    return elsewhere(search.places, search.work.locations.of_case(case.reference))


def _at_the_place(search: _Search, known: tuple[Found, ...]) -> tuple[Found, ...]:
    days = search.council.replying.same_place_within_days
    if not search.places or days == 0:
        return ()
    close = frozenset(one for one in search.places if one.kind in _CLOSE)
    # A busy street's cases must not crowd out those of the very house.
    located = (*_located(search, close, days), *_located(search, search.places - close, days))
    taken = {one.case.reference for one in known}
    found = list[Found]()
    for one in located:
        case = search.work.cases.get(one.reference) if one.reference not in taken else None
        taken.add(one.reference)
        if case is not None and is_same_matter(case, search.prediction):
            found.append(Found(case, By(one.location.kind.value)))
    return tuple(found)


def _located(search: _Search, places: frozenset[Location], days: int) -> tuple[Located, ...]:
    if not places:
        return ()
    return search.work.locations.at(places, search.topics, search.since(days), _LOOKED_AT)
