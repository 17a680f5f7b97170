"""What was agreed is chased like a deadline, whatever becomes of its case."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from handlers.agreed import Agreeing
from handlers.ombudsman import Ombudsman
from handlers.reminders import remind
from handlers.slack import history_lines
from models.agreed import Finished, Redress, Remedy
from models.case import Case, State
from models.errors import Refused, Stale
from models.history import Event
from models.ombudsman import Area, Referral
from models.outbox import Kind
from models.people import staff
from tests.support.casework import OFFICER, answer, close, entry, events, learned, seen
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2026, 11, 27)  # a Friday; the lesson of `close` is due on Friday 11 December
DUE = date(2026, 12, 11)
SAM = staff("U2")


@pytest.fixture
def agreeing(office: TestOffice) -> Agreeing:
    return Agreeing(office.store, office.council)


def received(office: TestOffice) -> str:
    reference = office.receive(email(), NOW).reference
    assert reference is not None
    return reference


def every_hour(first: date, last: date) -> Iterator[datetime]:
    now, end = utc(first.year, first.month, first.day, 0), utc(last.year, last.month, last.day, 23)
    while now <= end:
        yield now
        now += timedelta(hours=1)


def said(office: TestOffice) -> list[object]:
    return [parcel.payload["days_before"] for parcel in office.waiting(Kind.AGREED)]


def test_the_owner_is_reminded_on_the_configured_days_before_although_the_case_is_closed(
    office: TestOffice,
) -> None:
    reference = received(office)
    assert close(office, reference, NOW).state is State.CLOSED
    days: dict[object, date] = {}
    for now in every_hour(date(2026, 11, 27), date(2026, 12, 18)):
        if remind(office.store, office.council, now):
            for point in said(office):
                days.setdefault(point, office.council.local_date(now))
    assert days == {
        5: date(2026, 12, 4),
        2: date(2026, 12, 9),
        1: date(2026, 12, 10),
        0: date(2026, 12, 11),
        -7: date(2026, 12, 18),
    }
    assert len(said(office)) == 5


def test_what_is_late_is_chased_every_week_on_a_working_morning_until_it_is_done(
    office: TestOffice, agreeing: Agreeing
) -> None:
    """Due on 11 December; the council is shut from Christmas Day to New Year's Day."""
    reference = received(office)
    close(office, reference, NOW)
    for now in every_hour(date(2026, 12, 12), date(2027, 1, 9)):
        remind(office.store, office.council, now)
    late = [p for p in office.waiting(Kind.AGREED) if p.payload["days_before"]]
    assert [p.payload["days_before"] for p in late] == [-7, -21, -28]
    assert {p.payload["owner"] for p in late} == {OFFICER.id}
    finished = Finished(date(2027, 1, 8), OFFICER.id, "Done.")
    agreeing.finish(seen(office, reference), 1, finished, OFFICER, utc(2027, 1, 9))
    for now in every_hour(date(2027, 1, 15), date(2027, 1, 15)):
        remind(office.store, office.council, now)
    assert len([p for p in office.waiting(Kind.AGREED) if p.payload["days_before"]]) == 3


def test_nobody_is_reminded_five_days_before_of_what_had_fewer_in_all(
    office: TestOffice, agreeing: Agreeing
) -> None:
    reference = received(office)
    task = replace(learned(office.council, NOW).task, due=date(2026, 12, 2))
    agreeing.agree_remedy(seen(office, reference), Redress(Remedy.APOLOGY), task, OFFICER, NOW)
    remind(office.store, office.council, NOW)
    assert said(office) == []
    remind(office.store, office.council, utc(2026, 11, 30))
    assert said(office) == [2]


def test_what_is_done_is_chased_no_more(office: TestOffice, agreeing: Agreeing) -> None:
    reference = received(office)
    close(office, reference, NOW)
    done = Finished(date(2026, 11, 27), OFFICER.id, "The lists are checked.")
    after = agreeing.finish(seen(office, reference), 1, done, OFFICER, NOW)
    assert after.state is State.CLOSED
    assert events(office, reference)[-1] is Event.AGREED_DONE
    remind(office.store, office.council, utc(2026, 12, 10))
    assert said(office) == []


