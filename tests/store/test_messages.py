from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.ledger import Arrival
from models.letter import Letter, LetterKind
from models.message import Attachment, Machine, MachineKind, Origin
from models.store_port import Draft, Store
from tests.support.cases import message
from tests.support.council import utc

NOW = utc(2026, 11, 27)
LETTER = Letter(
    kind=LetterKind.RESPONSE,
    reference="CC-2026-00001",
    recipient="Jo@Post.example",
    subject="Your complaint [CC-2026-00001]",
    text="Sorry.",
    html="<p>Sorry.</p>",
    message_id="<a@westmere.example>",
    answers="<q@post.example>",
    thread=("<q@post.example>",),
    automatic=True,
)


def test_a_message_comes_back_as_it_was_read(store: Store) -> None:
    read = message(
        "Not emptied.",
        NOW,
        message_id="<m@x>",
        references=("<a@b>",),
        dated=NOW - timedelta(hours=1),
        attachments=(Attachment("bin.jpg", "image/jpeg", 1234, "ff"),),
        machine=Machine(MachineKind.BOUNCE, "no such mailbox", ("<z@y>",)),
        defects=("a header could not be read",),
    )
    with store.work() as work:
        id_ = work.messages.add(read, Arrival.BOUNCE, "CC-2026-00001", None, NOW)
        stored = work.messages.get(id_)
    assert stored is not None
    assert stored.message == read


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_kept_whatever_is_in_it(store: Store, text: str) -> None:
    with store.work() as work:
        read = message(text, NOW, subject=text, sender=message("", NOW).sender)
        id_ = work.messages.add(read, Arrival.CASE, None, None, NOW)
        stored = work.messages.get(id_)
    assert stored is not None
    if max(text, default="") < "\ud800" or min(text, default="") > "\udfff":
        assert stored.message.text == text


def test_the_same_bytes_are_a_duplicate(store: Store) -> None:
    with store.work() as work:
        first = message("Bins", NOW)
        assert work.messages.same_as(first) is None
        id_ = work.messages.add(first, Arrival.CASE, "CC-2026-00001", None, NOW)
        same = work.messages.same_as(first)
    assert same is not None
    assert (same.id, same.reference) == (id_, "CC-2026-00001")


def test_the_same_message_id_is_a_duplicate_only_with_the_same_content(store: Store) -> None:
    first = message("Not emptied.", NOW, sha256="1", message_id="<m@x>")
    by_another_way = message("Not  emptied.\n", NOW, sha256="2", message_id="<m@x>")
    other_content = message("Emptied.", NOW, sha256="3", message_id="<m@x>")
    without_id = message("Not emptied.", NOW, sha256="4")
    with store.work() as work:
        work.messages.add(first, Arrival.CASE, None, None, NOW)
        assert work.messages.same_as(by_another_way) is not None
        assert work.messages.same_as(other_content) is None
        assert work.messages.same_as(without_id) is None


def test_the_case_of_an_answer_is_found_by_what_we_sent_and_what_we_received(store: Store) -> None:
    received = message("Bins", NOW, message_id="<in@x>")
    with store.work() as work:
        work.messages.add(received, Arrival.CASE, "CC-2026-00002", None, NOW)
        work.letters.add(LETTER, NOW)
        assert work.messages.case_answered_by(["<no@x>", "<a@westmere.example>"]) == "CC-2026-00001"
        assert work.messages.case_answered_by(["<in@x>"]) == "CC-2026-00002"
        assert work.messages.case_answered_by(["<no@x>"]) is None


def test_the_ledger_books_a_place_once_and_counts_by_day(store: Store) -> None:
    origin = Origin("intake", "INBOX", 7, 42)
    with store.work() as work:
        assert work.ledger.booked_as(origin) is None
        work.ledger.book(origin, "ff", Arrival.CASE, "", NOW)
        work.ledger.book(origin, "ff", Arrival.DUPLICATE, "", NOW)
        assert work.ledger.booked_as(origin) is Arrival.CASE
        assert work.ledger.booked_as(Origin("intake", "INBOX", 8, 42)) is None
        assert work.ledger.counts(NOW, NOW + timedelta(days=1)) == {Arrival.CASE: 1}
        assert work.ledger.counts(NOW - timedelta(days=1), NOW) == {}


def test_automatic_letters_to_an_address_are_counted_whatever_its_case(store: Store) -> None:
    with store.work() as work:
        work.letters.add(LETTER, NOW)
        assert work.letters.count_to("jo@post.EXAMPLE", NOW) == 1
        assert work.letters.count_to("jo@post.example", NOW + timedelta(seconds=1)) == 0


def test_a_draft_comes_back_whole_and_can_be_taken_once(store: Store) -> None:
    draft = Draft("d1", "CC-2026-00001", 3, "U1", LETTER, {"outcome": "upheld"})
    with store.work() as work:
        work.drafts.put(draft, NOW)
        assert work.drafts.take("d1") == draft
        assert work.drafts.take("d1") is None
