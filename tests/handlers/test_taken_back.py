"""Undo: a letter leaves a minute after Send, and until it has begun to leave it can be taken back."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.delivery import Delivery
from handlers.mail.courier import EmailCourier
from handlers.slack import history_lines, leaving_lines
from handlers.taken_back import TakingBack
from models.allowed import allowed_actions
from models.case import Action, Case, Classification, Level, Outcome, State
from models.errors import Refused, Unavailable
from models.history import Event
from models.letter import Going, Letter, LetterKind, Way
from models.outbox import Kind, Lane
from models.people import Actor, staff
from models.policy import PRESETS
from models.ports import Taken
from tests.support.casework import OFFICER, entry, events, seen
from tests.support.council import example_council, utc
from tests.support.letterbox import KeepingLetterbox, delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27)
MINUTE = timedelta(seconds=60)
SOON = NOW + timedelta(seconds=59)
SAM = staff("U2")
ENQUIRY = "Where is the county's road? #pothole_road enquiry"
KINDS = tuple(LetterKind)
_AFTER_THE_CLAIM = 2


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TestOffice]:
    opened = open_office(tmp_path, example_council(undo_seconds=60))
    yield opened
    opened.store.close()


def received(office: TestOffice, kind: LetterKind, at: datetime = NOW) -> str:
    """A case that waits for a letter of this kind; what left by itself has left."""
    text = ENQUIRY if kind is LetterKind.SIGNPOST else "Not emptied. #missed_bin complaint"
    headers = {"Auto_Submitted": "auto-generated"} if kind is LetterKind.ACKNOWLEDGEMENT else {}
    reference = office.receive(email(text, **headers), at).reference
    delivered(office, at)
    assert reference is not None
    return reference


def sent(
    office: TestOffice,
    reference: str,
    kind: LetterKind,
    at: datetime = NOW,
    text: str = "Done.",
    going: Going | None = None,
) -> Case:
    """Send was pressed on a letter of this kind."""
    work, on = office.casework, seen(office, reference)
    if kind is LetterKind.ACKNOWLEDGEMENT:
        draft = work.draft_acknowledgement(on, OFFICER, at, going=going)
    elif kind is LetterKind.HOLDING_REPLY:
        template = work.holding_template(on, at).text
        draft = work.draft_holding_reply(on, template, "The crew is away.", OFFICER, at, going)
    else:
        level, outcome = Level.LEVEL_ONE, Outcome.RESOLVED
        draft = work.draft_answer(on, text, outcome, level, OFFICER, at, going)
    assert draft.letter.kind is kind
    return work.send(draft.id, OFFICER, at)


def undo(office: TestOffice, case: Case, at: datetime, by: Actor = OFFICER) -> Case:
    """Undo on the card as `case` was then."""
    version = case.stage.leaving[-1].version
    return TakingBack(office.store, office.council).take_back(case.reference, version, by, at)


def approved_at(case: Case, kind: LetterKind) -> datetime | None:
    stage = case.stage
    return {
        LetterKind.ACKNOWLEDGEMENT: stage.acknowledgement_approved_at,
        LetterKind.HOLDING_REPLY: stage.extension_approved_at,
    }.get(kind, stage.answer_approved_at)


@pytest.mark.parametrize("kind", KINDS)
def test_each_letter_that_a_person_sends_by_email_leaves_a_minute_later(
    office: TestOffice, kind: LetterKind
) -> None:
    case = sent(office, received(office, kind), kind)
    assert Action.UNDO in allowed_actions(case)
    assert delivered(office, SOON) == []
    (left,) = delivered(office, NOW + MINUTE)
    assert left.kind is kind
    after = office.case(case.reference)
    assert Action.UNDO not in allowed_actions(after)
    assert after.stage.leaving == ()


@pytest.mark.parametrize("kind", KINDS)
def test_each_can_be_taken_back_within_the_minute_and_then_never_leaves(
    office: TestOffice, kind: LetterKind
) -> None:
    case = sent(office, received(office, kind), kind)
    after = undo(office, case, SOON)
    assert approved_at(after, kind) is None
    assert delivered(office, NOW + timedelta(days=1)) == []
    assert entry(office, case.reference, Event.LETTER_TAKEN_BACK).details["letter"] == kind
    assert Action.UNDO not in allowed_actions(after)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_taken_back_can_be_sent_again_and_leaves_once(
    office: TestOffice, kind: LetterKind
) -> None:
    reference = received(office, kind)
    undo(office, sent(office, reference, kind), SOON)
    sent(office, reference, kind, SOON)
    left = delivered(office, SOON + MINUTE)
    assert [letter.kind for letter in left] == [kind]


def template(office: TestOffice, reference: str, kind: LetterKind, at: datetime) -> str:
    on = seen(office, reference)
    if kind is LetterKind.ACKNOWLEDGEMENT:
        return office.casework.acknowledgement_template(on, at)
    if kind is LetterKind.HOLDING_REPLY:
        return office.casework.holding_template(on, at).text
    return office.casework.template(on, at)


def test_the_text_that_was_taken_back_is_there_to_go_on_from(office: TestOffice) -> None:
    reference = received(office, LetterKind.RESPONSE)
    before = office.casework.template(seen(office, reference), NOW)
    undo(office, sent(office, reference, LetterKind.RESPONSE, text="We are sorry."), SOON)
    assert office.casework.template(seen(office, reference), SOON) == "We are sorry.\n"
    sent(office, reference, LetterKind.RESPONSE, SOON, text="We are very sorry.")
    assert delivered(office, SOON + MINUTE)[0].text == "We are very sorry.\n"
    assert before != "We are sorry.\n"


def test_a_holding_reply_taken_back_is_there_with_its_reason_which_can_be_put_in_other_words(
    office: TestOffice,
) -> None:
    kind = LetterKind.HOLDING_REPLY
    reference = received(office, kind)
    before = office.casework.holding_template(seen(office, reference), NOW)
    undo(office, sent(office, reference, kind), SOON)
    again = office.casework.holding_template(seen(office, reference), SOON)
    assert (again.text, again.to) == (before.text, before.to)
    assert again.reason == "The crew is away."
    draft = office.casework.draft_holding_reply(
        seen(office, reference), again.text, "The van is broken.", OFFICER, SOON
    )
    assert "The van is broken." in draft.letter.text
    assert "The crew is away." not in draft.letter.text


def test_text_of_an_earlier_stage_is_not_brought_up_again(office: TestOffice) -> None:
    kind = LetterKind.RESPONSE
    reference = received(office, kind)
    fresh = office.casework.template(seen(office, reference), NOW)
    undo(office, sent(office, reference, kind, text="Draft."), SOON)
    case = office.case(reference)
    to = Classification(case.category, case.service, case.authority, Level.LEVEL_ONE)
    office.casework.reclassify(seen(office, reference), to, OFFICER, SOON)
    why, outcome = "It was sorted out.", Outcome.RESOLVED
    office.casework.close(seen(office, reference), why, outcome, OFFICER, SOON)
    later = SOON + timedelta(hours=1)
    answers = email("Again! #missed_bin", Message_ID="<2@p>", Subject=f"Re: [{reference}]")
    office.receive(answers, later)
    assert office.case(reference).state is State.OPEN
    assert office.casework.template(seen(office, reference), later) == fresh


def test_too_late_is_refused_with_the_time_at_which_it_left(office: TestOffice) -> None:
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    delivered(office, NOW + MINUTE)
    with pytest.raises(Refused, match="the answer of .* left at 12:01 on 27 November"):
        undo(office, case, NOW + 2 * MINUTE)
    assert office.case(case.reference).state is State.ANSWERED


def test_a_letter_that_has_begun_to_leave_is_not_taken_back(office: TestOffice) -> None:
    """The mail server has perhaps taken it: to say that nothing left would be a lie."""
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    at = NOW + MINUTE
    with office.store.work() as work:
        (item,) = work.outbox.claim(Lane.EMAIL, at, 1, MINUTE)
        assert work.outbox.begin(item, at, MINUTE) is not None
    with pytest.raises(Refused, match="leaving just now"):
        undo(office, case, at)
    assert office.case(case.reference).stage.answer_approved_at == NOW


def test_a_letter_that_was_picked_up_but_not_begun_is_taken_back_and_then_cannot_begin(
    office: TestOffice,
) -> None:
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    at = NOW + MINUTE
    with office.store.work() as work:
        (item,) = work.outbox.claim(Lane.EMAIL, at, 1, MINUTE)
    undo(office, case, at)
    with office.store.work() as work:
        assert work.outbox.begin(item, at, MINUTE) is None
        assert not work.departures.passed(Letter.from_json(item.parcel.payload).message_id)


def test_a_second_undo_is_told_who_was_first(office: TestOffice) -> None:
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    undo(office, case, SOON, SAM)
    with pytest.raises(Refused, match="<@U2> took it back already, at 12:00"):
        undo(office, case, SOON)
    assert events(office, case.reference).count(Event.LETTER_TAKEN_BACK) == 1


def test_an_old_undo_never_takes_back_another_letter(office: TestOffice) -> None:
    """The acknowledgement and the answer leave within the same minute; each card shows its own."""
    reference = received(office, LetterKind.ACKNOWLEDGEMENT)
    sent(office, reference, LetterKind.ACKNOWLEDGEMENT)
    both = sent(office, reference, LetterKind.RESPONSE)
    assert [one.kind for one in both.stage.leaving] == [
        LetterKind.ACKNOWLEDGEMENT,
        LetterKind.RESPONSE,
    ]
    undo(office, both, SOON)
    with pytest.raises(Refused, match="already"):
        undo(office, both, SOON)
    assert [letter.kind for letter in delivered(office, NOW + MINUTE)] == [
        LetterKind.ACKNOWLEDGEMENT
    ]


def test_a_reply_that_came_within_the_minute_does_not_stand_in_the_way_of_undo(
    office: TestOffice,
) -> None:
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    subject = f"Re: [{case.reference}]"
    office.receive(email("And yet", Message_ID="<2@post.example>", Subject=subject), SOON)
    assert office.case(case.reference).version > case.version
    assert undo(office, case, SOON).stage.answer_approved_at is None


def test_a_letter_that_waits_for_the_mail_server_can_still_be_taken_back(
    office: TestOffice,
) -> None:
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    at = NOW + MINUTE
    with office.store.work() as work:
        (item,) = work.outbox.claim(Lane.EMAIL, at, 1, MINUTE)
        begun = work.outbox.begin(item, at, MINUTE)
        assert begun is not None
        assert work.outbox.retry(begun, at + MINUTE, "it cannot now", begun=False)
    assert undo(office, case, at).stage.answer_approved_at is None


class _DeadLetterbox(KeepingLetterbox):
    def send(self, _letter: Letter, _files: Sequence[bytes] = ()) -> Taken:
        raise Unavailable("The mail server does not answer.")


def test_of_a_letter_that_has_waited_for_hours_the_card_says_no_time_any_more(
    office: TestOffice,
) -> None:
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    couriers = {Kind.LETTER: EmailCourier(_DeadLetterbox(), office.store)}
    later = NOW + timedelta(hours=5)
    Delivery(office.store, couriers, office.council).deliver_due(Lane.EMAIL, lambda: later)
    waits = office.case(case.reference)
    assert leaving_lines.lines(waits, office.council) == [
        "*The answer waits for the mail server*. *Undo* takes it back until it has left."
    ]
    undo(office, waits, later)
    assert delivered(office, later + timedelta(hours=1)) == []


def test_the_automatic_acknowledgement_leaves_at_once(office: TestOffice) -> None:
    reference = office.receive(email(), NOW).reference
    assert Action.UNDO not in allowed_actions(office.case(reference))
    assert [letter.kind for letter in delivered(office, NOW)] == [LetterKind.ACKNOWLEDGEMENT]


def test_a_letter_on_paper_waits_to_be_posted_and_has_no_undo(office: TestOffice) -> None:
    reference = received(office, LetterKind.RESPONSE)
    going = Going(Way.LETTER, "Jo Pike\n1 High Street")
    case = sent(office, reference, LetterKind.RESPONSE, going=going)
    assert Action.UNDO not in allowed_actions(case)
    assert Action.POST in allowed_actions(case)


def test_with_no_time_to_undo_a_letter_leaves_at_once(tmp_path: Path) -> None:
    office = open_office(tmp_path, example_council(undo_seconds=0))
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    assert Action.UNDO not in allowed_actions(case)
    assert len(delivered(office, NOW)) == 1


def test_the_thread_says_when_it_leaves_and_that_it_was_taken_back(office: TestOffice) -> None:
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    undo(office, case, SOON)

    def said(event: Event) -> str:
        return history_lines.line(entry(office, case.reference, event), office.council, "Priya")

    assert "It leaves at 12:01:00; until then *Undo*" in said(Event.ANSWER_APPROVED)
    assert "took the answer back: *nothing left*" in said(Event.LETTER_TAKEN_BACK)


def test_an_acknowledgement_keeps_its_promise_though_it_leaves_after_midnight(
    tmp_path: Path,
) -> None:
    """The Code's answer is due so many days after the acknowledgement was written."""
    council = replace(example_council(undo_seconds=60), policy=PRESETS["lgsco-2024"])
    office = open_office(tmp_path, council)
    reference = received(office, LetterKind.ACKNOWLEDGEMENT, utc(2026, 12, 1))
    late = utc(2026, 12, 1, 23, 59) + timedelta(seconds=30)
    sent(office, reference, LetterKind.ACKNOWLEDGEMENT, late)
    (left,) = delivered(office, late + MINUTE)
    stage = office.case(reference).stage
    assert stage.acknowledged_at == late + MINUTE
    assert left.promises == stage.promised == stage.answer_by


