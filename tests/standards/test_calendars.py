"""Working time, against a slow reference that steps through it minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standards.calendars import (
    ALWAYS,
    Counted,
    NoWorkingTimeError,
    Schedule,
    Skipped,
    SpecialDay,
    span,
)
from standards.timing import Allowance

MINUTE = timedelta(minutes=1)
# With summer time, half-hour changes, changes at midnight, and a day left out.
ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Havana",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Pacific/Apia",
]
TURNS = [
    datetime(2025, 3, 8, tzinfo=UTC),
    datetime(2025, 3, 29, tzinfo=UTC),
    datetime(2025, 4, 5, tzinfo=UTC),
    datetime(2025, 10, 4, tzinfo=UTC),
    datetime(2025, 10, 25, tzinfo=UTC),
    datetime(2025, 11, 1, tzinfo=UTC),
    datetime(2011, 12, 29, tzinfo=UTC),
    datetime(2010, 11, 6, tzinfo=UTC),
    datetime(2025, 12, 30, tzinfo=UTC),
]


def is_working(schedule: Schedule, at: datetime) -> bool:
    local = at.astimezone(schedule.zone)
    special = schedule.days.get(local.date())
    spans = schedule.week[local.weekday()]
    if special is not None and not special.is_working:
        return False
    if special is not None and not spans:
        spans = next((other for other in schedule.week if other), ())
    seconds = local.hour * 3600 + local.minute * 60
    return any(opens <= seconds < closes for opens, closes in spans)


def stepped(schedule: Schedule, start: datetime, minutes: int) -> datetime:
    at = start
    while minutes:
        minutes -= is_working(schedule, at)
        at += MINUTE
    return at


def stepped_days(schedule: Schedule, start: datetime, days: int) -> datetime:
    at, due = start, start
    seen: list[date] = []
    today = start.astimezone(schedule.zone).date()
    for _minute in range(40 * 1440):
        day = at.astimezone(schedule.zone).date()
        if day > today and is_working(schedule, at):
            if day not in seen:
                if len(seen) == days:
                    return due
                seen.append(day)
            if seen.index(day) == days - 1:
                due = at + MINUTE
        at += MINUTE
    raise AssertionError("The reference did not look far enough.")


@st.composite
def day_spans(draw):
    cuts = sorted(draw(st.lists(st.integers(0, 96), min_size=2, max_size=4)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [(a * 900, b * 900) for a, b in pairs if a < b]


@st.composite
def cases(draw):
    week = draw(st.lists(day_spans(), min_size=7, max_size=7))
    week[draw(st.integers(0, 6))] = [(8 * 3600, 20 * 3600)]
    around = draw(st.sampled_from(TURNS))
    start = around + MINUTE * draw(st.integers(-1440, 2880))
    special = draw(
        st.dictionaries(
            st.integers(-1, 9).map(lambda n: (around + timedelta(days=n)).date()),
            st.booleans().map(SpecialDay),
            max_size=4,
        )
    )
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    return Schedule(week=week, days=special, zone=zone), start


@settings(max_examples=200, deadline=None)
@given(cases(), st.integers(0, 900))
def test_adding_working_time_agrees_with_stepping(case, minutes):
    schedule, start = case
    due = schedule.add_working(start, minutes * 60).astimezone(UTC)
    assert due == stepped(schedule, start, minutes)
    assert schedule.working_between(start, due) == minutes * 60
    told = schedule.explain_working(start, due)
    counted = sum(part.seconds for part in told if isinstance(part, Counted))
    assert counted == minutes * 60


@settings(max_examples=200, deadline=None)
@given(cases(), st.integers(1, 3))
def test_adding_working_days_agrees_with_stepping(case, days):
    schedule, start = case
    due = schedule.add_workdays(start, days).astimezone(UTC)
    assert due == stepped_days(schedule, start, days)
    told = schedule.explain_workdays(start, days)
    counted = [part for part in told if isinstance(part, Counted)]
    assert [part.number for part in counted] == list(range(1, days + 1))
    assert counted[-1].ends.astimezone(UTC) == due


@settings(max_examples=100, deadline=None)
@given(
    cases(), st.integers(1, 600), st.lists(st.integers(1, 1200), min_size=2, max_size=6)
)
def test_pauses_do_not_count(case, minutes, marks):
    schedule, start = case
    marks = sorted({*marks})
    pauses = [
        (start + MINUTE * a, start + MINUTE * b)
        for a, b in zip(marks[::2], marks[1::2], strict=False)
    ]
    at, left = start, minutes
    while left:
        paused = any(a <= at < b for a, b in pauses)
        left -= not paused and is_working(schedule, at)
        at += MINUTE
    assert Allowance(schedule, minutes * 60).used_up(start, 100, pauses) == at


HOLIDAY = SpecialDay(is_working=False, name_en="holiday")
MAKE_UP = SpecialDay(is_working=True, name_en="make-up")
HOURS = [span(time(8, 30), time(12)), span(time(13, 30), time(17, 30))]
SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Schedule(
    week=[HOURS] * 5 + [[], []],
    days={
        date(2025, 9, 28): MAKE_UP,
        **{date(2025, 10, day): HOLIDAY for day in range(1, 9)},
        date(2025, 10, 11): MAKE_UP,
        date(2026, 2, 14): MAKE_UP,
        **{date(2026, 2, day): HOLIDAY for day in range(15, 24)},
        date(2026, 2, 28): MAKE_UP,
    },
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2025-09-30 16:30", 2, "2025-10-09 09:30"),  # over the National Day week
        ("2025-09-30 16:30", 1, "2025-09-30 17:30"),  # closing time, not the opening
        ("2025-09-26 17:00", 1, "2025-09-28 09:00"),  # make-up Sunday
        ("2025-09-27 10:00", 3.5, "2025-09-28 12:00"),  # from a Saturday off
        ("2025-10-10 17:00", 8, "2025-10-11 17:30"),  # make-up Saturday, lunch out
        ("2025-10-11 17:00", 1, "2025-10-13 09:00"),  # and Sunday off again
        ("2025-10-05 03:00", 0.5, "2025-10-09 09:00"),  # asked in the holiday
        ("2025-09-25 11:30", 1, "2025-09-25 14:00"),  # over lunch
        ("2026-02-13 17:00", 8, "2026-02-14 17:30"),  # Saturday before the festival
        ("2026-02-14 17:00", 1, "2026-02-24 09:00"),  # over Spring Festival
        ("2026-02-27 17:30", 7.5, "2026-02-28 17:30"),  # make-up Saturday after it
        ("2025-12-31 17:00", 1, "2026-01-01 09:00"),  # over the year's end
    ],
)
def test_hours_by_hand(start, hours, due):
    assert OFFICE.add_working(at(start), hours * 3600) == at(due)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2025-09-25 09:00", 1, "2025-09-26 17:30"),
        ("2025-09-25 23:59", 1, "2025-09-26 17:30"),
        ("2025-09-25 00:00", 1, "2025-09-26 17:30"),
        ("2025-09-26 12:00", 1, "2025-09-28 17:30"),  # a Sunday that is worked
        ("2025-09-27 12:00", 1, "2025-09-28 17:30"),
        ("2025-09-29 10:00", 2, "2025-10-09 17:30"),
        ("2025-10-03 10:00", 1, "2025-10-09 17:30"),
        ("2025-10-10 10:00", 1, "2025-10-11 17:30"),
        ("2025-10-10 10:00", 2, "2025-10-13 17:30"),
        ("2025-09-26 10:00", 7, "2025-10-13 17:30"),  # 28 29 30 | 9 10 11 | 13
        ("2026-02-12 10:00", 7, "2026-02-28 17:30"),  # 13 14 | 24 25 26 27 28
        ("2026-02-12 10:00", 8, "2026-03-02 17:30"),
        ("2025-09-25 09:00", 0, "2025-09-25 09:00"),
    ],
)
def test_days_by_hand(start, days, due):
    assert OFFICE.add_workdays(at(start), days) == at(due)


def test_the_explanation_names_what_was_counted_and_skipped_and_why():
    told = OFFICE.explain_working(at("2025-09-30 16:30"), at("2025-10-09 09:30"))
    assert told == [
        Counted(at("2025-09-30 16:30"), at("2025-09-30 17:30")),
        Skipped(date(2025, 10, 1), date(2025, 10, 8), HOLIDAY),
        Counted(at("2025-10-09 08:30"), at("2025-10-09 09:30")),
    ]


def test_a_weekend_is_skipped_without_a_special_reason():
    told = OFFICE.explain_workdays(at("2025-10-10 10:00"), 2)
    assert [part.special for part in told] == [MAKE_UP, None, None]
    assert told[1] == Skipped(date(2025, 10, 12), date(2025, 10, 12))


def test_working_between_counts_hours_worked_only():
    week = OFFICE.working_between(at("2025-09-22 00:00"), at("2025-09-29 00:00"))
    assert week == 6 * 7.5 * 3600
    assert OFFICE.working_between(at("2025-09-29 00:00"), at("2025-09-22 00:00")) == 0


def test_exact_to_the_second_and_below():
    start = at("2025-09-25 17:29:59.250000")
    assert OFFICE.add_working(start, 1) == at("2025-09-26 08:30:00.250000")


def test_a_span_to_midnight_joins_the_next_day():
    nights = Schedule(week=[[span(time(22), time(0)), span(time(0), time(6))]] * 7)
    due = nights.add_working(at("2025-12-31 23:00"), 2 * 3600)
    assert due == at("2026-01-01 01:00")


def test_summer_time_makes_a_working_night_shorter_or_longer():
    berlin = ZoneInfo("Europe/Berlin")
    nights = Schedule(week=[[(0, 6 * 3600)]] * 7, zone=berlin)
    spring = datetime(2025, 3, 30, tzinfo=berlin), datetime(2025, 3, 31, tzinfo=berlin)
    autumn = (
        datetime(2025, 10, 26, tzinfo=berlin),
        datetime(2025, 10, 27, tzinfo=berlin),
    )
    assert nights.working_between(*spring) == 5 * 3600
    assert nights.working_between(*autumn) == 7 * 3600


def test_day_and_night_is_time_as_it_runs():
    start = at("2025-09-25 17:00")
    assert ALWAYS.add_working(start, 1e7) == start + timedelta(seconds=1e7)


def test_a_distant_due_time_is_found():
    years = OFFICE.add_working(at("2025-01-01 00:00"), 20 * 250 * 7.5 * 3600)
    assert 2043 <= years.year <= 2045


def test_without_working_time_there_is_no_due_time():
    with pytest.raises(NoWorkingTimeError):
        Schedule(week=[[]] * 7).add_working(at("2025-01-01 00:00"), 1)
    with pytest.raises(NoWorkingTimeError):
        OFFICE.add_workdays(at("2025-01-01 00:00"), 10**6)


@pytest.mark.parametrize("add", [OFFICE.add_working, OFFICE.add_workdays])
def test_lengths_are_not_negative(add):
    with pytest.raises(ValueError, match="negative"):
        add(at("2025-01-01 00:00"), -1)
