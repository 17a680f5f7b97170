"""What staff write of lessons and remedies: Slack takes it, and it notifies nobody but the owner."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.limits import block_problems, view_problems
from bot.sandbox.mentions import notified
from handlers.slack import agreed_lines, cards, closing_modals, digest, history_lines
from models.agreed import Agreed, Cause, Finished, Lesson, Redress, Remedy, Task
from models.case import Case, Level, Outcome, State
from models.history import Entry, Event
from models.lessons import finish
from models.people import staff
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW, TODAY = utc(2026, 11, 27), date(2026, 11, 27)
CASE = opened(COUNCIL, NOW, "CC-2026-00042").case
anything = st.text(st.characters(codec="utf-8"), min_size=1, max_size=400) | st.sampled_from(
    ["<!channel>", "<@U1>", "<!subteam^S1>", "<https://x|y>", "a" * 3_000, "& " * 1_500]
)


def agreed(number: int, what: str, owner: str = "U7", days: int = 5) -> Agreed:
    task = Task(what, owner, TODAY + timedelta(days=days))
    return Agreed(number, Level.LEVEL_ONE, TODAY, task, lesson=Lesson(Cause.DELAY, what))


def with_agreed(*all_: Agreed) -> Case:
    stage = replace(CASE.stage, outcome=Outcome.UPHELD)
    return replace(
        CASE, state=State.CLOSED, level=Level.LEVEL_ONE, stage=stage, agreed=all_, holder="U7"
    )


@given(anything)
def test_whatever_is_written_slack_takes_it_and_only_the_owner_is_mentioned(what: str) -> None:
    one = agreed(1, what)
    many = [replace(one, number=n, redress=Redress(Remedy.PAYMENT, 10**9)) for n in range(1, 9)]
    case = with_agreed(*many)
    card = cards.card(case, COUNCIL, TODAY)
    told = agreed_lines.told(case, one, "<@U7>", COUNCIL, TODAY, is_new=False)
    listed = digest.morning_list([], [], COUNCIL, TODAY, None, (), [(case, a) for a in many])
    assert listed is not None
    for saying in (card, told, listed):
        assert block_problems(list(saying.blocks), 50) == []
        assert len(str(saying.blocks)) < 13_000
        assert set(notified(saying.text, list(saying.blocks))) <= {"U7"}
    assert notified(card.text, []) == ()
    details = {
        "cause": "delay", "lesson": what, "what": what, "due": "2026-12-04", "note": what,
        "done_on": "2026-12-07", "remedy": "payment", "pence": 9_950,
    }  # fmt: skip
    for event in agreed_lines.LINES:
        entry = Entry(CASE.reference, 2, event, NOW, staff("U1"), details)
        assert notified(history_lines.line(entry, COUNCIL, "Priya"), []) == ()


@given(anything)
def test_a_lesson_to_correct_and_a_list_of_what_was_agreed_are_modals_that_slack_takes(
    what: str,
) -> None:
    case = with_agreed(agreed(1, what), agreed(2, what))
    assert view_problems(closing_modals.lesson(case)) == []
    assert view_problems(closing_modals.done(case, case.agreed, 2, TODAY)) == []


def test_the_card_names_what_is_agreed_by_when_and_by_whom_the_earliest_first() -> None:
    case = with_agreed(agreed(1, "Hire a van", days=7), agreed(2, "Ring them", "U8", days=3))
    said = agreed_lines.card_line(case, COUNCIL, TODAY)
    assert said.splitlines() == [
        "*Agreed:* Ring them, by Mon 30 November 2026 (1 working day left), <@U8>",
        "*Agreed:* Hire a van, by Fri 4 December 2026 (5 working days left), <@U7>",
    ]
    spoken = agreed_lines.spoken(case, COUNCIL, TODAY)
    assert spoken == (
        " Agreed and still to be done: 2 things, the first by Mon 30 November 2026, "
        "1 working day left."
    )


def test_more_than_three_are_counted_and_what_is_done_is_not_shown() -> None:
    case = with_agreed(*(agreed(n, f"task {n}") for n in range(1, 6)))
    assert agreed_lines.card_line(case, COUNCIL, TODAY).endswith("…and 2 more agreed")
    done = Finished(TODAY, "U7", "Done.")
    for number in range(1, 6):
        case = finish(case, number, done, COUNCIL, staff("U7"), NOW).case
    assert agreed_lines.card_line(case, COUNCIL, TODAY) == ""
    assert agreed_lines.spoken(case, COUNCIL, TODAY) == ""


@pytest.mark.parametrize(
    ("pence", "said"), [(5, "£0.05"), (9_950, "£99.50"), (125_000_00, "£125,000.00")]
)
def test_money_is_said_with_its_pence(pence: int, said: str) -> None:
    assert agreed_lines.pounds(pence) == said


def test_what_was_done_late_is_said_with_both_dates() -> None:
    case = with_agreed(agreed(1, "Hire a van", days=7))
    done = Finished(date(2026, 12, 8), "U7", "Two vans.")
    (entry,) = finish(case, 1, done, COUNCIL, staff("U7"), utc(2026, 12, 8)).entries
    line = history_lines.line(entry, COUNCIL, "Priya")
    assert line.startswith(
        "Priya said that it is done, on Tue 8 December 2026, 2 working days late: *Hire a van*. "
        "Two vans."
    )
    assert entry.event is Event.AGREED_DONE


def test_of_a_private_case_only_its_channel_reads_what_was_agreed() -> None:
    private = opened(COUNCIL, NOW, "CC-2026-00060", "#missed_bin complaint !mp_enquiry").case
    late = [(private, agreed(1, "Write to Mrs Crane", days=-3))]
    own = digest.morning_list([], [], COUNCIL, TODAY, "private-chief-executive", (), late)
    whole = digest.morning_list([], [], COUNCIL, TODAY, None, (), late)
    assert own is not None
    assert whole is not None
    assert "1 agreed and overdue" in own.text
    assert "Crane" in str(own.blocks)
    assert "(private)" in str(whole.blocks)
    assert "Crane" not in str(whole.blocks)
    assert digest.morning_list([], [], COUNCIL, TODAY, "waste-recycling", (), late) is None