def test_who_is_to_do_what_another_agreed_is_told_at_once_and_once(
    office: TestOffice, agreeing: Agreeing
) -> None:
    reference = received(office)
    answer(office, reference, NOW)
    lesson = learned(office.council, NOW, owner=SAM.id)
    office.casework.close(seen(office, reference), "", None, OFFICER, NOW, lesson)
    (parcel,) = office.waiting(Kind.AGREED)
    assert (parcel.payload["owner"], parcel.payload["days_before"]) == (SAM.id, None)
    other = replace(lesson, lesson=replace(lesson.lesson, text="The list was old."))
    agreeing.record_lesson(seen(office, reference), other, OFFICER, NOW)
    assert len(office.waiting(Kind.AGREED)) == 1


def test_a_new_date_is_chased_anew(office: TestOffice, agreeing: Agreeing) -> None:
    reference = received(office)
    close(office, reference, NOW)
    remind(office.store, office.council, utc(2026, 12, 10))
    lesson = learned(office.council, NOW)
    later = replace(lesson, task=replace(lesson.task, due=date(2026, 12, 17)))
    agreeing.record_lesson(seen(office, reference), later, OFFICER, utc(2026, 12, 10))
    remind(office.store, office.council, utc(2026, 12, 10, 13))
    dues = [(p.payload["due"], p.payload["days_before"]) for p in office.waiting(Kind.AGREED)]
    assert dues == [("2026-12-11", 1), ("2026-12-17", 5)]


def test_who_has_not_seen_what_the_case_is_now_is_refused(
    office: TestOffice, agreeing: Agreeing
) -> None:
    reference = received(office)
    before = seen(office, reference)
    close(office, reference, NOW)
    done = Finished(date(2026, 11, 27), OFFICER.id, "Done.")
    with pytest.raises(Stale):
        agreeing.finish(before, 1, done, OFFICER, NOW)
    with pytest.raises(Refused, match="no case"):
        agreeing.finish(replace(before, reference="CC-2026-00099"), 1, done, OFFICER, NOW)


def test_a_reply_opens_the_case_again_and_what_was_agreed_stays(office: TestOffice) -> None:
    reference = received(office)
    close(office, reference, NOW)
    office.receive(email("Again", Message_ID="<2@x>", In_Reply_To="<first@post.example>"), NOW)
    case: Case = office.case(reference)
    assert (case.state, len(case.agreed)) == (State.OPEN, 1)
    remind(office.store, office.council, utc(2026, 12, 10))
    assert 1 in said(office)


def test_what_comes_back_to_somebody_is_told_and_reminded_of_anew(
    office: TestOffice, agreeing: Agreeing
) -> None:
    """Sam, Priya, Sam, with the same date: each is told, and at the end Sam is reminded."""
    reference = received(office)
    answer(office, reference, NOW)
    first = learned(office.council, NOW, SAM.id)
    office.casework.close(seen(office, reference), "", None, OFFICER, NOW, first)
    remind(office.store, office.council, utc(2026, 12, 4))
    for owner in ("U3", SAM.id):
        again = learned(office.council, NOW, owner)
        agreeing.record_lesson(seen(office, reference), again, OFFICER, utc(2026, 12, 4))
    remind(office.store, office.council, utc(2026, 12, 7))
    told = [(p.payload["owner"], p.payload["days_before"]) for p in office.waiting(Kind.AGREED)]
    assert told == [("U2", None), ("U2", 5), ("U3", None), ("U2", None), ("U2", 5)]


def test_a_remedy_names_the_referral_of_its_own_case_that_asked_for_it(
    office: TestOffice, agreeing: Agreeing
) -> None:
    reference = received(office)
    other = office.receive(email(Message_ID="<2@x>"), NOW).reference
    assert other is not None
    register = Ombudsman(office.store, office.council)
    for one, theirs in ((reference, "26 1"), (other, "26 2")):
        referral = Referral(one, office.council.local_date(NOW), theirs, Area.HOUSING)
        register.refer(seen(office, one), referral, OFFICER, NOW)
    (own,), (foreign,) = map(register.referrals, (reference, other))
    task = learned(office.council, NOW).task
    with pytest.raises(Refused, match="no such referral"):
        agreeing.agree_remedy(
            seen(office, reference),
            Redress(Remedy.REPAIR, referral=foreign.number),
            task,
            OFFICER,
            NOW,
        )
    redress = Redress(Remedy.REPAIR, referral=own.number)
    agreeing.agree_remedy(seen(office, reference), redress, task, OFFICER, NOW)
    (kept,) = office.case(reference).agreed
    assert kept.redress == redress
    line = history_lines.line(
        entry(office, reference, Event.REMEDY_AGREED), office.council, "Priya"
    )
    assert "as the Ombudsman asked (26 1)" in line
