"""The days an organisation may hand in for, and how each stands, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Organisation
from crm.models import DailyFile
from crm.uploads.services import OLDEST
from standards.durations import in_words


@dataclass(frozen=True)
class State:
    """How a day stands: its code, in words, and the colour it has."""

    code: str
    label: str
    tone: str


def state_of(daily: DailyFile, now: datetime) -> State:
    if daily.handed_in_at is None:
        if now < daily.due_at:
            return State("open", _("Not yet handed in"), "")
        return State("missing", _("Not handed in"), "bad")
    if daily.handed_in_at > daily.due_at:
        return State("late", pgettext("daily file", "Late"), "warn")
    if daily.is_nil:
        return State("nil", _("Nothing to report"), "info")
    return State("in_time", _("In time"), "good")


@dataclass(frozen=True)
class Owed:
    """A day still owed, as its clerk reads it."""

    daily: DailyFile
    is_today: bool
    is_late: bool
    due: str
    left: str


def owed_by(organisation: Organisation, now: datetime) -> list[Owed]:
    """What is still owed, today first, then the oldest."""
    today = timezone.localdate(now)
    rows = DailyFile.objects.owed().filter(
        organisation=organisation, day__range=(today - OLDEST, today)
    )
    found = [
        Owed(
            daily=row,
            is_today=row.day == today,
            is_late=now > row.due_at,
            due=clock_time(row.due_at, today),
            left=in_words((row.due_at - now).total_seconds()),
        )
        for row in rows.order_by("day")
    ]
    return sorted(found, key=lambda owed: not owed.is_today)


def clock_time(at: datetime, today: date) -> str:
    """The time alone where it is today's."""
    local = timezone.localtime(at)
    return date_format(local, "H:i" if local.date() == today else "D Y-m-d H:i")


def to_choose(organisation: Organisation, now: datetime) -> list[tuple[date, str]]:
    """The days a file may be for: those still owed, then the others, newest first."""
    today = timezone.localdate(now)
    owed = {row.daily.day for row in owed_by(organisation, now)}
    days = [today - timedelta(days=back) for back in range(OLDEST.days + 1)]

    def words(day: date) -> str:
        shown = date_format(day, "D Y-m-d")
        if day == today:
            shown = _("Today, %(day)s") % {"day": shown}
        return _("%(day)s: owed") % {"day": shown} if day in owed else shown

    # Sorting keeps the order among those owed, and among the others.
    return [(day, words(day)) for day in sorted(days, key=lambda d: d not in owed)]
