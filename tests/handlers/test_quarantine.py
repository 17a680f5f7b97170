from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta

import pytest

from handlers.quarantine import Quarantine
from handlers.unread import TOLD_ONE_BY_ONE
from models.case import Classification, State
from models.errors import Refused, Unavailable
from models.history import Event
from models.ledger import Arrival
from models.message import Origin, RawMessage
from models.outbox import Kind
from models.people import operator
from models.prediction import Category
from models.quarantine import STUB_SUBJECT, Quarantined, QuarantineState
from models.store_port import Store, Work
from models.threads import Why
from tests.support.casework import entry, seen
from tests.support.council import utc
from tests.support.office import TestOffice, email
from tests.support.poison import PoisonedReader

# A Friday; the clock of an enquiry runs ten working days, that of a complaint fifteen.
NOW = utc(2026, 11, 27)
LATER = NOW + timedelta(hours=5)
ALEX = operator("alex")
BINS = "Not emptied. #poison #missed_bin complaint"


class Ward:
    """An office whose reader cannot read poison until it is mended."""

    def __init__(self, office: TestOffice) -> None:
        self.reader = PoisonedReader(office.intake.read)  # type: ignore[arg-type]
        office.intake = replace(office.intake, read=self.reader)
        self.office = office
        self.quarantine = Quarantine(office.store, lambda: office.intake)

    def poison(self, text: str = BINS, **headers: str) -> Quarantined:
        self.office.receive(email(text, **headers), NOW)
        return self.quarantine.listed()[-1]

    def events(self, reference: str | None) -> list[Event]:
        assert reference is not None
        with self.office.store.view() as work:
            return [entry.event for entry in work.cases.history(reference)]


@pytest.fixture
def ward(office: TestOffice) -> Ward:
    return Ward(office)


def test_a12_what_cannot_be_read_has_its_bytes_a_booking_and_a_case_whose_clock_runs(
    ward: Ward,
) -> None:
    taken = ward.office.receive(email(BINS), NOW)
    assert taken.arrival is Arrival.QUARANTINED
    case = ward.office.case(taken.reference)
    assert (case.state, case.subject, case.received_at) == (State.TRIAGE, STUB_SUBJECT, NOW)
    assert case.stage.respond_by == date(2026, 12, 11)
    quarantined, content = ward.quarantine.look(1)
    assert content == email(BINS)
    assert (quarantined.reference, quarantined.size) == (taken.reference, len(content))
    assert quarantined.why == "not even a text can be shown"
    kinds = [parcel.kind for parcel in ward.office.waiting()]
    assert kinds == [Kind.CARD, Kind.QUARANTINE]


def test_a12_a_bug_in_reading_is_quarantined_too_and_the_next_message_is_taken_in(
    ward: Ward,
) -> None:
    bug = ward.office.receive(email("#poison-bug"), NOW)
    assert (bug.arrival, bug.reason) == (
        Arrival.QUARANTINED,
        "it could not be taken in (RecursionError)",
    )
    assert ward.office.receive(email(), NOW).arrival is Arrival.CASE


def test_a12_the_same_bytes_in_a_second_mailbox_have_one_case_and_both_places_are_booked(
    ward: Ward,
) -> None:
    first = ward.office.receive(email(BINS), NOW, account="one")
    second = ward.office.receive(email(BINS), NOW, account="two")
    assert (second.arrival, second.reference) == (Arrival.DUPLICATE, first.reference)
    assert len(ward.quarantine.listed()) == 1
    with ward.office.store.view() as work:
        one, two = work.ledger.tallies(NOW, LATER)
    assert (one.arrived, one.copies, two.arrived, two.copies) == (1, 0, 0, 1)


