"""The days an organisation may hand in for, and how each stands, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Organisation
from crm.models import DailyFile
from crm.uploads.services import OLDEST
from standards.durations import in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class State:
    """How a day stands, in words; the colour and the mark it has."""

    label: StrOrPromise
    tone: str
    mark: str


# Each has a mark of its own: colour alone does not tell them apart for everybody.
STATES = {
    "in_time": State(gettext_lazy("In time"), "good", "●"),
    "nil": State(gettext_lazy("Nothing to report"), "info", "○"),
    "late": State(pgettext_lazy("daily file", "Late"), "warn", "▲"),
    "missing": State(gettext_lazy("Not handed in"), "bad", "✕"),
    "open": State(gettext_lazy("Not yet handed in"), "", "…"),
    "none": State(gettext_lazy("Not owed"), "", ""),
}
# Those that came in time.
MET = frozenset({"in_time", "nil"})


def state_code(
    due_at: datetime, handed_in_at: datetime | None, *, is_nil: bool, now: datetime
) -> str:
    if handed_in_at is None:
        return "open" if now < due_at else "missing"
    if handed_in_at > due_at:
        return "late"
    return "nil" if is_nil else "in_time"


def state_of(daily: DailyFile, now: datetime) -> State:
    code = state_code(daily.due_at, daily.handed_in_at, is_nil=daily.is_nil, now=now)
    return STATES[code]


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
