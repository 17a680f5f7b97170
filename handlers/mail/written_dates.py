"""Dates as mail programs write them above what they forward, in many languages."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from handlers.mail.headers import HOSTILE

# How the names of the twelve months start, in English, German, French, Spanish, Italian, Dutch,
# Portuguese, Polish, Swedish, Norwegian, Danish, Finnish, Romanian and Welsh.
_MONTHS = (
    "jan,janv,ene,gen,sty,tammi,ian,ion",
    "feb,fév,febbr,fev,lut,helmi,chwef",
    "mar,mär,maa,mrt,mars,mawrth",
    "apr,avr,abr,kwi,huhti,ebr",
    "may,mai,may,mag,maj,mei,touko",
    "jun,juin,giu,cze,kesä,iun,meh",
    "jul,juil,lug,lip,heinä,iul,gorff",
    "aug,aoû,ago,sie,elo,awst",
    "sep,set,wrz,syys,medi",
    "oct,okt,ott,out,paź,loka,hydref",
    "nov,lis,marras,noi,tach",
    "dec,dez,déc,dic,gru,des,joulu,rhag",
)
_MONTH_OF = {
    start: number for number, starts in enumerate(_MONTHS, start=1) for start in starts.split(",")
}
_STARTS = "|".join(sorted(map(re.escape, _MONTH_OF), key=len, reverse=True))
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?[ \u00a0.,-]{{1,3}}(?:de |of |o )?({_STARTS})[^\W\d]*\.?"
    r"[ \u00a0,.-]{1,3}(?:de )?(\d{4})\b",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"\b({_STARTS})[^\W\d]*\.?[ \u00a0]{{1,3}}(\d{{1,2}})(?:st|nd|rd|th)?,?[ \u00a0]{{1,3}}(\d{{4}})\b",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b")
_TIME = re.compile(
    r"\b(\d{1,2})[:.h](\d{2})(?:[:.]\d{2})?\s*(a\.?m\.?\b|p\.?m\.?\b)?", re.IGNORECASE
)
_OFFSET = re.compile(
    r"(?:\b(?:GMT|UTC)|\s)([+-])(\d{1,2})(?::?(\d{2}))?\b|\b(GMT|UTC|BST)\b|\b\d{2}Z\b"
)
_NAMED_OFFSETS = {"GMT": 0, "UTC": 0, "BST": 60}


def read_date(written: str, zone: tzinfo) -> datetime | None:
    """The time, aware, in UTC; None where it cannot be read. Without an offset it is in `zone`.

    A date in figures is read as in Britain, the day first, unless that cannot be. Without a time
    of day it is noon.
    """
    written = written.strip()[:200]
    day = _day(written)
    if day is None:
        return None
    (year, month, date), rest = day
    hour, minute = _time(rest)
    try:
        at = datetime(year, month, date, hour, minute, tzinfo=_zone(rest, zone))
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return _by_header(written)


def _day(written: str) -> tuple[tuple[int, int, int], str] | None:
    if match := _DAY_FIRST.search(written):
        found = int(match[3]), _MONTH_OF[match[2].lower()], int(match[1])
    elif match := _MONTH_FIRST.search(written):
        found = int(match[3]), _MONTH_OF[match[1].lower()], int(match[2])
    elif match := _YEAR_FIRST.search(written):
        found = int(match[1]), int(match[2]), int(match[3])
    elif match := _NUMBERS.search(written):
        first, second = int(match[1]), int(match[2])
        found = (int(match[3]), first, second) if second > 12 else (int(match[3]), second, first)
    else:
        return None
    return found, written[: match.start()] + " " + written[match.end() :]


def _time(rest: str) -> tuple[int, int]:
    match = _TIME.search(rest)
    if match is None:
        return 12, 0
    hour, minute = int(match[1]), int(match[2])
    if match[3]:
        hour = hour % 12 + (12 if match[3].lower().startswith("p") else 0)
    return hour, minute


def _zone(rest: str, zone: tzinfo) -> tzinfo:
    match = _OFFSET.search(rest)
    if match is None:
        return zone
    if match[1]:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    return timezone(timedelta(minutes=_NAMED_OFFSETS.get(match[4] or "", 0)))


def _by_header(written: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(written)
    except HOSTILE:
        return None
    return read.astimezone(UTC) if read.tzinfo else None