@pytest.mark.parametrize("text", ["Not emptied. #missed_bin enquiry", "A #missed_bin complaint"])
def test_a12_what_is_read_after_all_has_its_earlier_contact_and_its_place(
    ward: Ward, text: str
) -> None:
    before = ward.office.receive(email(text, Message_ID="<0@x>"), NOW - timedelta(days=14))
    stub = ward.poison("12 Mill Lane. #poison #missed_bin enquiry")
    ward.reader.mended = True
    ward.quarantine.replay(stub.number, ALEX, LATER)
    case = ward.office.case(stub.reference)
    assert case.contact is not None
    assert case.contact.failed_again == before.reference
    assert case.state is State.TRIAGE
    with ward.office.store.view() as work:
        assert len(work.locations.of_case(stub.reference)) == 2


def test_a12_where_somebody_decided_meanwhile_no_decision_is_announced(ward: Ward) -> None:
    text = "Not emptied. #missed_bin enquiry"
    ward.office.receive(email(text, Message_ID="<0@x>"), NOW - timedelta(days=14))
    stub = ward.poison("12 Mill Lane. #poison #missed_bin enquiry")
    case = ward.office.case(stub.reference)
    to = Classification(Category.GENERAL_ENQUIRY, "waste_recycling", None, None)
    ward.office.casework.reclassify(seen(ward.office, case.reference), to, ALEX, NOW)
    ward.reader.mended = True
    ward.quarantine.replay(stub.number, ALEX, LATER)
    assert ward.office.case(stub.reference).state is State.OPEN
    linked = entry(ward.office, case.reference, Event.LINKED)
    assert linked.details["why"] == Why.SAME_MATTER


def test_a12_replayed_the_stub_becomes_the_real_case_with_its_reference_and_receipt(
    ward: Ward,
) -> None:
    stub = ward.poison()
    ward.reader.mended = True
    replayed = ward.quarantine.replay(stub.number, ALEX, LATER)
    assert replayed.placed is not None
    assert (replayed.placed.arrival, replayed.placed.reference) == (Arrival.CASE, stub.reference)
    case = ward.office.case(stub.reference)
    assert (case.state, case.category, case.service) == (
        State.OPEN,
        Category.COMPLAINT,
        "waste_recycling",
    )
    assert (case.subject, case.customer.address) == ("Bins", "jo@post.example")
    assert case.received_at == NOW
    assert case.stage.respond_by == date(2026, 12, 18)
    with ward.office.store.view() as work:
        (stored,) = work.messages.of_case(stub.reference)
        booking = work.ledger.booking(stub.number)
    assert stored.message.received_at == NOW
    assert booking is not None
    assert booking.arrival is Arrival.QUARANTINED
    assert booking.overruled is not None
    assert booking.overruled.reference == stub.reference
    assert booking.overruled.by == "operator:alex"
    kinds = [parcel.kind for parcel in ward.office.waiting()]
    assert kinds.count(Kind.LETTER) == kinds.count(Kind.WORDS) == 1
    assert Event.READ_AFTER_ALL in ward.events(stub.reference)
    assert ward.quarantine.look(stub.number)[0].state is QuarantineState.REPLAYED


def test_a12_replaying_twice_does_nothing_twice(ward: Ward) -> None:
    stub = ward.poison()
    ward.reader.mended = True
    first = ward.quarantine.replay(stub.number, ALEX, LATER)
    waiting, events = len(ward.office.waiting()), ward.events(stub.reference)
    second = ward.quarantine.replay(stub.number, ALEX, LATER)
    assert (second.again, second.placed) == (True, replace(first.placed, reason=""))
    assert (len(ward.office.waiting()), ward.events(stub.reference)) == (waiting, events)


def test_a12_what_still_cannot_be_read_stays_with_the_new_reason_and_one_case(ward: Ward) -> None:
    stub = ward.poison("#poison-bug")
    replayed = ward.quarantine.replay(stub.number, ALEX, LATER)
    assert (replayed.placed, replayed.reason) == (None, "it could not be taken in (RecursionError)")
    again = ward.quarantine.look(stub.number)[0]
    assert (again.tries, again.state) == (2, QuarantineState.OPEN)
    assert ward.events(stub.reference) == [Event.OPENED]