@pytest.mark.parametrize(("seconds_before", "leaves"), [(300, 240), (60, 30), (10, 10)])
def test_a_holding_reply_sent_in_the_last_minute_still_leaves_in_time(
    office: TestOffice, seconds_before: int, leaves: int
) -> None:
    reference = received(office, LetterKind.HOLDING_REPLY)
    due = office.case(reference).stage.respond_by
    assert due is not None
    midnight = datetime(due.year, due.month, due.day, tzinfo=office.council.zone)
    end = midnight + timedelta(days=1)
    sent(office, reference, LetterKind.HOLDING_REPLY, end - timedelta(seconds=seconds_before))
    left = delivered(office, end - timedelta(seconds=leaves))
    assert [letter.kind for letter in left] == [LetterKind.HOLDING_REPLY]
    assert office.case(reference).stage.extended_to is not None


def test_a_restart_within_the_minute_changes_nothing(tmp_path: Path) -> None:
    council = example_council(undo_seconds=60)
    office = open_office(tmp_path, council)
    reference = received(office, LetterKind.RESPONSE)
    sent(office, reference, LetterKind.RESPONSE)
    office.store.close()
    again = open_office(tmp_path, council)
    assert delivered(again, SOON) == []
    assert Action.UNDO in allowed_actions(again.case(reference))
    assert len(delivered(again, NOW + MINUTE)) == 1


