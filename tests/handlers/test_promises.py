"""What an acknowledgement promises, the case keeps and a holding reply repeats: one date."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.case import Case, Classification, Level, State
from models.errors import Refused
from models.history import Event
from models.letter import Going, Letter, LetterKind, Way
from models.policy import PRESETS
from models.prediction import Category
from tests.support.casework import OFFICER, entry, seen
from tests.support.council import example_council, utc
from tests.support.letterbox import delivered
from tests.support.office import TestOffice, email, open_office

MONDAY = utc(2026, 6, 1, 9)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COMPLAINT = Classification(Category.COMPLAINT, "waste_recycling", None, Level.LEVEL_ONE)
ENQUIRY = Classification(Category.GENERAL_ENQUIRY, "waste_recycling", None, None)
_DAY_IN_WORDS = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} [A-Z][a-z]+ \d{4}")


@contextmanager
def office_under(preset: str) -> Iterator[TestOffice]:
    with TemporaryDirectory() as folder:
        council = replace(example_council(), policy=PRESETS[preset])
        office = open_office(Path(folder), council)
        try:
            yield office
        finally:
            office.store.close()


@pytest.fixture
def code() -> Iterator[TestOffice]:
    with office_under("lgsco-2024") as office:
        yield office


def promised(text: str) -> date | None:
    """The day after "by" in a letter."""
    found = re.search(rf"\bby ({_DAY_IN_WORDS.pattern})", text)
    return datetime.strptime(found[1], "%A %d %B %Y").replace(tzinfo=UTC).date() if found else None


def said(office: TestOffice, case: Case, at: datetime) -> date | None:
    """What a holding reply written now says that we said."""
    text = office.casework.holding_template(seen(office, case.reference), at).text
    found = re.search(r"We said [^.]*\.", text)
    return promised(found[0]) if found else None


def new_case(office: TestOffice, at: datetime, told: str = "#missed_bin complaint") -> Case:
    return office.case(office.receive(email(f"Not emptied. {told}"), at).reference)


def test_under_the_code_letter_case_history_and_holding_reply_have_one_date(
    code: TestOffice,
) -> None:
    case = new_case(code, MONDAY)
    (letter,) = delivered(code, MONDAY + HOUR)
    due = date(2026, 6, 15)
    assert promised(letter.text) == due
    assert code.case(case.reference).stage.respond_by == due
    assert entry(code, case.reference, Event.ACKNOWLEDGED).details["respond_by"] == "2026-06-15"
    assert said(code, case, MONDAY + 2 * HOUR) == due


@settings(max_examples=25, deadline=None)
@given(
    preset=st.sampled_from(sorted(PRESETS)),
    hours=st.integers(0, 24 * 400),
    late=st.integers(0, 60),
    told=st.sampled_from(
        ["#missed_bin complaint", "#missed_bin enquiry", "#missed_bin enquiry unsure", ""]
    ),
    decided=st.sampled_from([None, COMPLAINT, ENQUIRY]),
)
def test_whenever_it_is_written_and_leaves_a_holding_reply_repeats_only_what_the_letter_promised(
    preset: str, hours: int, late: int, told: str, decided: Classification | None
) -> None:
    """Over weekends, bank holidays and the change of the clocks; late by hours, days, or midnight."""
    at = utc(2025, 12, 1, 0, 30) + hours * HOUR
    with office_under(preset) as office:
        case = new_case(office, at, told)
        (letter,) = delivered(office, at + late * HOUR)
        first = promised(letter.text)
        assert first is not None
        assert office.case(case.reference).stage.answer_by == first
        office.receive(
            email("Any news?", Message_ID="<2@post.example>", In_Reply_To="<first@post.example>"),
            at + late * HOUR,
        )
        assert office.case(case.reference).stage.answer_by == first
        if decided is not None:
            with suppress(Refused):  # it is like that already
                office.casework.reclassify(
                    seen(office, case.reference), decided, OFFICER, at + late * HOUR
                )
        if office.case(case.reference).state is State.OPEN:
            assert said(office, case, at + late * HOUR) == first


def test_one_that_leaves_a_day_later_than_written_keeps_the_promise_in_it(
    code: TestOffice,
) -> None:
    case = new_case(code, MONDAY)
    (letter,) = delivered(code, MONDAY + DAY)
    after = code.case(case.reference)
    assert promised(letter.text) == after.stage.respond_by == date(2026, 6, 15)
    assert after.stage.acknowledged_at == MONDAY + DAY
    assert said(code, case, MONDAY + 2 * DAY) == date(2026, 6, 15)


def on_paper(office: TestOffice, case: Case, at: datetime) -> Letter:
    going = Going(Way.LETTER, "Jo Pike\n1 High Street")
    draft = office.casework.draft_acknowledgement(
        seen(office, case.reference), OFFICER, at, None, going
    )
    office.casework.send(draft.id, OFFICER, at)
    return draft.letter


def test_on_paper_the_promise_holds_from_the_day_of_posting(code: TestOffice) -> None:
    case = new_case(code, MONDAY - 20 * DAY)
    delivered(code, MONDAY)  # too late: it is held back, and the date stays the policy's latest
    assert code.case(case.reference).stage.respond_by == date(2026, 6, 3)
    letter = on_paper(code, case, MONDAY)
    assert promised(letter.text) == letter.promises == date(2026, 6, 15)
    assert code.case(case.reference).stage.respond_by == date(2026, 6, 3)
    assert said(code, case, MONDAY) is None
    code.casework.posted(
        seen(code, case.reference), LetterKind.ACKNOWLEDGEMENT, date(2026, 6, 3), OFFICER,
        MONDAY + 2 * DAY,
    )  # fmt: skip
    assert code.case(case.reference).stage.respond_by == date(2026, 6, 15)
    assert said(code, case, MONDAY + 2 * DAY) == date(2026, 6, 15)


def test_a_preview_of_yesterday_is_not_sent_with_yesterdays_promise(code: TestOffice) -> None:
    case = new_case(code, MONDAY - 20 * DAY)
    delivered(code, MONDAY)
    draft = code.casework.draft_acknowledgement(seen(code, case.reference), OFFICER, MONDAY)
    with pytest.raises(Refused, match="date it promises has changed"):
        code.casework.send(draft.id, OFFICER, MONDAY + DAY)


def test_a_letter_that_promised_no_date_is_said_to_have_promised_none(code: TestOffice) -> None:
    case = new_case(code, MONDAY - 20 * DAY)
    delivered(code, MONDAY)
    draft = code.casework.draft_acknowledgement(
        seen(code, case.reference), OFFICER, MONDAY, "We have it and will write."
    )
    assert draft.warnings == (
        "The answer would be due by Monday 15 June 2026, and it does not say so.",
    )
    code.casework.send(draft.id, OFFICER, MONDAY)
    assert delivered(code, MONDAY)
    assert code.case(case.reference).stage.promised is None
    assert said(code, case, MONDAY) is None


def test_what_the_acknowledgement_promised_is_said_after_another_decision_too() -> None:
    with office_under("eastleigh-2021") as office:
        case = new_case(office, MONDAY, "#missed_bin enquiry unsure")
        (letter,) = delivered(office, MONDAY)
        assert promised(letter.text) == date(2026, 6, 15)
        office.casework.reclassify(seen(office, case.reference), COMPLAINT, OFFICER, MONDAY)
        assert office.case(case.reference).stage.respond_by == date(2026, 6, 22)
        assert said(office, case, MONDAY) == date(2026, 6, 15)


def test_a_stage_that_was_opened_again_has_promised_nothing_yet() -> None:
    with office_under("eastleigh-2021") as office:
        case = new_case(office, MONDAY)
        delivered(office, MONDAY)
        office.casework.reclassify(seen(office, case.reference), COMPLAINT, OFFICER, MONDAY)
        office.casework.close(seen(office, case.reference), "by phone", None, OFFICER, MONDAY)
        reply = email("Again", Message_ID="<2@x>", In_Reply_To="<first@post.example>")
        office.receive(reply, MONDAY + DAY)
        assert office.case(case.reference).stage.number == 2
        assert said(office, case, MONDAY + DAY) is None