def test_a12_replayed_days_later_it_is_not_acknowledged_by_itself(ward: Ward) -> None:
    stub = ward.poison()
    ward.reader.mended = True
    ward.quarantine.replay(stub.number, ALEX, NOW + timedelta(days=9))
    assert Event.ACKNOWLEDGEMENT_WITHHELD in ward.events(stub.reference)
    assert ward.office.waiting(Kind.LETTER) == []


def test_a12_replayed_as_a_reply_it_goes_to_its_case_and_the_stub_says_where(ward: Ward) -> None:
    first = ward.office.receive(email(), NOW)
    stub = ward.poison(Message_ID="<2@x>", In_Reply_To="<first@post.example>")
    ward.reader.mended = True
    placed = ward.quarantine.replay(stub.number, ALEX, LATER).placed
    assert placed is not None
    assert (placed.arrival, placed.reference) == (Arrival.REPLY, first.reference)
    ended = ward.office.case(stub.reference)
    assert ended.state is State.CLOSED
    with ward.office.store.view() as work:
        entry = work.cases.history(stub.reference)[-1]
    assert str(first.reference) in str(entry.details["reason"])


@pytest.mark.parametrize(
    ("headers", "arrival"),
    [({"Auto_Submitted": "auto-replied"}, Arrival.AUTOMATIC), ({}, Arrival.CASE)],
)
def test_a12_a_replayed_machines_message_is_filed_and_its_stub_ends(
    ward: Ward, headers: dict[str, str], arrival: Arrival
) -> None:
    stub = ward.poison(**headers)
    ward.reader.mended = True
    placed = ward.quarantine.replay(stub.number, ALEX, LATER).placed
    assert placed is not None
    assert placed.arrival is arrival
    ended = ward.office.case(stub.reference).state is State.CLOSED
    assert ended is (arrival is Arrival.AUTOMATIC)


def test_a12_what_a_person_decided_on_the_stub_holds_when_it_is_replayed(ward: Ward) -> None:
    from handlers.seen import Seen
    from models.case import Classification, Level
    from models.people import staff

    stub = ward.poison()
    to = Classification(Category.COMPLAINT, "housing", None, Level.LEVEL_ONE)
    ward.office.casework.reclassify(Seen(stub.reference, 1), to, staff("U1"), NOW)
    ward.reader.mended = True
    ward.quarantine.replay(stub.number, ALEX, LATER)
    case = ward.office.case(stub.reference)
    assert (case.service, case.level, case.subject) == ("housing", Level.LEVEL_ONE, "Bins")


def test_a12_dismissed_with_a_reason_it_ends_and_can_be_taken_up_again(ward: Ward) -> None:
    stub = ward.poison()
    with pytest.raises(Refused, match="Say why"):
        ward.quarantine.dismiss(stub.number, " ", ALEX, LATER)
    ward.quarantine.dismiss(stub.number, "spam, seen in Outlook", ALEX, LATER)
    ward.quarantine.dismiss(stub.number, "again", ALEX, LATER)
    put_aside = ward.quarantine.look(stub.number)[0]
    assert (put_aside.state, put_aside.reason, put_aside.ended_by, put_aside.ended_at) == (
        QuarantineState.DISMISSED,
        "spam, seen in Outlook",
        "operator:alex",
        LATER,
    )
    assert ward.office.case(stub.reference).state is State.CLOSED
    with ward.office.store.view() as work:
        assert work.quarantine.unsettled() == ()
    with pytest.raises(Refused, match="take it up again"):
        ward.quarantine.replay(stub.number, ALEX, LATER)
    ward.quarantine.undo(stub.number, ALEX, LATER)
    assert ward.office.case(stub.reference).state is State.TRIAGE
    assert ward.events(stub.reference) == [Event.OPENED, Event.PUT_ASIDE, Event.TAKEN_UP_AGAIN]
    with ward.office.store.view() as work:
        assert len(work.quarantine.unsettled()) == 1