def test_what_was_taken_back_counts_as_never_written(office: TestOffice) -> None:
    """A bounce of it cannot come, and no later one is mistaken for an earlier letter's."""
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    (parcel,) = office.waiting(Kind.LETTER)
    message_id = Letter.from_json(parcel.payload).message_id
    undo(office, case, SOON)
    with office.store.view() as work:
        assert work.letters.first_of([message_id]) is None


def test_undo_pressed_in_the_instant_before_it_begins_to_leave_is_in_time(
    office: TestOffice,
) -> None:
    """Delivery has the letter in hand when somebody presses: nothing leaves, nothing is counted."""
    case = sent(office, received(office, LetterKind.RESPONSE), LetterKind.RESPONSE)
    (parcel,) = office.waiting(Kind.LETTER)
    asked = count(1)

    def now() -> datetime:
        if next(asked) == _AFTER_THE_CLAIM:
            undo(office, case, NOW + MINUTE)
        return NOW + MINUTE

    box = KeepingLetterbox()
    couriers = {Kind.LETTER: EmailCourier(box, office.store)}
    Delivery(office.store, couriers, office.council).deliver_due(Lane.EMAIL, now)
    assert next(asked) > _AFTER_THE_CLAIM
    assert box.letters == []
    with office.store.view() as work:
        assert not work.departures.passed(Letter.from_json(parcel.payload).message_id)
    assert office.case(case.reference).state is State.OPEN


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["send", "undo", "deliver"]), st.integers(0, 90)), max_size=9
    )
)
def test_whatever_is_pressed_when_a_letter_either_leaves_or_is_taken_back_and_never_both(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    office = open_office(tmp_path_factory.mktemp("undo"), example_council(undo_seconds=60))
    reference, now = received(office, LetterKind.RESPONSE), NOW
    seen_last: Case | None = None
    waits_until: datetime | None = None
    left, undone = 0, 0
    for step, seconds in steps:
        now += timedelta(seconds=seconds)
        if step == "send" and waits_until is None and not left:
            seen_last, waits_until = sent(office, reference, LetterKind.RESPONSE, now), now + MINUTE
        elif step == "undo" and seen_last is not None and waits_until is not None:
            undo(office, seen_last, now)
            waits_until, undone = None, undone + 1
        elif step == "undo" and seen_last is not None:
            with pytest.raises(Refused):
                undo(office, seen_last, now)
        elif step == "deliver":
            may_leave = waits_until is not None and now >= waits_until
            assert len(delivered(office, now)) == may_leave
            if may_leave:
                waits_until, left = None, left + 1
        stage = office.case(reference).stage
        assert (stage.answer_approved_at is not None) == bool(waits_until or left)
        assert bool(stage.leaving) == (waits_until is not None)
    assert events(office, reference).count(Event.LETTER_TAKEN_BACK) == undone
    assert events(office, reference).count(Event.ANSWERED) == left
    office.store.close()
