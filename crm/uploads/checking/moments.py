"""Days and times as people and programs write them: text to a wall clock time."""

import datetime as dt
import re

from django.utils import timezone


class MomentError(ValueError):
    """`code` is one of: date_impossible, date_ambiguous."""

    def __init__(self, code: str = "date_impossible") -> None:
        super().__init__(code)
        self.code = code


_MONTH_NAMES = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTHS = {_MONTH_NAMES[at : at + 3]: at // 3 + 1 for at in range(0, 36, 3)}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
# With three digits the year is that of the Republic, as in Taiwan.
_YEAR_FIRST = re.compile(
    r"(?:民国|民國)?\s*(\d{3,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:[日号]|(?!\d))",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SHORT_YEAR = re.compile(r"(\d{2})年\s*(\d{1,2})月\s*(\d{1,2})[日号]?", re.ASCII)
_NO_YEAR = re.compile(r"(\d{1,2})月\s*(\d{1,2})[日号]", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)", re.ASCII)
_DAY_MONTH = re.compile(
    rf"(\d{{1,2}})[-\s./]*{_MONTH}[-\s.,/']*(\d{{4}}|\d{{2}})(?!\d)"
)
_MONTH_DAY = re.compile(rf"{_MONTH}\s*(\d{{1,2}})(?:st|nd|rd|th)?[\s,]+(\d{{4}})(?!\d)")
_WEEKDAY = re.compile(
    r"\(?(?:星期|周|週|礼拜)[一二三四五六日天]\)?|\([一二三四五六日]\)|"
    r"\b(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day)?\b[.,]?"
)
_HALVES = r"(凌晨|早上|上午|中午|下午|晚上|am|pm|a\.m\.|p\.m\.)"
_TIME = re.compile(
    rf"{_HALVES}?\s*(\d{{1,2}})(?::|时|点)(?:(\d{{1,2}})分?)?"
    rf"(?::?(\d{{1,2}})(?:[.,]\d+)?秒?)?\s*{_HALVES}?",
    re.ASCII,
)
_COMPACT_TIME = re.compile(r"(\d{2})(\d{2})(?:\d{2})?", re.ASCII)
_ZONE = re.compile(r"\s*(?:z|utc|gmt|([+-])(\d{2}):?(\d{2}))$")
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 -- a wall clock, as in the file
FIRST_YEAR = 1990
# A day that can be read in several ways is the one in these last years, if one is.
RECENT = dt.timedelta(days=2 * 365)
# Further back than this a day without its year may as well be one to come.
HALF_A_YEAR = dt.timedelta(days=183)


def read(text: str) -> dt.datetime:
    """What `text` (normalised, small letters) says, or MomentError."""
    if _SERIAL.fullmatch(text):
        # A day's fraction is never exact: 16:06 comes as 16:05:59.999.
        shift = dt.timedelta(days=float(text), seconds=30)
        return _plausible((_EPOCH + shift).replace(second=0, microsecond=0))
    try:
        day, rest = _day(text)
        return _plausible(_with_clock(day, rest.lstrip("t ,").strip()))
    except (ValueError, OverflowError) as error:
        if isinstance(error, MomentError):
            raise
        raise MomentError from error


def _day(text: str) -> tuple[dt.date, str]:
    if found := _YEAR_FIRST.match(text) or _COMPACT.match(text):
        year, month, day = map(int, found.groups())
        if year < 1000:
            year += 1911
        return dt.date(year, month, day), _after(text, found)
    text = _WEEKDAY.sub("", text).strip()
    if found := _SHORT_YEAR.match(text):
        year, month, day = map(int, found.groups())
        return dt.date(2000 + year, month, day), _after(text, found)
    if found := _NO_YEAR.match(text):
        return _latest(int(found[1]), int(found[2])), _after(text, found)
    if found := _YEAR_LAST.match(text):
        first, middle, last = int(found[1]), int(found[3]), int(found[4])
        return _only(_readings(first, middle, last)), _after(text, found)
    if found := _DAY_MONTH.match(text):
        day, month, year = int(found[1]), _MONTHS[found[2][:3]], int(found[3])
    elif found := _MONTH_DAY.match(text):
        month, day, year = _MONTHS[found[1][:3]], int(found[2]), int(found[3])
    else:
        raise MomentError
    year += 2000 if year < 100 else 0
    return dt.date(year, month, day), _after(text, found)


def _after(text: str, found: re.Match[str]) -> str:
    return _WEEKDAY.sub("", text[found.end() :])


def _readings(first: int, middle: int, last: int) -> set[dt.date]:
    """Day or month first, or the year where it has two digits."""
    ways = [(last, middle, first), (last, first, middle)]
    if last < 100:
        ways.append((first, middle, last))
        ways = [(2000 + year, month, day) for year, month, day in ways]
    days = set()
    for year, month, day in ways:
        try:
            days.add(dt.date(year, month, day))
        except ValueError:
            continue
    return days


def _only(days: set[dt.date]) -> dt.date:
    if len(days) > 1:
        today = timezone.localdate()
        days = {day for day in days if today - RECENT <= day <= today}
        if len(days) != 1:
            raise MomentError("date_ambiguous")
    if not days:
        raise MomentError
    return days.pop()


def _latest(month: int, day: int) -> dt.date:
    """The last such day up to today."""
    today = timezone.localdate()
    is_past = (month, day) <= (today.month, today.day)
    found = dt.date(today.year if is_past else today.year - 1, month, day)
    if today - found > HALF_A_YEAR:
        raise MomentError("date_ambiguous")
    return found


def _with_clock(day: dt.date, text: str) -> dt.datetime:
    zone = _ZONE.search(text)
    hour, minute = _clock(text[: zone.start()] if zone else text)
    moment = dt.datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001
    if not zone:
        return moment
    shift = dt.timedelta()
    if zone[1]:
        shift = dt.timedelta(hours=int(zone[2]), minutes=int(zone[3]))
        shift = -shift if zone[1] == "-" else shift
    if (hour, minute) == (0, 0) and not shift:
        # A day, as programs write it that have no other way to.
        return moment
    told = moment.replace(tzinfo=dt.timezone(shift))
    return timezone.make_naive(told, timezone.get_default_timezone())


def _clock(text: str) -> tuple[int, int]:
    if not text:
        return 0, 0
    found = _TIME.fullmatch(text)
    if not found:
        compact = _COMPACT_TIME.fullmatch(text)
        if not compact:
            raise MomentError
        return int(compact[1]), int(compact[2])
    half = (found[1] or found[5] or "").replace(".", "")
    hour = int(found[2])
    if half in {"下午", "晚上", "中午", "pm"} and hour < 12:
        # Eleven at noon is before it.
        hour += 0 if half == "中午" and hour > 9 else 12
    if half in {"上午", "早上", "凌晨", "am"} and hour == 12:
        hour = 0
    return hour, int(found[3] or 0)


def _plausible(moment: dt.datetime) -> dt.datetime:
    if moment.year < FIRST_YEAR:
        raise MomentError
    return moment
