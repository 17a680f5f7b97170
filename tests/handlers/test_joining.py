"""Cases that belong together: linked, merged into one that goes on, taken apart again (requirement 14)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest

from handlers.gathering import family, messages_of
from handlers.joining import Because, Joining
from handlers.seen import Seen
from handlers.slack import history_lines
from handlers.slack.background import background
from handlers.slack.related import Together, lines
from models.actions import letter_bounced
from models.allowed import allowed_actions
from models.case import Action, Case, Change, Classification, Level, Outcome, State
from models.errors import Refused, Stale
from models.history import Event
from models.involvement import involved_in
from models.joining import going_on
from models.letter import LetterKind
from models.outbox import Kind
from models.people import staff
from models.prediction import Flag
from models.recording import parts_follow, record
from models.routing import undecided
from tests.support.casework import answer, entry, events, history
from tests.support.council import utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

MONDAY, FRIDAY = utc(2026, 6, 1, 9), utc(2026, 6, 5, 9)
LATER = FRIDAY + timedelta(hours=1)
PRIYA = staff("UPRIYA")
BIN = "The bin was missed. #missed_bin complaint"
SAFE = "My carer. #adult_social_care complaint !safeguarding"

_NUMBERS = count()


@pytest.fixture
def office(tmp_path: Path):
    opened = open_office(tmp_path)
    yield opened
    opened.store.close()


def receive(office: TestOffice, text: str = BIN, at=MONDAY, **headers: str) -> Case:
    """A case whose acknowledgement has left."""
    own = {"Message_ID": f"<{next(_NUMBERS)}@post.example>"}
    reference = office.receive(email(text, **(own | headers)), at).reference
    delivered(office, at)
    return office.case(reference)


def two(office: TestOffice, text: str = BIN, **headers: str) -> tuple[Case, Case]:
    """The same person wrote on Monday and, in other words, on Friday."""
    first = receive(office)
    return first, receive(office, f"Again. {text}", FRIDAY, **headers)


def joining(office: TestOffice) -> Joining:
    return Joining(office.store, office.council)


def seen(case: Case) -> Seen:
    return Seen(case.reference, case.version)


def merge(office: TestOffice, case: Case, into: Case, why: str = "") -> tuple[Case, Case]:
    case = office.case(case.reference)
    return joining(office).merge(seen(case), into.reference, why, PRIYA, LATER)


def line(office: TestOffice, case: Case, event: Event) -> str:
    return history_lines.line(entry(office, case.reference, event), office.council, "Priya")


def anyone(_case: Case) -> bool:
    return True


def test_linked_cases_name_each_other_with_the_reason(office: TestOffice) -> None:
    first, second = receive(office), receive(office, "Tax. #council_tax complaint", FRIDAY)
    seen_first = seen(office.case(first.reference))
    joining(office).link(seen_first, second.reference, "Same <!here> house", PRIYA, LATER)
    said = line(office, first, Event.LINKED)
    assert said.startswith(f"Priya linked this with {second.reference}: Same &lt;!here&gt; house")
    assert line(office, second, Event.LINKED).startswith(
        f"Priya linked this with {first.reference}"
    )
    now = office.case(first.reference)
    with office.store.view() as work:
        known = background(work, now, office.council)
    assert lines(known.together, lambda _: "") == [f"*Linked with* {second.reference} (open)"]
    with pytest.raises(Refused, match="linked already"):
        joining(office).link(seen(office.case(first.reference)), second.reference, "", PRIYA, LATER)


def test_an_open_case_is_not_linked_to_a_private_one_but_the_private_one_may_name_it(
    office: TestOffice,
) -> None:
    open_, private = receive(office), receive(office, SAFE, FRIDAY)
    with pytest.raises(Refused, match="is private"):
        joining(office).link(seen(open_), private.reference, "", PRIYA, LATER)
    joining(office).link(seen(private), open_.reference, "", PRIYA, LATER)
    assert Event.LINKED in events(office, private.reference)
    assert Event.LINKED not in events(office, open_.reference)


def test_who_may_not_see_a_case_learns_not_even_that_there_is_one(office: TestOffice) -> None:
    open_, private = receive(office), receive(office, SAFE, FRIDAY)
    said = []
    for reference in (private.reference, "CC-2026-00099"):
        with pytest.raises(Refused) as refused:
            joining(office).other(open_, reference, lambda _: False)
        said.append(str(refused.value).replace(reference, "X"))
    assert said[0] == said[1]


def test_likely_cases_are_the_customers_and_those_of_the_place_that_may_be_named(
    office: TestOffice,
) -> None:
    first, second = two(office)
    receive(office, SAFE, FRIDAY)
    neighbour = receive(office, "12 High Street: bins. " + BIN, FRIDAY, From="Al <al@post.example>")
    third = receive(office, "At 12 High Street. " + BIN, LATER, From="Bo <bo@post.example>")
    likely = joining(office).likely(second, anyone)
    assert [(one.case.reference, one.because) for one in likely] == [
        (first.reference, Because.CUSTOMER)
    ]
    likely = joining(office).likely(third, anyone)
    assert [(one.case.reference, one.because) for one in likely] == [
        (neighbour.reference, Because.PLACE)
    ]
    assert joining(office).likely(second, lambda case: case.reference != first.reference) == ()


def test_a_merged_case_is_closed_and_the_other_counts_from_the_earlier_receipt(
    office: TestOffice,
) -> None:
    first, second = two(office)
    assert second.stage.respond_by == date(2026, 6, 26)
    closed, after = merge(office, first, second, "Reported twice")
    assert (closed.state, closed.merged_into) == (State.CLOSED, second.reference)
    assert after.received_at == first.received_at
    assert after.stage.started_on == date(2026, 6, 1)
    assert after.stage.respond_by == date(2026, 6, 22)
    said = line(office, after, Event.JOINED)
    assert "waits since *Mon 1 June 2026*, not Fri 5 June 2026" in said
    assert "Fri 26 June 2026 → *Mon 22 June 2026*" in said
    assert f"merged this case into {second.reference}" in line(office, closed, Event.MERGED)


def test_merging_sends_nothing_and_nothing_of_the_merged_one_is_due_any_more(
    office: TestOffice,
) -> None:
    first, second = two(office)
    merge(office, first, second)
    assert office.waiting(Kind.LETTER) == []
    with office.store.view() as work:
        due = {one.case.reference for one in work.cases.due(date(2027, 1, 1))}
    assert due == {second.reference}


def test_both_histories_are_kept_and_the_words_are_said_again_where_it_goes_on(
    office: TestOffice,
) -> None:
    first, second = two(office)
    before = history(office, first.reference)
    merge(office, first, second)
    assert history(office, first.reference)[: len(before)] == before
    with office.store.view() as work:
        (words,) = work.messages.of_case(first.reference)
    keys = [parcel.key for parcel in office.waiting(Kind.WORDS)]
    assert f"words:{second.reference}:{words.id}" in keys


def test_a_reply_to_the_merged_cases_letter_goes_to_the_one_that_goes_on(
    office: TestOffice,
) -> None:
    first = receive(office)
    with office.store.view() as work:
        (letter,) = work.outbox.letters_of(first.reference)
    second = receive(office, f"Again. {BIN}", FRIDAY)
    third = receive(office, f"And again. {BIN}", LATER)
    merge(office, first, second)
    merge(office, second, third)
    taken = office.receive(
        email("Any news?", In_Reply_To=letter.message_id, Message_ID="<r@post.example>"),
        LATER + timedelta(hours=1),
    )
    assert taken.reference == third.reference
    assert entry(office, third.reference, Event.MESSAGE_ADDED).details["known_sender"] is True
    named = office.receive(
        email("News?", Subject=f"Re: {first.reference}", Message_ID="<s@post.example>"),
        LATER + timedelta(hours=2),
    )
    assert named.reference == third.reference
    with office.store.view() as work:
        assert set(family(work, third.reference)) == {first.reference, second.reference}


def test_a_circle_ends_where_it_began(office: TestOffice) -> None:
    first, second = two(office)
    one = replace(first, merged_into=second.reference)
    other = replace(second, merged_into=first.reference)
    cases = {one.reference: one, other.reference: other}
    assert going_on(one, cases.get) is other


def test_a_letter_on_its_way_blocks_the_merge(office: TestOffice) -> None:
    first, second = two(office)
    draft = office.casework.draft_answer(
        seen(office.case(first.reference)),
        "Done.",
        Outcome.NOT_UPHELD,
        Level.LEVEL_ONE,
        PRIYA,
        LATER,
    )
    office.casework.send(draft.id, PRIYA, LATER)
    for case, into in ((first, second), (second, first)):
        with pytest.raises(Refused, match=f"answer to {first.reference} is on its way"):
            merge(office, case, into)


def test_an_ended_case_itself_and_a_stale_view_are_refused(office: TestOffice) -> None:
    first, second = two(office)
    with pytest.raises(Refused, match="into itself"):
        merge(office, first, first)
    merge(office, first, second)
    third = receive(office, f"Third. {BIN}", LATER)
    with pytest.raises(Refused, match=f"{first.reference} has ended"):
        merge(office, third, first)
    with pytest.raises(Stale):
        joining(office).merge(seen(second), third.reference, "", PRIYA, LATER)


def unacknowledged(office: TestOffice, case: Case) -> Case:
    """As for what a portal sent: no acknowledgement of its own has left."""
    stage = replace(
        case.stage, acknowledgement_approved_at=None, acknowledged_at=None, promised=None
    )
    without = replace(case, version=case.version + 1, stage=stage)
    with office.store.work() as work:
        work.cases.save(Change(without, ()))
    return without


@pytest.mark.parametrize(
    ("sender", "is_acknowledged"), [("Jo <JO@post.example>", True), ("Al <al@x.example>", False)]
)
def test_the_same_customer_needs_no_second_acknowledgement_another_one_does(
    office: TestOffice, sender: str, is_acknowledged: bool
) -> None:
    first, second = two(office, From=sender)
    _, after = merge(office, first, unacknowledged(office, second))
    assert (after.stage.acknowledged_at is not None) is is_acknowledged


def test_flags_come_along_and_make_the_one_that_goes_on_as_private(office: TestOffice) -> None:
    open_, private = receive(office), receive(office, SAFE, FRIDAY)
    _, after = merge(office, private, open_)
    assert after.flags == (Flag.SAFEGUARDING,)
    assert "It raises: *safeguarding*" in line(office, after, Event.JOINED)


def test_an_open_case_is_not_merged_into_a_private_one_which_its_card_would_name(
    office: TestOffice,
) -> None:
    open_, private = receive(office), receive(office, SAFE, FRIDAY)
    with pytest.raises(Refused, match="must not know of each other"):
        merge(office, open_, private)


def test_a_case_taken_apart_is_as_it_was_and_so_are_the_dates_of_the_other(
    office: TestOffice,
) -> None:
    first, second = two(office)
    closed, _ = merge(office, first, second)
    again = joining(office).take_apart(seen(closed), PRIYA, LATER)
    other = office.case(second.reference)
    assert (again.state, again.merged_into) == (State.OPEN, None)
    assert again.stage == first.stage
    assert (other.stage.respond_by, other.received_at) == (date(2026, 6, 26), second.received_at)
    with office.store.view() as work:
        assert family(work, second.reference) == ()
    assert "took this case and" in line(office, again, Event.TAKEN_APART)


def test_a_later_one_taken_out_leaves_the_clock_with_the_earlier_that_stays(
    office: TestOffice,
) -> None:
    first, second = two(office)
    third = receive(office, f"Third. {BIN}", LATER)
    merge(office, first, third)
    closed, _ = merge(office, second, office.case(third.reference))
    joining(office).take_apart(seen(closed), PRIYA, LATER)
    assert office.case(third.reference).stage.started_on == date(2026, 6, 1)


def test_what_is_merged_has_not_ended_for_the_next_report(office: TestOffice) -> None:
    first, second = two(office)
    merge(office, first, second)
    third = receive(office, f"Fourth. {BIN}", LATER)
    assert third.contact is not None
    assert [one.reference for one in third.contact.earlier] == [second.reference]


def test_a_bounced_acknowledgement_counts_for_the_case_that_took_it_over(
    office: TestOffice,
) -> None:
    first, second = two(office)
    merge(office, first, unacknowledged(office, second))
    with office.store.work() as work:
        case = work.cases.get(first.reference)
        assert case is not None
        why = "the mailbox is full"
        kind = LetterKind.ACKNOWLEDGEMENT
        change = letter_bounced(case, kind, None, why, office.council, LATER)
        parts_follow(work, case, record(work, change, LATER), office.council, LATER)
    assert office.case(second.reference).stage.acknowledged_at is None


def test_what_was_written_on_either_is_found_from_the_one_that_goes_on(office: TestOffice) -> None:
    first, second = two(office)
    merge(office, first, second)
    with office.store.view() as work:
        texts = [one.message.text.strip() for one in messages_of(work, second.reference)]
        assert texts == [BIN, f"Again. {BIN}"]
        assert len(messages_of(work, first.reference)) == 1


def test_words_with_a_private_flag_stay_with_their_case_once_the_other_has_it_no_longer(
    office: TestOffice,
) -> None:
    open_, private = receive(office), receive(office, SAFE, FRIDAY)
    _, after = merge(office, private, open_)
    said = Classification(after.category, after.service, None, Level.LEVEL_ONE, ())
    office.casework.reclassify(seen(after), said, PRIYA, LATER)
    with office.store.view() as work:
        texts = [one.message.text.strip() for one in messages_of(work, open_.reference)]
    assert texts == [BIN]


def test_what_could_not_be_read_is_linked_and_not_merged(office: TestOffice) -> None:
    first, second = two(office)
    unread = replace(
        office.case(first.reference),
        version=office.case(first.reference).version + 1,
        prediction=undecided(office.council.catalogue),
    )
    with office.store.work() as work:
        work.cases.save(Change(unread, ()))
    assert Action.MERGE not in allowed_actions(unread)
    for case, into in ((first, second), (second, first)):
        with pytest.raises(Refused, match=f"{first.reference} could not be read"):
            merge(office, case, into)


def test_taking_a_case_out_of_one_that_was_answered_leaves_its_dates(office: TestOffice) -> None:
    first, second = two(office)
    merge(office, first, second)
    answer(office, second.reference, LATER + timedelta(hours=1))
    before = office.case(second.reference)
    again = joining(office).take_apart(seen(office.case(first.reference)), PRIYA, LATER)
    after = office.case(second.reference)
    assert again.state is State.OPEN
    assert (after.stage, after.received_at) == (before.stage, before.received_at)


def test_who_is_known_on_the_merged_case_is_known_on_the_one_that_goes_on(
    office: TestOffice,
) -> None:
    first, second = two(office, From="Al Reed <al@post.example>")
    merge(office, first, second)
    named = email("News?", Subject=f"Re: {first.reference}", Message_ID="<s@post.example>")
    assert office.receive(named, LATER).reference == second.reference
    assert entry(office, second.reference, Event.MESSAGE_ADDED).details["known_sender"] is True


def test_the_card_of_a_merged_case_names_no_case_that_became_private_since(
    office: TestOffice,
) -> None:
    first, second = two(office)
    linked = receive(office, "Tax. #council_tax complaint", FRIDAY)
    joining(office).link(seen(linked), second.reference, "", PRIYA, LATER)
    merge(office, first, second)
    into = office.case(second.reference)
    raised = Classification(into.category, into.service, None, into.level, (Flag.SAFEGUARDING,))
    office.casework.reclassify(seen(into), raised, PRIYA, LATER)
    for case in (office.case(first.reference), office.case(linked.reference)):
        with office.store.view() as work:
            known = background(work, case, office.council)
        assert known.together == Together()


def test_of_a_chain_the_last_link_is_taken_apart_first(office: TestOffice) -> None:
    first, second = two(office)
    third = receive(office, f"Third. {BIN}", LATER)
    merge(office, first, second)
    merge(office, second, third)
    with pytest.raises(Refused, match=f"{second.reference} is merged itself"):
        joining(office).take_apart(seen(office.case(first.reference)), PRIYA, LATER)
    joining(office).take_apart(seen(office.case(second.reference)), PRIYA, LATER)
    again = office.case(second.reference)
    assert again.stage.started_on == date(2026, 6, 1)
    joining(office).take_apart(seen(office.case(first.reference)), PRIYA, LATER)
    assert office.case(second.reference).stage.started_on == date(2026, 6, 5)
    assert office.case(third.reference).stage.started_on == date(2026, 6, 5)


def test_who_worked_on_any_case_of_a_chain_may_not_review_the_one_that_goes_on(
    office: TestOffice,
) -> None:
    first, second = two(office)
    third = receive(office, f"Third. {BIN}", LATER)
    office.casework.claim(first.reference, staff("USAM"), LATER)
    merge(office, first, second)
    merge(office, second, third)
    with office.store.view() as work:
        case = work.cases.get(third.reference)
        assert case is not None
        assert "USAM" in involved_in(work, case)