def test_a12_a_stub_that_staff_dealt_with_and_closed_no_longer_waits(ward: Ward) -> None:
    from handlers.seen import Seen
    from models.case import Classification
    from models.people import staff

    stub, priya = ward.poison(), staff("U1")
    to = Classification(Category.GENERAL_ENQUIRY, "housing", None, None)
    ward.office.casework.reclassify(Seen(stub.reference, 1), to, priya, NOW)
    with pytest.raises(Refused, match="as any case does"):
        ward.quarantine.dismiss(stub.number, "done", ALEX, LATER)
    ward.office.casework.close(Seen(stub.reference, 2), "rang them", None, priya, NOW)
    with ward.office.store.view() as work:
        assert work.quarantine.unsettled() == ()


def test_a12_a_hundred_poison_messages_are_a_hundred_cases_and_a_few_posts(ward: Ward) -> None:
    for n in range(100):
        ward.poison(f"#poison {n}", Message_ID=f"<{n}@x>")
    waiting = ward.office.waiting()
    cards = [p for p in waiting if p.kind is Kind.CARD]
    counted = [p for p in waiting if p.kind is Kind.QUARANTINE and p.reference is None]
    assert (len(cards), len(counted)) == (TOLD_ONE_BY_ONE, 1)
    assert len({q.reference for q in ward.quarantine.listed()}) == 100
    with ward.office.store.view() as work:
        assert work.quarantine.count_folded(NOW, LATER) == 100 - TOLD_ONE_BY_ONE
        assert work.ledger.unaccounted(NOW, LATER) == ()


def test_a12_one_of_a_flood_gets_its_card_when_it_is_replayed_and_none_when_put_aside(
    ward: Ward,
) -> None:
    for n in range(TOLD_ONE_BY_ONE + 2):
        ward.poison(f"#poison {n}", Message_ID=f"<{n}@x>")
    *_, replayed, aside = ward.quarantine.listed()
    ward.reader.mended = True
    ward.quarantine.dismiss(aside.number, "spam", ALEX, LATER)
    ward.quarantine.replay(replayed.number, ALEX, LATER)
    with_cards = {p.reference for p in ward.office.waiting(Kind.CARD)}
    assert replayed.reference in with_cards
    assert aside.reference not in with_cards


def no_date(**headers: str) -> Callable[[Ward], int]:
    def receive(ward: Ward) -> int:
        ward.office.receive(email(), NOW)
        ward.office.receive(email("I am away. #noise enquiry", Message_ID="<2@x>", **headers), NOW)
        return 2

    return receive


def test_f36_an_automatic_message_is_made_a_case_at_a_persons_word_once(ward: Ward) -> None:
    number = no_date(Auto_Submitted="auto-replied")(ward)
    made = ward.quarantine.make_case(number, ALEX, LATER)
    assert made.placed is not None
    case = ward.office.case(made.placed.reference)
    assert (case.subject, case.received_at, case.service) == ("Bins", NOW, "environmental_health")
    assert ward.events(case.reference) == [
        Event.OPENED,
        Event.ACKNOWLEDGEMENT_WITHHELD,
        Event.MADE_A_CASE,
    ]
    waiting = len(ward.office.waiting())
    again = ward.quarantine.make_case(number, ALEX, LATER)
    assert (again.again, again.placed) == (True, replace(made.placed, reason=""))
    assert len(ward.office.waiting()) == waiting


