"""Exact arithmetic on working time. Knows no database; stored calendars come in
through `standards.schedules`.

An instant is working time when a clock on the wall, in the schedule's time zone, then
shows a time inside one of that date's spans. Hours that a change to summer time skips
never come, and hours it repeats count twice, because people work them twice.

Working time is laid out once as a row of intervals with running totals, a year at a
time; every question is then a binary search, exact to the microsecond.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000  # all inner arithmetic is in whole microseconds
DAY = 86_400 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()
YEAR = 366  # days laid out at a time
FARTHEST = date(2200, 1, 1).toordinal() - EPOCH_ORDINAL

Span = tuple[int, int]  # seconds from midnight, from and to


class NoWorkingTimeError(ValueError):
    """The schedule does not hold as much working time as was asked for."""


def elapsed(a: datetime, b: datetime) -> float:
    """Seconds that really pass from `a` to `b`.

    Plain subtraction of two times in one zone reads the clocks on the wall, and is an
    hour wrong over a change to or from summer time.
    """
    return (_micro(b) - _micro(a)) / SECOND


@dataclass(frozen=True)
class SpecialDay:
    """A date that departs from the week: a holiday, or a make-up workday."""

    is_working: bool
    name_en: str = ""
    name_zh: str = ""


@dataclass(frozen=True)
class Counted:
    """A stretch of working time. `number` is set when whole days are counted."""

    starts: datetime
    ends: datetime
    number: int | None = None
    special: SpecialDay | None = None

    @property
    def seconds(self) -> float:
        return elapsed(self.starts, self.ends)


@dataclass(frozen=True)
class Skipped:
    """Dates on which nothing counts; `special` is None when the week gives none."""

    first: date
    last: date
    special: SpecialDay | None = None


Explanation = list[Counted | Skipped]


def span(starts: time, ends: time) -> Span:
    """Hours of one day; an end of 00:00 is the midnight that closes the day."""
    first, last = (t.hour * 3600 + t.minute * 60 + t.second for t in (starts, ends))
    return first, last or 86_400


@dataclass(frozen=True)
class _Timeline:
    """Working time of the UTC days from `first_day` up to `end_day`, laid out."""

    first_day: int
    end_day: int
    starts: list[int]
    ends: list[int]
    before: list[int]  # working time ahead of each interval
    after: list[int]  # the same at its end
    days: list[int]  # local dates that have working time, as ordinals
    day_ends: list[int]

    def worked(self, at: int) -> int:
        place = bisect_right(self.starts, at) - 1
        if place < 0:
            return 0
        return self.before[place] + min(at, self.ends[place]) - self.starts[place]


@dataclass(frozen=True)
class Schedule:
    """Weekly spans (Monday first, several a day), special days, a time zone."""

    week: Sequence[Sequence[Span]]
    days: Mapping[date, SpecialDay] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    _laid: list[_Timeline] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        tidy = tuple(tuple(_merged(spans)) for spans in self.week)
        object.__setattr__(self, "week", tidy)

    def spans_of(self, day: date) -> Sequence[Span]:
        """The hours of a date. A make-up workday keeps its own weekday's hours where
        the week gives it any, else the hours of a normal working day: Monday's, or
        those of the first weekday that has some."""
        special = self.days.get(day)
        own = self.week[day.weekday()]
        if special is None:
            return own
        if not special.is_working:
            return ()
        return own or next((spans for spans in self.week if spans), ())

    def add_working(self, start: datetime, seconds: float) -> datetime:
        """The first instant by which so much working time has passed since `start`.

        Time that runs out exactly at closing time is due at closing time, not at the
        next opening. Nothing to wait for is due at once, inside working time or not.
        """
        left = round(seconds * SECOND)
        if left < 0:
            raise ValueError("Working time cannot be negative.")
        if left == 0:
            return self._local(_micro(start))
        begin = _micro(start)
        line = self._timeline(begin, begin)
        while True:
            target = line.worked(begin) + left
            place = bisect_left(line.after, target)
            if place < len(line.after):
                due = line.starts[place] + target - line.before[place]
                return self._local(due)
            line = self._longer(line)

    def add_workdays(self, start: datetime, days: int) -> datetime:
        """The end of work on the `days`-th working day after the day of `start`.

        The day of `start` never counts, however early, and a term ends when business
        closes on its last day, as the Civil Code counts terms (Art. 201 and 203).
        With the office's hours 1 day from Thursday 09:00, from Thursday 23:00 and from
        Thursday 00:00 are all due on Friday 17:30; from Friday, Saturday or Sunday on
        Monday 17:30. No days at all are due at once.
        """
        if days < 0:
            raise ValueError("Working days cannot be negative.")
        begin = _micro(start)
        if days == 0:
            return self._local(begin)
        today = start.astimezone(self.zone).toordinal()
        line = self._timeline(begin, begin)
        while True:
            place = bisect_right(line.days, today) + days - 1
            # The last date laid out may go on in the next stretch.
            if place < len(line.days) - 1:
                return self._local(line.day_ends[place])
            line = self._longer(line)

    def working_between(self, a: datetime, b: datetime) -> float:
        """Seconds of working time from `a` to `b`; 0 when `b` is not later."""
        begin, end = _micro(a), _micro(b)
        if end <= begin:
            return 0.0
        line = self._timeline(begin, end)
        return (line.worked(end) - line.worked(begin)) / SECOND

    def explain_working(self, a: datetime, b: datetime) -> Explanation:
        """What counts between two instants, and which dates do not and why."""
        begin, end = _micro(a), _micro(b)
        line = self._timeline(begin, end)
        found: list[tuple[int, int, int]] = []
        place = max(bisect_right(line.starts, begin) - 1, 0)
        while place < len(line.starts) and line.starts[place] < end:
            first = max(line.starts[place], begin)
            last = min(line.ends[place], end)
            day = self._local(first).toordinal()
            if first < last and found and found[-1][1:] == (first, day):
                found[-1] = (found[-1][0], last, day)
            elif first < last:
                found.append((first, last, day))
            place += 1
        told: Explanation = []
        spans = iter(found)
        next_span = next(spans, None)
        for day in range(self._local(begin).toordinal(), self._local(end).toordinal()):
            while next_span and next_span[2] <= day:
                told.append(self._counted(*next_span))
                next_span = next(spans, None)
            self._skip(told, date.fromordinal(day))
        while next_span:
            told.append(self._counted(*next_span))
            next_span = next(spans, None)
        return told

    def explain_workdays(self, start: datetime, days: int) -> Explanation:
        """The days counted, numbered, and the dates passed over."""
        told: Explanation = []
        if days < 1:
            return told
        end = self.add_workdays(start, days)
        line = self._timeline(_micro(start), _micro(end))
        number = 0
        today = start.astimezone(self.zone).toordinal()
        for day in range(today + 1, end.toordinal() + 1):
            if number == days:
                break
            on = date.fromordinal(day)
            place = bisect_left(line.days, day)
            if place == len(line.days) or line.days[place] != day:
                self._skip(told, on)
                continue
            number += 1
            opens = line.day_ends[place]
            at = bisect_left(line.ends, opens)
            while at >= 0 and self._local(line.starts[at]).toordinal() == day:
                opens = line.starts[at]
                at -= 1
            told.append(
                Counted(
                    self._local(opens),
                    self._local(line.day_ends[place]),
                    number,
                    self.days.get(on),
                )
            )
        return told

    def _counted(self, first: int, last: int, day: int) -> Counted:
        special = self.days.get(date.fromordinal(day))
        return Counted(self._local(first), self._local(last), special=special)

    def _skip(self, told: Explanation, day: date) -> None:
        """Note a date without working time, joined to one skipped just before."""
        if self.spans_of(day):
            return
        special = self.days.get(day)
        before = told[-1] if told else None
        if (
            isinstance(before, Skipped)
            and before.special == special
            and before.last.toordinal() + 1 == day.toordinal()
        ):
            told[-1] = Skipped(before.first, day, special)
        else:
            told.append(Skipped(day, day, special))

    def _local(self, micro: int) -> datetime:
        return (EPOCH + timedelta(microseconds=micro)).astimezone(self.zone)

    def _timeline(self, begin: int, end: int) -> _Timeline:
        """What is laid out, made to cover both instants with days to spare."""
        first, last = begin // DAY - 3, end // DAY + 3
        line = self._laid[0] if self._laid else None
        if line and line.first_day <= first and line.end_day >= last:
            return line
        if line:
            first, last = min(first, line.first_day), max(last, line.end_day)
        return self._lay(first, max(last, first + YEAR))

    def _longer(self, line: _Timeline) -> _Timeline:
        if line.end_day >= FARTHEST or not any(self.week):
            raise NoWorkingTimeError("The calendar has not so much working time.")
        # Twice as far each time, so that a distant due time costs few extensions.
        farther = line.end_day + max(YEAR, line.end_day - line.first_day)
        return self._lay(line.first_day, min(farther, FARTHEST))

    def _lay(self, first_day: int, end_day: int) -> _Timeline:
        starts: list[int] = []
        ends: list[int] = []
        before: list[int] = []
        after: list[int] = []
        day_ends: dict[int, int] = {}
        total = 0
        for first, last, day in self._intervals(first_day, end_day):
            starts.append(first)
            ends.append(last)
            before.append(total)
            total += last - first
            after.append(total)
            day_ends[day] = last
        days = sorted(day_ends)
        line = _Timeline(
            first_day,
            end_day,
            starts,
            ends,
            before,
            after,
            days,
            [day_ends[day] for day in days],
        )
        # One assignment of an immutable value: threads need no lock for it.
        self._laid[:] = [line]
        return line

    def _intervals(
        self, first_day: int, end_day: int
    ) -> Iterator[tuple[int, int, int]]:
        """Working time in the order it passes, each with its local date.

        Going by UTC days, each cut where the zone changes its offset, keeps the order
        right even in zones that turn the clock back over midnight.
        """
        for utc_day in range(first_day, end_day):
            for begin, end, offset in self._stretches(utc_day * DAY):
                for day in range(
                    (begin + offset) // DAY, (end + offset - 1) // DAY + 1
                ):
                    ordinal = day + EPOCH_ORDINAL
                    midnight = day * DAY - offset
                    for opens, closes in self.spans_of(date.fromordinal(ordinal)):
                        first = max(midnight + opens * SECOND, begin)
                        last = min(midnight + closes * SECOND, end)
                        if first < last:
                            yield first, last, ordinal

    def _stretches(self, midnight: int) -> Iterator[tuple[int, int, int]]:
        """A UTC day as stretches of one offset from UTC each: from, to, offset."""
        end = midnight + DAY
        early, late = self._offset(midnight), self._offset(end - SECOND)
        if early == late:
            yield midnight, end, early
            return
        turn = bisect_left(
            range(DAY // SECOND),
            True,
            key=lambda second: self._offset(midnight + second * SECOND) != early,
        )
        yield midnight, midnight + turn * SECOND, early
        yield midnight + turn * SECOND, end, late

    def _offset(self, micro: int) -> int:
        offset = self._local(micro).utcoffset() or timedelta()
        return offset // timedelta(microseconds=1)


def _micro(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
    """The spans in order, those that touch or overlap joined."""
    current: Span | None = None
    for opens, closes in sorted(spans):
        if current and opens <= current[1]:
            current = current[0], max(current[1], closes)
        else:
            if current:
                yield current
            current = opens, closes
    if current:
        yield current


# Day and night, for time that simply runs.
ALWAYS = Schedule(week=[[(0, 86_400)]] * 7, zone=ZoneInfo("UTC"))
