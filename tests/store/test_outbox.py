from datetime import datetime, timedelta

from models import outbox
from models.outbox import Delivered, Item, Kind, Lane, Parcel, Posting
from models.store_port import Store
from tests.support.council import utc

NOW = utc(2026, 11, 27)
LEASE = timedelta(seconds=15)


def claim(store: Store, now: datetime = NOW, lane: Lane = Lane.SLACK) -> list[Item]:
    with store.work() as work:
        return list(work.outbox.claim(lane, now, 50, LEASE))


def add(store: Store, *parcels: Parcel) -> None:
    with store.work() as work:
        for parcel in parcels:
            work.outbox.add(parcel, NOW)


def keys(items: list[Item]) -> list[str]:
    return [item.parcel.key for item in items]


def test_a_key_is_taken_once_for_ever(store: Store) -> None:
    parcel = outbox.words("CC-1", 1)
    with store.work() as work:
        assert work.outbox.add(parcel, NOW)
        assert not work.outbox.add(parcel, NOW)
    (item,) = claim(store)
    with store.work() as work:
        work.outbox.sent(item, Delivered(), NOW)
        assert not work.outbox.add(parcel, NOW)


def test_items_of_one_case_leave_one_after_the_other(store: Store) -> None:
    add(store, outbox.card("CC-1", 1), outbox.words("CC-1", 1), outbox.card("CC-2", 1))
    first = claim(store)
    assert keys(first) == ["card:CC-1:1", "card:CC-2:1"]
    assert claim(store) == []
    with store.work() as work:
        work.outbox.sent(first[0], Delivered(), NOW)
    assert keys(claim(store)) == ["words:CC-1:1"]


def test_redraws_of_a_card_that_waits_are_folded_into_one(store: Store) -> None:
    add(store, outbox.card("CC-1", 1), outbox.card("CC-1", 2), outbox.card("CC-1", 3))
    assert keys(claim(store)) == ["card:CC-1:1"]


def test_a_redraw_asked_for_while_the_card_is_being_drawn_is_not_lost(store: Store) -> None:
    add(store, outbox.card("CC-1", 1))
    (item,) = claim(store)
    add(store, outbox.card("CC-1", 2))
    with store.work() as work:
        work.outbox.sent(item, Delivered(), NOW)
    assert keys(claim(store)) == ["card:CC-1:2"]


def test_a_lease_that_ran_out_gives_the_item_to_the_next_and_says_that_it_was_begun(
    store: Store,
) -> None:
    add(store, outbox.card("CC-1", 1))
    (first,) = claim(store)
    with store.work() as work:
        assert work.outbox.begin(first, NOW, LEASE)
    assert claim(store, NOW + LEASE / 2) == []
    (second,) = claim(store, NOW + LEASE)
    assert (second.begun, second.attempts) == (True, 2)


def test_who_lost_the_lease_cannot_begin(store: Store) -> None:
    add(store, outbox.card("CC-1", 1))
    (first,) = claim(store)
    (second,) = claim(store, NOW + LEASE)
    with store.work() as work:
        assert not work.outbox.begin(first, NOW, LEASE * 3)
        assert work.outbox.begin(second, NOW, LEASE * 3)


def test_a_retry_waits_for_its_time_and_holds_back_what_follows_in_its_case(store: Store) -> None:
    add(store, outbox.card("CC-1", 1), outbox.words("CC-1", 1))
    (item,) = claim(store)
    with store.work() as work:
        work.outbox.retry(item, NOW + timedelta(minutes=1), "Slack is down", begun=False)
        assert work.outbox.next_at(Lane.SLACK) == NOW + timedelta(minutes=1)
    assert claim(store) == []
    (again,) = claim(store, NOW + timedelta(minutes=1))
    assert (again.parcel.key, again.begun) == ("card:CC-1:1", False)


def test_a_dead_lane_does_not_hold_up_the_other(store: Store) -> None:
    letter = Parcel("letter:CC-1:acknowledgement:1", Kind.LETTER, "CC-1")
    add(store, outbox.card("CC-1", 1), letter)
    assert keys(claim(store, lane=Lane.EMAIL)) == [letter.key]


