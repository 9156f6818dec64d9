"""When customers may be rung, and at which hour to try again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils import timezone

from standards.models import CalendarDay, WorkSpan

CALENDAR = "calling"


@dataclass(frozen=True)
class Part:
    """A part of the day: who does not answer in one may answer in another."""

    code: str
    starts: time
    ends: time

    ALL: ClassVar[tuple[Part, ...]]

    @classmethod
    def of(cls, at: datetime) -> Part:
        """The part that `at` falls in, on the clock of the current time zone."""
        hour = timezone.localtime(at).hour
        return next(p for p in cls.ALL if p.starts.hour <= hour < (p.ends.hour or 24))


Part.ALL = (
    Part("morning", time(0), time(12)),
    Part("afternoon", time(12), time(18)),
    Part("evening", time(18), time(0)),
)


@dataclass(frozen=True)
class CallingHours:
    """Weekly spans, less holidays, of the calendar `calling`."""

    zone: ZoneInfo
    spans: dict[int, list[tuple[time, time]]]
    days_off: frozenset[date]

    @classmethod
    def load(cls) -> CallingHours:
        rows = WorkSpan.objects.filter(calendar__code=CALENDAR)
        spans: dict[int, list[tuple[time, time]]] = {}
        zone = timezone.get_default_timezone_name()
        for span in rows.select_related("calendar"):
            spans.setdefault(span.weekday, []).append((span.starts, span.ends))
            zone = span.calendar.time_zone
        days = CalendarDay.objects.filter(calendar__code=CALENDAR, is_working=False)
        return cls(
            zone=ZoneInfo(zone),
            spans=spans,
            days_off=frozenset(days.values_list("date", flat=True)),
        )

    def opening(self, day: date) -> datetime:
        """When the first call of the day may be made."""
        starts = min((s for s, _ in self._of_weekday(day)), default=time(9))
        return datetime.combine(day, starts, self.zone)

    def closing(self, day: date) -> datetime:
        """When the last call of the day must have been made."""
        ends = max((e for _, e in self._of_weekday(day)), default=time(20))
        return datetime.combine(day, ends, self.zone)

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        if local.date() in self.days_off:
            return False
        return any(s <= local.time() < e for s, e in self._of_weekday(local.date()))

    def next_try(
        self, after: datetime, tried: Iterable[Part], before: datetime | None
    ) -> datetime | None:
        """The first hour on another day and in a part of the day not tried yet.

        None when there is none before `before`.
        """
        used = set(tried)
        if used.issuperset(Part.ALL):
            used = {Part.of(after)}
        day = after.astimezone(self.zone).date()
        for ahead in range(1, 15):
            for starts in self._slots(day + timedelta(days=ahead)):
                if before is not None and starts >= before:
                    return None
                if Part.of(starts) not in used:
                    return starts
        return None

    def _of_weekday(self, day: date) -> list[tuple[time, time]]:
        return self.spans.get(day.weekday(), [])

    def _slots(self, day: date) -> Iterator[datetime]:
        """Where a span, or a new part of the day within a span, begins."""
        if day in self.days_off:
            return
        for starts, ends in sorted(self._of_weekday(day)):
            begins = {starts} | {p.starts for p in Part.ALL if starts < p.starts < ends}
            for at in sorted(begins):
                yield datetime.combine(day, at, self.zone)
