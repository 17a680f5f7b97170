"""What is listed for one person: pages that Slack takes, and nothing of what they may not see."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.mentions import notified
from handlers.slack import commands, lists, wording
from handlers.slack.lists import Asked, Page, Row, asked, drawn
from models.case import Case
from models.errors import Refused
from models.message import Sender
from models.prediction import Flag
from tests.handlers.slack.test_rendering import STATES, anything, assert_slack_takes
from tests.support.cases import opened
from tests.support.council import example_council, utc

COUNCIL = example_council()
NOW = utc(2026, 11, 27)
TODAY = date(2026, 11, 27)
CASE = opened(COUNCIL, NOW, "CC-2026-00042").case


def everything(_case: Case) -> bool:
    return True


def nothing(_case: Case) -> bool:
    return False


def page_of(case: Case, words: str = "", total: int = 1) -> Page:
    rows = [Row(case, lists.standing(case, COUNCIL, TODAY), words)]
    return Page("Overdue", total, rows)


def buttons(saying) -> dict[str, str]:
    return {
        element["action_id"]: element["value"]
        for block in saying.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }


@pytest.mark.parametrize("case", STATES.values(), ids=STATES)
def test_a_row_says_reference_subject_owner_what_is_due_and_who_holds_it(case: Case) -> None:
    saying = drawn(page_of(case), Asked("overdue", ""), COUNCIL, everything)
    assert_slack_takes(saying)
    owner = COUNCIL.catalogue.owner_name(case.service, case.authority)
    for part in (case.reference, "“Bins”", owner):
        assert part in saying.text
    if case.is_open and case.stage.answer_by:
        assert "working days left" in saying.text
        assert ("held by" if case.holder else "not claimed") in saying.text


def test_a_private_case_is_named_without_subject_words_or_a_button_to_who_may_not_see_it() -> None:
    case = replace(CASE, subject="Secret", flags=(Flag.MP_ENQUIRY,))
    page = page_of(case, "secret words")
    hidden = str(drawn(page, Asked("search", "x"), COUNCIL, nothing))
    assert "(private)" in hidden
    assert "ecret" not in hidden
    assert lists.OPEN not in hidden
    seen = str(drawn(page, Asked("search", "x"), COUNCIL, everything))
    assert "Secret" in seen
    assert "secret words" in seen
    assert lists.OPEN in seen


def test_that_somebody_may_come_to_harm_is_said_in_a_row_to_who_may_see_the_case() -> None:
    page = page_of(replace(CASE, flags=(Flag.HAZARD,)))
    seen = drawn(page, Asked("overdue", ""), COUNCIL, everything)
    assert "*CC-2026-00042* :warning: *hazard* “Bins”" in str(seen.blocks)
    assert ":warning: *hazard*" in seen.text
    hidden = str(drawn(page, Asked("overdue", ""), COUNCIL, nothing))
    assert "hazard" not in hidden
    assert "warning" not in hidden


@pytest.mark.parametrize(
    ("page", "total", "offered"),
    [(1, 10, {}), (1, 61, {"list_next": 2}), (7, 61, {"list_earlier": 6}),
     (2, 61, {"list_earlier": 1, "list_next": 3})],
)  # fmt: skip
def test_the_pages_before_and_after_are_offered_where_there_are_such(
    page: int, total: int, offered: dict[str, int]
) -> None:
    saying = drawn(page_of(CASE, total=total), Asked("due", "10", page), COUNCIL, everything)
    carried = {name: json.loads(value) for name, value in buttons(saying).items()}
    assert carried == {
        name: {"list": "due", "words": "10", "page": to} for name, to in offered.items()
    }
    assert (f"Page {page} of 7" in str(saying.blocks)) is (total == 61)
    assert saying.text.startswith(
        f"Overdue: {total}" + (f", page {page} of 7." if offered else ".")
    )


@given(subject=anything, name=anything, words=anything, heading=anything)
def test_any_words_make_a_page_that_slack_takes_and_that_notifies_nobody(
    subject: str, name: str, words: str, heading: str
) -> None:
    case = replace(CASE, subject=subject, customer=Sender(name, None))
    rows = [Row(case, lists.standing(case, COUNCIL, TODAY), wording.one_line(words, 300))] * 10
    title = f"Found for “{wording.escape(wording.one_line(heading, 60))}”"
    of = Asked("search", wording.one_line(heading, 200), 2)
    saying = drawn(Page(title, 99, rows), of, COUNCIL, everything)
    assert_slack_takes(saying)
    assert notified(saying.text, list(saying.blocks)) == ()


@given(st.text(max_size=40) | st.builds(json.dumps, st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.sampled_from(["list", "words", "page"]), inner),
)))  # fmt: skip
def test_whatever_a_button_carries_it_is_a_page_or_a_sentence(value: str) -> None:
    said, page = "another time", 1
    try:
        page = asked(value).page
    except Refused as refused:
        said = str(refused)
    assert page >= 1
    assert "another time" in said


def test_what_a_button_carries_comes_back_as_it_was_asked() -> None:
    of = Asked("search", 'missed "bin"', 1)
    assert asked(of.value(3)) == replace(of, page=3)


def test_help_is_of_the_words_that_there_are_and_of_no_others() -> None:
    named = set(re.findall(r"`/case ([a-z]+)", wording.HELP))
    assert named == set(filter(None, commands._WORDS))
    assert len(wording.HELP) < 1_500


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("Ask <@U1|sam> in <#C1|waste> about A &amp; B", "Ask sam in waste about A & B"),
        ("&lt;b&gt; 1 < 2", "<b> 1 < 2"),
    ],
)
def test_what_slack_escapes_is_read_as_it_was_typed(sent: str, typed: str) -> None:
    assert commands._as_typed(sent) == typed


def test_a_heading_of_signs_that_are_escaped_is_not_cut_within_one() -> None:
    title = f"Found for “{wording.escape(wording.one_line('&' * 80, 60))}”"
    said = drawn(Page(title, 0, []), Asked("search", "&"), COUNCIL, everything)
    assert said.text == f"{title}: nothing."
    assert_slack_takes(said)
