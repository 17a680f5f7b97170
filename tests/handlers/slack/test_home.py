"""Whatever stands on a home tab: Slack takes it, and it reads well."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.limits import view_problems
from bot.sandbox.mentions import notified
from handlers.slack import home
from handlers.slack.home import Contents, Lead, Row, ServiceRow
from models.absence import Absence, StandIn
from models.agreed import Agreed, Cause, Lesson, Task
from models.case import Case, State
from models.letter import LetterKind
from models.prediction import Flag
from models.standing import Standing
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
TODAY = date(2026, 11, 27)
CASE = opened(COUNCIL, NOW, "CC-2026-00042").case
AWAY = Absence("U2", TODAY, TODAY + timedelta(days=5), "U1")
NOTHING = Contents((), (), (), (), frozenset({"waste_recycling"}), (), None, None)


def rows(count: int, subject: str = "Bins", *, named: bool = True) -> tuple[Row, ...]:
    case = replace(CASE, subject=subject)
    return tuple(Row(replace(case, reference=f"CC-2026-{n:05d}"), named) for n in range(count))


def headings(view: home.Block) -> list[str]:
    return [block["text"]["text"] for block in view["blocks"] if block["type"] == "header"]


def said(view: home.Block) -> str:
    return str(view["blocks"])


many = st.integers(0, 600)


@settings(max_examples=40, deadline=None)
@given(
    counts=st.tuples(many, many, many, many, many, many),
    subject=st.text(max_size=3_000) | st.just("<!channel> <@U9> " * 99),
    services=st.integers(0, 60),
)
def test_whatever_there_is_slack_takes_the_home_and_nobody_is_called(
    counts: tuple[int, ...], subject: str, services: int
) -> None:
    mine, covered, waiting, unclaimed, undecided, overdue = (
        rows(count, subject) for count in counts
    )
    standing = Standing("waste_recycling", 999, 99, 99, 99)
    view = home.view(
        Contents(
            mine,
            (AWAY,) * 60,
            covered,
            waiting,
            frozenset({"waste_recycling"}),
            unclaimed,
            undecided,
            Lead((ServiceRow(standing, 99),) * services, overdue),
            StandIn(None, (AWAY,), in_circle=True),
        ),
        COUNCIL,
        TODAY,
    )
    assert view_problems(view) == []
    assert len(view["blocks"]) <= 100
    assert "<!channel>" not in said(view)
    assert "U9" not in notified("", view["blocks"])


def test_what_is_cut_off_is_counted_with_the_command_that_shows_it() -> None:
    view = home.view(replace(NOTHING, mine=rows(32)), COUNCIL, TODAY)
    assert headings(view)[0] == "Your cases (32)"
    assert "and 12 more: `/case mine`" in said(view)


def test_each_part_is_there_for_whom_it_is_meant_and_an_empty_one_says_so_kindly() -> None:
    plain = home.view(NOTHING, COUNCIL, TODAY)
    assert headings(plain) == ["Your cases", "Not claimed yet"]
    assert "You hold no case now" in said(plain)
    assert "Everything in your services is claimed" in said(plain)
    nowhere = home.view(replace(NOTHING, services=frozenset()), COUNCIL, TODAY)
    assert "You are in no service's channel yet" in said(nowhere)
    whole = replace(NOTHING, covering=(AWAY,), undecided=(), lead=Lead((), ()))
    view = home.view(whole, COUNCIL, TODAY)
    assert headings(view) == [
        "Your cases", "You cover", "Not claimed yet", "To decide", "Every service", "Overdue",
    ]  # fmt: skip
    assert "They hold no case" in said(view)
    assert "Nothing is overdue anywhere" in said(view)


def test_a_row_says_what_is_due_when_in_words_and_overdue_comes_first() -> None:
    late = replace(
        CASE, reference="CC-2026-00007", stage=replace(CASE.stage, respond_by=TODAY - timedelta(7))
    )
    late = replace(late, stage=replace(late.stage, acknowledged_at=NOW))
    done = replace(CASE, reference="CC-2026-00001", state=State.ANSWERED)
    assert home.in_order([done, CASE, late]) == [late, CASE, done]
    view = home.view(replace(NOTHING, mine=(Row(late, True), Row(CASE, True))), COUNCIL, TODAY)
    assert "*Answer: 5 working days overdue* (Fri 20 November 2026)" in said(view)
    assert "Acknowledgement: 3 working days left (Wed 2 December 2026)" in said(view)


def test_each_case_has_a_button_that_says_which_case_it_opens() -> None:
    view = home.view(replace(NOTHING, mine=rows(2)), COUNCIL, TODAY)
    buttons = [block["accessory"] for block in view["blocks"] if "accessory" in block]
    assert [b["accessibility_label"] for b in buttons] == [
        "Open case CC-2026-00000", "Open case CC-2026-00001",
    ]  # fmt: skip
    assert {b["action_id"] for b in buttons} == {"list_open"}


def test_a_private_case_stands_there_without_its_subject_where_that_may_not_be_shown() -> None:
    view = home.view(
        replace(NOTHING, mine=rows(1, "Secret"), covered=rows(1, "Secret", named=False)),
        COUNCIL,
        TODAY,
    )
    assert said(view).count("Secret") == 1
    hidden = replace(NOTHING, mine=rows(1, "Secret", named=False))
    assert "Secret" not in said(home.view(hidden, COUNCIL, TODAY))


def test_a_service_is_a_line_of_counts_and_quiet_ones_stand_together() -> None:
    services = (
        ServiceRow(Standing("waste_recycling", 3, 1, 2, 0), 2),
        ServiceRow(Standing(None, 1, 0, 1, 1), 0),
    )
    view = home.view(replace(NOTHING, lead=Lead(services, ())), COUNCIL, TODAY)
    assert "*: 3 open, *1 overdue*, 2 due this week, 2 unclaimed\\n" in said(view)
    assert "*Other bodies' matters*: 1 open, none overdue, 1 unclaimed, 1 undecided" in said(view)
    assert "Nothing open: " in said(view)


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        ((), ""),
        ((LetterKind.ACKNOWLEDGEMENT,), "*To print and post*: the acknowledgement"),
        (
            (LetterKind.ACKNOWLEDGEMENT, LetterKind.RESPONSE),
            "*To print and post*: the acknowledgement and answer",
        ),
    ],
)
def test_letters_that_wait_for_the_post_are_named(
    waiting: tuple[LetterKind, ...], words: str
) -> None:
    assert home.to_post(replace(CASE, stage=replace(CASE.stage, to_post=waiting))) == words


def test_what_was_agreed_is_said_with_its_date() -> None:
    task = Task("Check <!here> the list", "U1", TODAY + timedelta(days=3))
    agreed = Agreed(1, None, TODAY, task, Lesson(Cause.DELAY, "late"))
    words = home.to_do(agreed, COUNCIL, TODAY)
    assert words == (
        "*To do*: Check &lt;!here&gt; the list; 1 working day left (Mon 30 November 2026)"
    )


def test_who_is_away_is_told_on_their_own_home_until_when_and_who_covers() -> None:
    away = StandIn("U1", (AWAY,))
    view = home.view(replace(NOTHING, away=away), COUNCIL, TODAY)
    assert "You are recorded as away until Wed 2 December 2026; <@U1> covers" in said(view)


def at_risk(*flags: Flag) -> Case:
    return replace(CASE, reference="CC-2026-00099", flags=flags)


@pytest.mark.parametrize("flag", [Flag.SAFEGUARDING, Flag.HAZARD])
def test_a_row_names_in_words_that_somebody_may_come_to_harm(flag: Flag) -> None:
    case = at_risk(Flag.MP_ENQUIRY, flag)
    view = home.view(replace(NOTHING, unclaimed=(Row(case, True),)), COUNCIL, TODAY)
    assert f"*CC-2026-00099* :warning: *{flag}* Bins" in said(view)
    answered = replace(case, state=State.ANSWERED)
    view = home.view(replace(NOTHING, mine=(Row(answered, True),)), COUNCIL, TODAY)
    assert flag not in said(view)


def test_a_private_cases_flag_stands_on_no_home_of_who_may_not_see_it() -> None:
    case = at_risk(Flag.SAFEGUARDING, Flag.HAZARD)
    view = home.view(replace(NOTHING, mine=(Row(case, False),)), COUNCIL, TODAY)
    assert "safeguarding" not in said(view)
    assert "hazard" not in said(view)
    assert "warning" not in said(view)


def test_where_somebody_may_come_to_harm_comes_first_unless_that_would_tell_a_private_flag() -> (
    None
):
    other, danger = Row(CASE, True), Row(at_risk(Flag.HAZARD), True)
    assert home.at_risk_first([other, danger]) == (danger, other)
    private = Row(at_risk(Flag.SAFEGUARDING), False)
    assert home.at_risk_first([other, private]) == (other, private)
