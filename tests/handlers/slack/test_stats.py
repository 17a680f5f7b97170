"""How the work stands, in words that can be read aloud."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from handlers.slack import stats
from models.case import Change
from models.prediction import Category
from models.standing import Standing
from tests.support.cases import opened
from tests.support.council import utc
from tests.support.office import TestOffice, open_office

JUNE = utc(2026, 6, 1)


@pytest.fixture
def office(tmp_path: Path) -> TestOffice:
    return open_office(tmp_path)


def month(office: TestOffice, first: date, until: date) -> list[str]:
    with office.store.view() as work:
        return list(stats._month(work, first, until, office.council, ""))


def test_every_category_has_its_words() -> None:
    assert set(stats._KINDS) == set(Category)


def test_a_month_is_the_councils_own_and_one_of_a_kind_is_said_in_the_singular(
    office: TestOffice,
) -> None:
    # Half past eleven of 31 May in UTC is 1 June in Britain.
    times = [utc(2026, 5, 31, 23, 30), JUNE, utc(2026, 6, 30, 22, 59), utc(2026, 6, 30, 23, 0)]
    told = ["complaint", "complaint", "enquiry", "enquiry"]
    with office.store.work() as work:
        for n, (at, kind) in enumerate(zip(times, told, strict=True)):
            case = opened(office.council, at, f"CC-2026-{n:05d}", f"#missed_bin {kind}").case
            work.cases.add(Change(case, ()))
    said = month(office, date(2026, 6, 1), date(2026, 7, 1))
    assert said[1] == "Received 3: 2 complaints, 1 general enquiry."
    assert said[2] == "No complaint was answered."


def test_answers_in_time_are_a_number_of_a_number(office: TestOffice) -> None:
    with office.store.work() as work:
        for n, day in enumerate((22, 22, 23)):
            case = opened(office.council, JUNE, f"CC-2026-{n:05d}").case
            assert case.stage.answer_by == date(2026, 6, 22)
            # Until the end of the day, in the council's time: 22:59 in UTC.
            at = utc(2026, 6, day, 22, 59) if n < 2 else utc(2026, 6, 22, 23, 0)
            work.cases.add(Change(replace(case, stage=replace(case.stage, answered_at=at)), ()))
    assert month(office, date(2026, 6, 1), date(2026, 7, 1))[2] == (
        "Complaints answered: 3, in time 2/3."
    )


def test_a_service_says_what_is_not_nought_and_the_total_says_all(office: TestOffice) -> None:
    standings = (Standing("waste_recycling", 3, 1, 2, 0), Standing(None, 1, 0, 0, 1))
    assert list(stats._now(standings, office.council))[1:] == [
        "4 open, 1 overdue, 2 not claimed, 1 waiting for a decision.",
        "• Waste and recycling (Direct Services): 3 open, 1 overdue, 2 not claimed.",
        "• Other bodies' matters: 1 open, 1 waiting for a decision.",
    ]
