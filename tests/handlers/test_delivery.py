"""What a pass over the outbox does with an item that fails in a way nobody foresaw (E33)."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from handlers.delivery import Delivery
from models import outbox
from models.history import Event
from models.letter import Letter, LetterKind
from models.outbox import Delivered, Item, Kind, Lane, State
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)


@pytest.fixture(autouse=True)
def logged() -> Iterator[list]:
    """A traceback in colours takes long to print."""
    with capture_logs() as entries:
        yield entries


class Courier:
    """Carries everything but what a bug of its own breaks off."""

    def __init__(self, breaks: Callable[[Item], bool]) -> None:
        self.breaks, self.carried, self.looked_for = breaks, list[str](), 0
        self.error: Exception = KeyError("bug")
        self.meanwhile: Callable[[], None] = lambda: None

    def deliver(self, item: Item, _now: datetime) -> Delivered:
        self.meanwhile()
        if self.breaks(item):
            raise self.error
        self.carried.append(item.parcel.key)
        return Delivered()

    def find(self, _item: Item, _now: datetime) -> None:
        self.looked_for += 1


def passes(office: TestOffice, courier: Courier, lane: Lane, hours: int = 12) -> Counter[State]:
    """The lane, delivered every ten minutes for some hours."""
    delivery = Delivery(office.store, dict.fromkeys(Kind, courier), office.council)
    ended: Counter[State] = Counter()
    for minute in range(0, hours * 60, 10):
        ended += delivery.deliver_due(lane, lambda m=minute: NOW + timedelta(minutes=m))
    return ended


def answer(reference: str) -> Letter:
    return Letter(
        LetterKind.RESPONSE, reference, "jo@post.example", "s", "t", "<p>t", "<carebot.1@x>", None,
        (), False, approved=True,
    )  # fmt: skip


def test_e33_an_item_that_a_bug_breaks_off_starves_no_other_and_is_given_up_in_the_end(
    office: TestOffice,
) -> None:
    courier = Courier(lambda item: item.parcel.key == "alarm:poison")
    with office.store.work() as work:
        for key in ("poison", *(f"good{n}" for n in range(60))):
            work.outbox.add(outbox.alarm(key, "lead", "x"), NOW)
    first = passes(office, courier, Lane.SLACK, hours=1)
    assert len(courier.carried) == 60
    assert State.FAILED not in first
    delivery = Delivery(office.store, dict.fromkeys(Kind, courier), office.council)
    later = Counter[State]()
    for hours in range(1, 12):
        later += delivery.deliver_due(Lane.SLACK, lambda h=hours: NOW + timedelta(hours=h + 1))
    assert later[State.FAILED] == 1
    assert courier.looked_for == 9  # each try but the first


def test_e33_a_letter_that_a_bug_breaks_off_is_of_unknown_end_and_its_case_says_so(
    office: TestOffice, logged: list
) -> None:
    case = office.case(office.receive(email(), NOW).reference)
    courier = Courier(lambda item: item.parcel.kind is Kind.LETTER)
    ended = passes(office, courier, Lane.EMAIL)
    assert (ended[State.UNKNOWN], ended[State.SENT]) == (1, 0)
    assert courier.looked_for > 0
    with office.store.view() as work:
        told = [e for e in work.cases.history(case.reference) if e.event is Event.LETTER_UNKNOWN]
    assert len(told) == 1
    references = {entry["reference"] for entry in logged if entry["event"] == "delivery_broke_off"}
    assert any(reference in str(told[0].details["reason"]) for reference in references)


def test_e33_a_letter_that_cannot_even_be_read_does_not_hold_up_the_next(
    office: TestOffice,
) -> None:
    courier = Courier(lambda _item: False)
    broken = outbox.letter(answer("CC-2026-00009"), 5)
    with office.store.work() as work:
        work.outbox.add(outbox.Parcel(broken.key, Kind.LETTER, None, {"kind": "response"}), NOW)
    office.receive(email(), NOW)
    ended = passes(office, courier, Lane.EMAIL)
    assert (ended[State.SENT], ended[State.FAILED]) == (1, 1)


def test_e33_what_another_bot_ended_meanwhile_stays_as_it_ended(office: TestOffice) -> None:
    office.receive(email(), NOW)
    courier = Courier(lambda _item: False)

    def another_bot() -> None:
        late = NOW + timedelta(hours=1)
        with office.store.work() as work:
            (item,) = work.outbox.claim(Lane.EMAIL, late, 9, timedelta(minutes=5))
            work.outbox.give_up(item, "nobody knows", late, unknown=True)

    courier.meanwhile = another_bot
    delivery = Delivery(office.store, {Kind.LETTER: courier}, office.council)
    assert delivery.deliver_due(Lane.EMAIL, lambda: NOW) == {State.PENDING: 1}
    with office.store.view() as work:
        assert work.outbox.counts()[State.UNKNOWN] == 1
