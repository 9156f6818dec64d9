"""Stored calendars as Schedules, built once per process and revision.

The database gives a calendar a new `revision` with every change of its hours or days
(triggers in migration 0002), so a cached schedule is never out of date, and asking
costs no query: the revision comes with the row.
"""

from collections import defaultdict
from zoneinfo import ZoneInfo

from standards.calendars import Schedule, Span, SpecialDay, span
from standards.models import CalendarDay, WorkCalendar, WorkSpan

_built: dict[int, tuple[int, Schedule]] = {}


def schedule_of(calendar: WorkCalendar) -> Schedule:
    known = _built.get(calendar.pk)
    if known and known[0] == calendar.revision:
        return known[1]
    _build()
    if calendar.pk not in _built:
        _built[calendar.pk] = (calendar.revision, Schedule(week=[()] * 7))
    return _built[calendar.pk][1]


def _build() -> None:
    """Build every calendar anew: they are few, and one change touches them all.

    The revisions are read first: a change that comes in between then leaves an old
    revision with new hours, which the next look mends, and never the reverse.
    """
    calendars = list(WorkCalendar.objects.all())
    weeks: dict[int, list[list[Span]]] = defaultdict(lambda: [[] for _ in range(7)])
    days: dict[int, dict[object, SpecialDay]] = defaultdict(dict)
    for row in WorkSpan.objects.all():
        weeks[row.calendar_id][row.weekday].append(span(row.starts, row.ends))
    for day in CalendarDay.objects.all():
        special = SpecialDay(day.is_working, day.name_en, day.name_zh)
        days[day.calendar_id][day.date] = special
    for calendar in calendars:
        _built[calendar.pk] = (
            calendar.revision,
            Schedule(
                week=weeks[calendar.pk],
                days=days[calendar.pk],  # type: ignore[arg-type]
                zone=ZoneInfo(calendar.time_zone),
            ),
        )
