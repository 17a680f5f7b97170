"""A letter leaves only in the stage in which it was written: one that its case overtook is taken back,
and whatever leaves or does not stands in the history.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.delivery import Delivery
from handlers.levels import Levels
from handlers.mail.courier import EmailCourier
from handlers.slack import closing_modals, history_lines
from handlers.taken_back import TakingBack
from models.allowed import allowed_actions
from models.case import Action, Case, Classification, Level, Outcome, State
from models.errors import AnswerLost, Refused, Stale, Unavailable
from models.history import Event
from models.letter import Letter, LetterKind
from models.levels import ReviewRequest
from models.outbox import Kind, Lane
from models.ports import Taken
from tests.support.casework import OFFICER, REVIEWER, entry, events, seen
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

NOW = utc(2026, 11, 27, 9)
MINUTE = timedelta(seconds=60)
SOON = NOW + timedelta(seconds=20)
HOUR = timedelta(hours=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TestOffice]:
    opened = open_office(tmp_path, example_council(undo_seconds=60))
    yield opened
    opened.store.close()


@dataclass
class Watching:
    """A letterbox that notes of each letter the stage it was written in and that of its case; with a
    `fault` it takes the letter, or not, and raises that.
    """

    office: TestOffice
    stages: list[tuple[int, int]] = field(default_factory=list)
    fault: Exception | None = None

    def send(self, letter: Letter, _files: Sequence[bytes] = ()) -> Taken:
        if self.fault is not None:
            raise self.fault
        self._note(letter)
        return Taken(None)

    def find(self, letter: Letter) -> Taken | None:
        self._note(letter)
        return Taken(None)

    def arrived(self, _name: str) -> None:
        """Nobody asks."""

    def deliver(self, at: datetime) -> None:
        courier = EmailCourier(self, self.office.store)
        delivery = Delivery(self.office.store, {Kind.LETTER: courier}, self.office.council)
        delivery.deliver_due(Lane.EMAIL, lambda: at)

    def _note(self, letter: Letter) -> None:
        with self.office.store.view() as work:
            kept = work.letters.first_of([letter.message_id])
        assert kept is not None
        self.stages.append((kept.stage, self.office.case(letter.reference).stage.number))


def new(office: TestOffice, **headers: str) -> str:
    """A complaint at Level One; its acknowledgement has left, if one leaves by itself."""
    reference = office.receive(email(**headers), NOW).reference
    delivered(office, NOW)
    assert reference is not None
    at_level_one(office, reference)
    return reference


def at_level_one(office: TestOffice, reference: str) -> None:
    case = office.case(reference)
    to = Classification(case.category, case.service, case.authority, Level.LEVEL_ONE)
    office.casework.reclassify(seen(office, reference), to, OFFICER, NOW)


def hold(office: TestOffice, reference: str, at: datetime, although: str = "") -> Case:
    """Send was pressed on a holding reply, by a team leader where it is `although` the rule."""
    on, work = seen(office, reference), office.casework
    text = work.holding_template(on, at, leads=bool(although)).text
    draft = work.draft_holding_reply(on, text, "Illness.", OFFICER, at, None, although)
    return work.send(draft.id, OFFICER, at, leads=bool(although))


def acknowledge(office: TestOffice, reference: str, at: datetime) -> Case:
    draft = office.casework.draft_acknowledgement(seen(office, reference), OFFICER, at)
    return office.casework.send(draft.id, OFFICER, at)


def send_answer(office: TestOffice, reference: str, at: datetime) -> Case:
    case = office.case(reference)
    reviews = case.level is Level.LEVEL_TWO
    by = REVIEWER if reviews else OFFICER
    level = Level.LEVEL_TWO if reviews else Level.LEVEL_ONE
    draft = office.casework.draft_answer(
        seen(office, reference), "Done.", Outcome.NOT_UPHELD, level, by, at
    )
    return office.casework.send(draft.id, by, at, reviews=reviews)


def close(office: TestOffice, reference: str, at: datetime) -> Case:
    by = REVIEWER if office.case(reference).level is Level.LEVEL_TWO else OFFICER
    return office.casework.close(seen(office, reference), "By phone.", Outcome.RESOLVED, by, at)


def reply(office: TestOffice, reference: str, at: datetime, number: int = 2) -> None:
    subject = f"Re: [{reference}]"
    office.receive(email("No! #missed_bin", Message_ID=f"<{number}@p>", Subject=subject), at)


def escalate(office: TestOffice, reference: str, at: datetime) -> Case:
    asked = ReviewRequest("Nothing was put right.", office.council.local_date(at))
    return Levels(office.store, office.council).escalate(
        seen(office, reference), asked, OFFICER, at
    )


def line(office: TestOffice, reference: str, event: Event) -> str:
    return history_lines.line(entry(office, reference, event), office.council, "Priya")


def test_close_takes_a_holding_reply_back_that_is_still_in_its_minute(office: TestOffice) -> None:
    reference = new(office)
    held = hold(office, reference, NOW)
    said = str(closing_modals.close(held)["blocks"][0])
    assert "The holding reply is taken back: it has not left yet." in said
    closed = close(office, reference, SOON)
    assert (closed.state, closed.stage.leaving) == (State.CLOSED, ())
    assert closed.stage.extension_approved_at is None
    assert Action.UNDO not in allowed_actions(closed)
    said = line(office, reference, Event.LETTER_TAKEN_BACK)
    assert "*The holding reply was taken back*, for the case has gone on: *nothing left*" in said
    reply(office, reference, SOON)
    assert delivered(office, NOW + HOUR) == []
    stage = office.case(reference).stage
    assert (stage.number, stage.extended_to) == (2, None)


def test_close_takes_an_acknowledgement_back_too_and_it_can_be_sent_after_a_reply(
    office: TestOffice,
) -> None:
    reference = new(office, Auto_Submitted="auto-generated")
    acknowledge(office, reference, NOW)
    close(office, reference, SOON)
    reply(office, reference, SOON)
    assert delivered(office, NOW + HOUR) == []
    assert Action.ACKNOWLEDGE in allowed_actions(office.case(reference))


def test_an_old_undo_of_what_close_took_back_is_told_so(office: TestOffice) -> None:
    reference = new(office)
    held = hold(office, reference, NOW)
    close(office, reference, SOON)
    version = held.stage.leaving[0].version
    with pytest.raises(Refused, match="taken back already, at 09:00 on 27 November, when the case"):
        TakingBack(office.store, office.council).take_back(reference, version, OFFICER, SOON)


def test_an_acknowledgement_in_its_minute_is_taken_back_when_the_answered_case_goes_on(
    office: TestOffice,
) -> None:
    reference = new(office, Auto_Submitted="auto-generated")
    send_answer(office, reference, NOW)
    acknowledge(office, reference, NOW + MINUTE / 2)
    assert [one.kind for one in delivered(office, NOW + MINUTE)] == [LetterKind.RESPONSE]
    reply(office, reference, NOW + MINUTE)
    assert office.case(reference).stage.number == 2
    assert events(office, reference)[-1] is Event.LETTER_TAKEN_BACK
    assert delivered(office, NOW + HOUR) == []


def test_no_review_begins_while_a_second_holding_reply_is_in_its_minute(
    office: TestOffice,
) -> None:
    reference = new(office)
    send_answer(office, reference, NOW)
    delivered(office, NOW + MINUTE)
    reply(office, reference, NOW + MINUTE)
    hold(office, reference, NOW + MINUTE)
    delivered(office, NOW + 2 * MINUTE)
    held = hold(office, reference, NOW + 2 * MINUTE, although="The crew is away.")
    assert held.stage.extended_to is not None
    assert Action.ESCALATE not in allowed_actions(held)
    with pytest.raises(Refused, match="is on its way"):
        escalate(office, reference, NOW + 2 * MINUTE)


def test_a_holding_reply_that_could_not_leave_is_dropped_once_another_stage_has_begun(
    tmp_path: Path,
) -> None:
    """With no time to undo, nothing takes it out when the case closes."""
    office = open_office(tmp_path, example_council(undo_seconds=0))
    reference = new(office)
    hold(office, reference, NOW)
    close(office, reference, SOON)
    reply(office, reference, SOON)
    again = hold(office, reference, SOON)
    (letter,) = delivered(office, NOW + HOUR)
    failed = entry(office, reference, Event.LETTER_FAILED)
    assert failed.details["reason"] == "the case has gone on since it was written"
    stage = office.case(reference).stage
    assert again.stage.extension_approved_at == stage.extension_approved_at == SOON
    assert letter.extension is not None
    assert stage.extended_to == letter.extension.to


def test_what_left_of_an_earlier_stage_because_it_had_begun_is_told_and_moves_no_date(
    tmp_path: Path,
) -> None:
    office = open_office(tmp_path, example_council(undo_seconds=0))
    reference = new(office)
    box = Watching(office, fault=AnswerLost("the connection broke off"))
    hold(office, reference, NOW)
    with suppress(Unavailable):
        box.deliver(NOW)
    close(office, reference, SOON)
    reply(office, reference, SOON)
    before = office.case(reference).stage
    box.deliver(NOW + HOUR)
    assert box.stages == [(1, 2)]
    assert office.case(reference).stage == before
    said = line(office, reference, Event.LEFT_ALL_THE_SAME)
    assert "The holding reply left although the case had gone on" in said
    assert "the answer is due *Mon 11 January 2027*; the date here stays" in said


_STEPS = ("hold", "acknowledge", "answer", "close", "reply", "reopen", "escalate", "deliver")


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from(_STEPS), st.integers(0, 70)), max_size=14),
    undo=st.sampled_from([0, 60]),
    machine=st.booleans(),
)
def test_no_letter_ever_leaves_whose_stage_is_not_that_of_its_case(
    steps: list[tuple[str, int]],
    undo: int,
    tmp_path_factory: pytest.TempPathFactory,
    *,
    machine: bool,
) -> None:
    office = open_office(tmp_path_factory.mktemp("stage"), example_council(undo_seconds=undo))
    box, now = Watching(office), NOW
    reference = new(office, **({"Auto_Submitted": "auto-generated"} if machine else {}))
    levels = Levels(office.store, office.council)
    for number, (step, seconds) in enumerate(steps):
        now += timedelta(seconds=seconds)
        with suppress(Refused, Stale):
            if step == "hold":
                hold(office, reference, now, although="A lead says so.")
            elif step == "acknowledge":
                acknowledge(office, reference, now)
            elif step == "answer":
                send_answer(office, reference, now)
            elif step == "close":
                close(office, reference, now)
            elif step == "reply":
                reply(office, reference, now, number + 2)
            elif step == "reopen":
                levels.reopen(seen(office, reference), "A mistake.", OFFICER, now)
            elif step == "escalate":
                escalate(office, reference, now)
            else:
                box.deliver(now)
    box.deliver(now + HOUR)
    assert all(written == then for written, then in box.stages)
    approved = {
        Event.ACKNOWLEDGEMENT_APPROVED, Event.EXTENSION_APPROVED, Event.ANSWER_APPROVED
    }  # fmt: skip
    became = {
        Event.EXTENDED, Event.ANSWERED, Event.LETTER_TAKEN_BACK, Event.LETTER_FAILED,
        Event.ACKNOWLEDGED,
    }  # fmt: skip
    by_itself = 0 if machine else 1
    happened = events(office, reference)
    assert sum(e in approved for e in happened) + by_itself == sum(e in became for e in happened)
    office.store.close()