def test_f36_a_duplicate_is_made_a_case_and_the_ledger_keeps_its_first_booking(ward: Ward) -> None:
    ward.office.receive(email(), NOW)
    ward.office.receive(email(), NOW)
    made = ward.quarantine.make_case(2, ALEX, LATER)
    assert made.placed is not None
    with ward.office.store.view() as work:
        booking = work.ledger.booking(2)
        assert work.ledger.counts(NOW, LATER) == {Arrival.CASE: 1, Arrival.DUPLICATE: 1}
        assert work.ledger.unaccounted(NOW, LATER) == ()
    assert booking is not None
    assert booking.reason
    assert booking.overruled is not None
    assert booking.overruled.reference == made.placed.reference
    assert len(ward.office.waiting(Kind.LETTER)) == 1


def test_f36_what_was_not_filed_away_cannot_be_undone(ward: Ward) -> None:
    ward.office.receive(email(), NOW)
    with pytest.raises(Refused, match="nothing to undo"):
        ward.quarantine.make_case(1, ALEX, LATER)
    with pytest.raises(Refused, match="no booking number 7"):
        ward.quarantine.make_case(7, ALEX, LATER)


def test_a12_what_the_server_did_not_hand_over_cannot_be_replayed_from_its_header(
    ward: Ward,
) -> None:
    raw = RawMessage(
        b"Subject: Bins\r\n\r\n",
        Origin("one", "INBOX", 1, 9),
        NOW,
        lacking="the mail server does not hand over this message (NO). Open it in the mailbox.",
        unfetchable=True,
    )
    taken = ward.office.intake.take_in(raw, NOW)
    assert taken.arrival is Arrival.QUARANTINED
    (stub,) = ward.quarantine.listed()
    replayed = ward.quarantine.replay(stub.number, ALEX, LATER)
    assert (replayed.placed, replayed.reason) == (None, raw.lacking)
    assert ward.office.case(stub.reference).state is State.TRIAGE


def test_a12_a_store_that_is_full_quarantines_nothing_and_the_message_is_taken_in_later(
    ward: Ward,
) -> None:
    connection = ward.office.store._connection()  # type: ignore[attr-defined]
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    raw = RawMessage(email("Bins. #missed_bin complaint" * 9_000), Origin("a", "b", 1, 1), NOW)
    with pytest.raises(Unavailable, match="the store cannot be used now"):
        ward.office.intake.take_in(raw, NOW)
    connection.execute("PRAGMA max_page_count = 1000000")
    assert ward.office.intake.take_in(raw, NOW).arrival is Arrival.CASE
    assert ward.quarantine.listed() == ()


class BusyOnce:
    """A store whose first unit of work finds the file busy; nothing else of it is asked for."""

    def __init__(self, store: Store) -> None:
        self._store, self._busy = store, True

    def work(self) -> AbstractContextManager[Work]:
        if self._busy:
            self._busy = False
            raise Unavailable("the store cannot be used now: database is locked")
        return self._store.work()


def test_a12_a_store_that_is_busy_for_a_moment_does_not_put_a_good_message_into_quarantine(
    ward: Ward,
) -> None:
    busy = replace(ward.office.intake, store=BusyOnce(ward.office.store))  # type: ignore[arg-type]
    raw = RawMessage(email(), Origin("a", "b", 1, 1), NOW)
    with pytest.raises(Unavailable):
        busy.take_in(raw, NOW)
    assert ward.quarantine.listed() == ()
    assert busy.take_in(raw, NOW).arrival is Arrival.CASE


def test_a12_a_stub_in_an_open_channel_does_not_name_the_private_case_its_message_stands_with(
    ward: Ward,
) -> None:
    private = ward.office.receive(email("He hits her. #missed_bin complaint !safeguarding"), NOW)
    quarantined = ward.poison(Message_ID="<2@x>", In_Reply_To="<first@post.example>")
    ward.reader.mended = True
    placed = ward.quarantine.replay(quarantined.number, ALEX, NOW).placed
    assert placed is not None
    assert placed.reference == private.reference
    with ward.office.store.view() as work:
        history = work.cases.history(quarantined.reference)
    assert "a private case" in str(history[-1].details["reason"])
    assert str(private.reference) not in str(history[-1].details)
