"""Earlier cases on the matter of a message that becomes a case: of its sender, or at its place."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.case import Case
from models.channels import may_stand_beside
from models.contact import By, Contact, Earlier
from models.council import Council
from models.forwarding import is_staff, offered
from models.joining import going_on
from models.locations import (
    Located,
    Location,
    PlaceKind,
    differ,
    elsewhere,
    locations,
    normalised,
    without_signatures,
)
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
    may hold a case that came in first and was received later. Of them, `nameable` may be named
    wherever the message's case will stand: one of these is pointed out before a newer private one.
    """

    contact: Contact
    found: tuple[Found, ...]
    places: frozenset[Location]
    nameable: tuple[Found, ...] = ()

    @property
    def failed_again(self) -> Case | None:
        """The case that should have been the end of it."""
        cases = (one.case for one in self.found)
        return next((c for c in cases if c.reference == self.contact.failed_again), None)

    def open_of_the_sender(self, topic: str, since: datetime) -> Case | None:
        """The sender's newest open case on this very topic."""
        known = (*self.nameable, *self.found)
        cases = (one.case for one in known if one.by is By.SENDER and one.case.is_open)
        return next((c for c in cases if c.topic == topic and c.received_at >= since), None)

    def open_at_the_spot(self, topic: str, since: datetime) -> Case | None:
        """Somebody else's newest open case about the same heap, hole or noise."""
        known = (*self.nameable, *self.found)
        cases = (one.case for one in known if is_same_spot(one, topic) and one.case.is_open)
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
    What is taken out of the case `part_of` is not earlier than the other parts of its email.
    """
    topics = near(prediction.topic, council.catalogue)
    places = _places(message, prediction.topic, council)
    search = _Search(work, council, message, prediction, places, topics)
    found = _of_the_sender(search)
    found += _at_the_place(search, found)
    found = _going_on(work, found)
    if part_of is not None:
        found = tuple(one for one in found if not _is_of_the_same_email(search, one.case))
    earlier = [one for one in found if _counts(search, one)]
    again = None
    if earlier and may_have_failed(prediction):
        again = failed_again(prediction, earlier, _told(message), message.received_at, council)
    # The case that failed is named whatever else was found.
    earlier.sort(key=lambda one: one is not again)
    kept = tuple(Earlier(one.case.reference, one.by) for one in earlier[:_MOST])
    contact = Contact(kept, again.case.reference if again else None)
    nameable = (one for one in found if may_stand_beside(prediction.flags, one.case, council))
    return EarlierContact(contact, found, places, tuple(nameable))


def _counts(search: _Search, one: Found) -> bool:
    """An open case may be pointed out for longer than it counts as earlier contact."""
    replying, received = search.council.replying, one.case.received_at
    by_sender = one.by is By.SENDER
    days = replying.same_sender_within_days if by_sender else replying.same_place_within_days
    return search.since(days) <= received <= search.message.received_at


def _going_on(work: Work, found: tuple[Found, ...]) -> tuple[Found, ...]:
    """In the stead of a merged case stands the one that goes on, once: it has not ended with that."""
    goes_on = dict[str, Found]()
    for one in found:
        case = going_on(one.case, work.cases.get)
        goes_on.setdefault(case.reference, replace(one, case=case))
    return tuple(goes_on.values())


def _is_of_the_same_email(search: _Search, case: Case) -> bool:
    stored = search.work.messages.of_case(case.reference)
    return any(one.message.sha256 == search.message.sha256 for one in stored)


def _places(message: Message, topic: str, council: Council) -> frozenset[Location]:
    """Read, and kept, only where a matter has a place: no more is known of a person than is used."""
    where = site(topic)
    if where is Site.UNKNOWN:
        return frozenset()
    is_from_staff = is_staff(message.sender.address, council)
    words = message.own_words
    if is_from_staff or where is Site.OUT:
        words = without_signatures(words, _names(message), only_forwarded=is_from_staff)
    found = locations(f"{message.subject}\n{words}", at_home=where is Site.HOME)
    named = {normalised(name) for name in _names(message)}
    return frozenset(one for one in found if one.name not in named)


def _names(message: Message) -> tuple[str, ...]:
    """People's names, which may end as a street does ("Jenny Wood")."""
    names = (message.sender.name, message.forwarded.name if message.forwarded else "")
    return tuple(filter(None, names))


def _told(message: Message) -> Told:
    return told(f"{message.subject}\n{message.own_words}")


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
    replying = search.council.replying
    address = _sender(search.message, search.council)
    if address is None or replying.same_sender_within_days == 0:
        return ()
    days = max(replying.same_sender_within_days, replying.same_matter_within_days)
    cases = search.work.cases.of_customer(address, search.topics, search.since(days), _LOOKED_AT)
    return tuple(
        Found(case, By.SENDER)
        for case in cases
        if is_same_matter(case, search.prediction) and not _is_elsewhere(search, case)
    )


def _is_elsewhere(search: _Search, case: Case) -> bool:
    """Some people report every fly-tip of their town, or the bins of their mother too: another
    street or another house is another matter.
    """
    where = site(search.prediction.topic)
    if where is Site.UNKNOWN or not search.places:
        return False
    theirs = search.work.locations.of_case(case.reference)
    if where is Site.HOME:
        return differ(search.places, theirs, PlaceKind.ADDRESS)
    return elsewhere(search.places, theirs)


def _is_another_house(search: _Search, one: Located) -> bool:
    """Several towns have a High Street, and each a number 12."""
    if one.location.kind is not PlaceKind.ADDRESS:
        return False
    theirs = search.work.locations.of_case(one.reference)
    return differ(search.places, theirs, PlaceKind.POSTCODE)


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
        if _is_another_house(search, one):
            continue
        case = search.work.cases.get(one.reference) if one.reference not in taken else None
        taken.add(one.reference)
        if case is not None and is_same_matter(case, search.prediction):
            found.append(Found(case, By(one.location.kind.value)))
    return tuple(found)


def _located(search: _Search, places: frozenset[Location], days: int) -> tuple[Located, ...]:
    if not places:
        return ()
    return search.work.locations.at(places, search.topics, search.since(days), _LOOKED_AT)
