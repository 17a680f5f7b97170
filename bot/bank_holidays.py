"""Days off of a nation, from the list that govuk-bank-holidays carries; never fetched."""

from datetime import date

from govuk_bank_holidays.bank_holidays import BankHolidays

from models.working_days import WorkingCalendar


def bank_holidays(nation: str) -> dict[date, str]:
    """Each bank holiday of `england-and-wales`, `scotland` or `northern-ireland`, with its name."""
    known = BankHolidays(use_cached_holidays=True)
    return {day["date"]: day["title"] for day in known.get_holidays(division=nation)}


def working_calendar(nation: str, closure_days: dict[date, str]) -> WorkingCalendar:
    """The calendar of a nation and a council: its own closure days are days off too."""
    return WorkingCalendar({**closure_days, **bank_holidays(nation)})
