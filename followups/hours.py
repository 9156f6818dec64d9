"""When customers may be rung, and at which hour to try again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.db.models import Exists, OuterRef, Q
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


def may_ring(at: datetime) -> bool:
    """Whether `at` lies in the calling hours, and not on a day off."""
    local = timezone.localtime(at)
    spans = WorkSpan.objects.filter(
        Q(ends__gt=local.time()) | Q(ends=time(0)),
        calendar__code=CALENDAR,
        weekday=local.weekday(),
        starts__lte=local.time(),
    )
    off = CalendarDay.objects.filter(
        calendar=OuterRef("calendar"), date=local.date(), is_working=False
    )
    return spans.filter(~Exists(off)).exists()


@dataclass(frozen=True)
class CallingHours:
    """Weekly spans, less days off, of the calendar `calling`; all local time."""

    spans: dict[int, list[tuple[time, time]]]
    days_off: frozenset[date]

    @classmethod
    def load(cls) -> CallingHours:
        spans: dict[int, list[tuple[time, time]]] = {}
        for span in WorkSpan.objects.filter(calendar__code=CALENDAR):
            spans.setdefault(span.weekday, []).append((span.starts, span.ends))
        days = CalendarDay.objects.filter(calendar__code=CALENDAR, is_working=False)
        return cls(spans, frozenset(days.values_list("date", flat=True)))

    def opening(self, day: date) -> datetime:
        """When the first call of the day may be made."""
        starts = min((s for s, _ in self._of_weekday(day)), default=time(9))
        return at_local(day, starts)

    def closing(self, day: date) -> datetime:
        """When the last call of the day must have been made."""
        ends = {e for _, e in self._of_weekday(day)} or {time(20)}
        if time(0) in ends:  # midnight, as the end of a span
            return at_local(day + timedelta(days=1), time(0))
        return at_local(day, max(ends))

    def next_try(
        self, after: datetime, tried: Collection[str], before: datetime | None
    ) -> datetime | None:
        """The first hour on another day and in a part of the day not tried yet.

        `tried` are the parts' codes. None when there is none before `before`.
        """
        day = timezone.localtime(after).date()
        for ahead in range(1, 15):
            for starts in self._slots(day + timedelta(days=ahead)):
                if before is not None and starts >= before:
                    return None
                if Part.of(starts).code not in tried:
                    return starts
        return None

    def _of_weekday(self, day: date) -> list[tuple[time, time]]:
        return self.spans.get(day.weekday(), [])

    def _slots(self, day: date) -> Iterator[datetime]:
        """Where a span, or a new part of the day within a span, begins."""
        if day in self.days_off:
            return
        for starts, ends in sorted(self._of_weekday(day)):
            within = {
                part.starts
                for part in Part.ALL
                if starts < part.starts and (part.starts < ends or ends == time(0))
            }
            for at in sorted({starts} | within):
                yield at_local(day, at)


def at_local(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))