def test_places_are_kept_with_the_delivery_and_find_their_case(store: Store) -> None:
    add(store, outbox.card("CC-1", 1))
    (item,) = claim(store)
    posting = Posting("card:CC-1", "CC-1", "C1", "1.0001")
    with store.work() as work:
        work.outbox.sent(item, Delivered((posting,)), NOW)
        assert work.places.get("card:CC-1") == posting
        assert work.places.case_at("C1", "1.0001") == "CC-1"
        assert work.places.case_at("C2", "1.0001") is None
        assert work.outbox.counts() == {"sent": 1}
        assert work.outbox.sent_by_kind() == {Kind.CARD: 1}


def test_a_reminder_that_waits_for_the_morning_holds_up_nothing(store: Store) -> None:
    reminder = outbox.reminder("CC-1", "respond", NOW.date(), 1, 5)
    add(store, reminder)
    (item,) = claim(store)
    with store.work() as work:
        work.outbox.retry(item, NOW + timedelta(hours=16), "nobody is at work", begun=False)
    add(store, outbox.card("CC-1", 2))
    assert keys(claim(store)) == ["card:CC-1:2"]


def test_what_was_claimed_and_not_begun_can_be_given_back(store: Store) -> None:
    add(store, outbox.card("CC-1", 1))
    first = claim(store)
    with store.work() as work:
        work.outbox.release(first)
    (again,) = claim(store)
    assert (again.attempts, again.begun) == (1, False)


def test_what_follows_a_delivery_is_put_in_with_it(store: Store) -> None:
    add(store, outbox.card("CC-1", 1))
    (item,) = claim(store)
    with store.work() as work:
        work.outbox.sent(item, Delivered(then=(outbox.moved("CC-1", "C1", "1.0"),)), NOW)
    assert keys(claim(store)) == ["moved:CC-1:C1:1.0"]


def test_words_that_still_wait_are_not_asked_for_again_when_the_card_moves(store: Store) -> None:
    add(store, outbox.words("CC-1", 1), outbox.words("CC-1", 1, "2.0"), outbox.words("CC-1", 2))
    (first,) = claim(store)
    with store.work() as work:
        work.outbox.sent(first, Delivered(), NOW)
    assert keys(claim(store)) == ["words:CC-1:2"]
    add(store, outbox.words("CC-1", 1, "2.0"))
    with store.view() as work:
        assert work.outbox.counts() == {"sent": 1, "pending": 2}


def states(store: Store) -> dict[str, int]:
    with store.view() as work:
        return dict(work.outbox.counts())


def test_e33_an_attempt_that_outlasts_its_lease_changes_nothing_of_what_another_bot_has(
    store: Store,
) -> None:
    add(store, outbox.card("CC-1", 1))
    (slow,) = claim(store)
    with store.work() as work:
        begun = work.outbox.begin(slow, NOW, LEASE)
    assert begun is not None
    (other,) = claim(store, NOW + LEASE)
    posting = Posting("card:CC-1", "CC-1", "C1", "1.0")
    with store.work() as work:
        assert not work.outbox.sent(begun, Delivered((posting,)), NOW)
        assert not work.outbox.retry(begun, NOW, "late", begun=False)
        assert not work.outbox.give_up(begun, "late", NOW, unknown=False)
        assert not work.outbox.dropped(begun, "late", NOW)
        assert work.places.get("card:CC-1") is None
    assert states(store) == {"pending": 1}
    with store.work() as work:
        assert work.outbox.give_up(other, "nobody knows", NOW, unknown=True)
        assert not work.outbox.sent(begun, Delivered(), NOW)
        assert not work.outbox.retry(other, NOW, "again", begun=False)
    assert states(store) == {"unknown": 1}


def test_e33_the_first_attempt_is_remembered_and_a_claim_alone_is_none(store: Store) -> None:
    add(store, outbox.card("CC-1", 1))
    (item,) = claim(store)
    assert item.first_tried_at is None
    with store.work() as work:
        begun = work.outbox.begin(item, NOW, LEASE)
        assert begun is not None
        work.outbox.retry(begun, NOW + LEASE, "later", begun=False)
    (again,) = claim(store, NOW + LEASE * 2)
    with store.work() as work:
        work.outbox.begin(again, NOW + LEASE * 2, LEASE)
    (third,) = claim(store, NOW + LEASE * 9)
    assert third.first_tried_at == NOW
