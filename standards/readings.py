"""Clocks as people read them: how they stand, and why they are due when they are.

Asks the database nothing for clocks that come from `Clock.objects.for_pages()`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from standards.calendars import Counted, Explanation, Skipped, elapsed
from standards.durations import in_words
from standards.models import Clock, Standard, in_reader_language
from standards.timing import counted_in


def reading(clock: Clock, now: datetime) -> dict[str, Any]:
    """What `components/clock.html` shows: pass it as `row`."""
    state, label, tone = _state(clock, now)
    return {
        "metric": clock.standard.get_metric_display(),
        "state": state,
        "label": label,
        "tone": tone,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "stopped_at": clock.stopped_at,
        "left": _left(clock, now),
        "promise": promise(clock.standard),
        "grade": clock.standard.get_grade_display(),
        "is_statutory": clock.standard.is_statutory,
        "organisation": clock.organisation,
        "agent": clock.agent,
        "lines": explain(clock),
    }


def promise(standard: Standard) -> str:
    """The target in words: "2 h (Service hours)", "7 working days (Office hours)"."""
    if standard.unit == Standard.Unit.RUNNING:
        return in_words(standard.target)
    if standard.unit == Standard.Unit.WORKDAYS:
        length = _("{n} working days").format(n=standard.target)
    else:
        length = in_words(standard.target, working=True)
    return _("{length} ({calendar})").format(length=length, calendar=standard.calendar)


def explain(clock: Clock) -> list[dict[str, str]]:
    """Why the clock is due when it is, line by line, in the reader's language.

    Each line is {"kind", "text"}; kinds: started, counted, skipped, paused, due.
    """
    lines = [_line("started", _("Started {at}"), at=moment(clock.started_at))]
    if clock.agreed_due_at is not None:
        text = _("Allowed until the agreed time, {at}")
        lines.append(_line("counted", text, at=moment(clock.agreed_due_at)))
    elif clock.standard.unit == Standard.Unit.RUNNING:
        text = _("Allowed {length}, counted day and night")
        length = in_words(clock.standard.target)
        lines.append(_line("counted", text, length=length))
    else:
        text = _("Allowed {promise}")
        lines.append(_line("counted", text, promise=promise(clock.standard)))
    lines += _course(clock)
    if clock.paused_at is not None:
        lines.append(_line("due", _("The due time is set anew when the pause ends.")))
    else:
        lines.append(_line("due", _("Due {at}"), at=moment(clock.due_at)))
    return lines


def moment(at: datetime) -> str:
    """A time with its weekday, to the second where it has seconds."""
    local = timezone.localtime(at)
    return date_format(local, "D Y-m-d H:i:s" if local.second else "D Y-m-d H:i")


@dataclass(frozen=True)
class _Stop:
    starts_at: datetime
    ends_at: datetime | None
    reason: str


def _course(clock: Clock) -> Iterator[dict[str, str]]:
    """Time counted, dates skipped and pauses, in the order they came."""
    stops = [_Stop(p.starts_at, p.ends_at, p.reason) for p in clock.pauses.all()]
    by_calendar = (
        clock.agreed_due_at is None and clock.standard.unit != Standard.Unit.RUNNING
    )
    if by_calendar and not stops and clock.standard.unit == Standard.Unit.WORKDAYS:
        schedule = counted_in(clock.standard)
        days = schedule.explain_workdays(clock.started_at, clock.standard.target)
        yield from _told(days)
        return
    begins = clock.started_at
    for stop in [*stops, None]:
        ends = min(stop.starts_at, clock.due_at) if stop else clock.due_at
        if by_calendar and begins < ends:
            schedule = counted_in(clock.standard)
            yield from _told(schedule.explain_working(begins, ends))
        if stop is None:
            return
        yield _pause_line(stop)
        if stop.ends_at is None:
            return
        begins = max(begins, stop.ends_at)


def _pause_line(stop: _Stop) -> dict[str, str]:
    if stop.ends_at is None:
        text = _("Paused since {starts}: {reason}")
        return _line("paused", text, starts=moment(stop.starts_at), reason=stop.reason)
    return _line(
        "paused",
        _("Paused {starts} to {ends}, not counted: {reason}"),
        starts=moment(stop.starts_at),
        ends=moment(stop.ends_at),
        reason=stop.reason,
    )


def _told(explanation: Explanation) -> Iterator[dict[str, str]]:
    for part in explanation:
        yield _skipped(part) if isinstance(part, Skipped) else _counted(part)


def _counted(part: Counted) -> dict[str, str]:
    is_make_up = part.special is not None and part.special.is_working
    day = date_format(part.starts, "D Y-m-d")
    if is_make_up:
        day = _("{day} (make-up workday)").format(day=day)
    if part.number is not None:
        return _line("counted", _("Day {n}: {day}"), n=str(part.number), day=day)
    return _line(
        "counted",
        _("{day} {starts}–{ends}: {length}"),
        day=day,
        starts=date_format(part.starts, "H:i"),
        ends=date_format(part.ends, "H:i"),
        length=in_words(part.seconds),
    )


def _skipped(part: Skipped) -> dict[str, str]:
    if part.special is None:
        reason = _("not a working day")
    else:
        reason = in_reader_language(part.special, "name") or _("holiday")
    first, last = (date_format(day, "D Y-m-d") for day in (part.first, part.last))
    if part.first == part.last:
        return _line(
            "skipped", _("{day}: not counted, {reason}"), day=first, reason=reason
        )
    return _line(
        "skipped",
        _("{first} to {last}: not counted, {reason}"),
        first=first,
        last=last,
        reason=reason,
    )


def _line(kind: str, text: str, **names: str) -> dict[str, str]:
    return {"kind": kind, "text": text.format(**names)}


def _state(clock: Clock, now: datetime) -> tuple[str, str, str]:
    if clock.stopped_at is not None:
        if clock.is_met():
            return "met", pgettext("clock", "Met"), "good"
        return "missed", pgettext("clock", "Missed"), "bad"
    if clock.paused_at is not None:
        return "paused", pgettext("clock", "Paused"), "info"
    if clock.is_late(now):
        return "late", pgettext("clock", "Late"), "bad"
    if now >= clock.warn_at:
        return "running", pgettext("clock", "Nearly due"), "warn"
    return "running", pgettext("clock", "Running"), ""


def _left(clock: Clock, now: datetime) -> str:
    """How much is left or over on the wall clock; nothing while paused."""
    if clock.stopped_at is None and clock.paused_at is not None:
        return ""
    left = elapsed(clock.stopped_at or now, clock.due_at)
    if clock.stopped_at is not None:
        text = _("{length} early") if left >= 0 else _("{length} late")
    else:
        text = _("{length} left") if left >= 0 else _("{length} over")
    return text.format(length=in_words(left))
