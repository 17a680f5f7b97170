"""Who is told when that nobody looks at a folder, with several bots on one store (mail.md A8)."""

from datetime import timedelta

from handlers.fetching import Looked, looked, nobody_looked
from models.outbox import Kind
from tests.support.council import utc
from tests.support.office import TestOffice

NOW = utc(2026, 11, 27)
MINUTE = timedelta(minutes=1)
PATIENCE = 15 * MINUTE


def watchdog(office: TestOffice, silent_minutes: int, minutes: int) -> bool:
    now, silence = NOW + minutes * MINUTE, silent_minutes * MINUTE
    return nobody_looked(office.store, "lead", "a", "INBOX", silence, now, PATIENCE)


def alarms(office: TestOffice) -> list[str]:
    return [str(parcel.payload["text"]) for parcel in office.waiting(Kind.ALARM)]


def test_a08_a_bot_that_cannot_look_says_nothing_while_another_looks(office: TestOffice) -> None:
    for minutes in range(120):
        looked(office.store, "lead", Looked("a", "INBOX"), NOW + minutes * MINUTE)
        assert not watchdog(office, 20 + minutes, minutes)
    assert alarms(office) == []


def test_a08_when_the_other_stops_looking_the_alarm_names_the_true_silence_once(
    office: TestOffice,
) -> None:
    looked(office.store, "lead", Looked("a", "INBOX"), NOW)
    told = [watchdog(office, 300 + minutes, minutes) for minutes in range(14, 40)]
    assert told == [False, True] + [False] * 24
    (alarm,) = alarms(office)
    assert "for 15 minutes" in alarm


def test_a08_each_silence_has_an_alarm_of_its_own(office: TestOffice) -> None:
    for minutes in (0, 60):
        looked(office.store, "lead", Looked("a", "INBOX"), NOW + minutes * MINUTE)
        assert watchdog(office, 20, minutes + 20)
    assert ["No look" in text for text in alarms(office)] == [True, False, True]
