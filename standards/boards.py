"""The figures on the boards. Everything is counted from clocks, in few queries.

A finished clock counts on the day it was stopped, met or missed; a running one counts
now, and as late once it is past its due time.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from standards.models import InteractionType, Standard
from standards.querysets import ClockQuerySet

DAYS = 30  # today and the 29 days before it


@dataclass(frozen=True)
class Tally:
    """Measurements finished in some time, and how many of them met the standard."""

    done: int = 0
    met: int = 0

    @property
    def missed(self) -> int:
        return self.done - self.met

    @property
    def share(self) -> float | None:
        """The percentage met; None when nothing was finished."""
        return 100 * self.met / self.done if self.done else None


@dataclass(frozen=True)
class Figures:
    """How something stands: today, over the 30 days, and now."""

    today: Tally = Tally()
    month: Tally = Tally()
    running: int = 0  # late ones too
    late: int = 0
    # The goals of the standards measured by, each weighing as often as it was used.
    goal: float | None = None

    @property
    def is_on_goal(self) -> bool | None:
        """Whether the 30 days reach the goal; None when there is nothing to say."""
        if self.month.share is None or self.goal is None:
            return None
        return self.month.share >= self.goal


def by_type(clocks: ClockQuerySet, now: datetime) -> dict[str, Figures]:
    """Figures by interaction type; types without any clock are left out."""
    return {key[0]: found for key, found in _figures(clocks, now, "standard__type")}


def by_metric(
    clocks: ClockQuerySet, now: datetime, interaction_type: InteractionType
) -> dict[tuple[str, str], Figures]:
    """Figures by metric and level of one interaction type."""
    of_type = clocks.filter(standard__type=interaction_type)
    grouped = _figures(of_type, now, "standard__metric", "standard__level")
    return {(key[0], key[1]): found for key, found in grouped}


def by_day(
    clocks: ClockQuerySet, now: datetime, interaction_type: InteractionType
) -> list[tuple[date, Tally]]:
    """Each of the 30 days, oldest first, days without any included."""
    rows = (
        clocks.filter(
            standard__type=interaction_type, stopped_at__gte=_midnight(now, DAYS)
        )
        .annotate(day=TruncDate("stopped_at"))
        .values("day")
        .annotate(done=Count("pk"), met=Count("pk", filter=_MET))
        .order_by()
    )
    found = {row["day"]: Tally(row["done"], row["met"]) for row in rows}
    today = timezone.localdate(now)
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    return [(day, found.get(day, Tally())) for day in days]


def total(figures: Iterable[Figures]) -> Figures:
    """All of them as one; without a goal, because their goals differ."""
    sums: dict[str, int] = defaultdict(int)
    for each in figures:
        sums["done_today"] += each.today.done
        sums["met_today"] += each.today.met
        sums["done"] += each.month.done
        sums["met"] += each.month.met
        sums["running"] += each.running
        sums["late"] += each.late
    return Figures(
        today=Tally(sums["done_today"], sums["met_today"]),
        month=Tally(sums["done"], sums["met"]),
        running=sums["running"],
        late=sums["late"],
    )


def general_standards(
    interaction_type: InteractionType, day: date
) -> dict[tuple[str, str], Standard]:
    """What holds where no organisation has a standard of its own, by metric, level."""
    rows = (
        Standard.objects.valid_on(day)
        .filter(type=interaction_type, organisation=None)
        .select_related("calendar")
    )
    return {(row.metric, row.level): row for row in rows}


_MET = Q(stopped_at__lte=F("due_at"))


def _figures(
    clocks: ClockQuerySet, now: datetime, *groups: str
) -> list[tuple[tuple[Any, ...], Figures]]:
    today = Q(stopped_at__gte=_midnight(now, 1))
    month = Q(stopped_at__gte=_midnight(now, DAYS))
    running = Q(stopped_at=None)
    rows = (
        clocks.filter(running | month)
        .values(*groups)
        .annotate(
            done_today=Count("pk", filter=today),
            met_today=Count("pk", filter=today & _MET),
            done=Count("pk", filter=month),
            met=Count("pk", filter=month & _MET),
            running=Count("pk", filter=running),
            late=Count("pk", filter=running & Q(paused_at=None, due_at__lt=now)),
            goal=Avg("standard__goal_share", filter=month),
        )
        .order_by()
    )
    return [
        (
            tuple(row[group] for group in groups),
            Figures(
                today=Tally(row["done_today"], row["met_today"]),
                month=Tally(row["done"], row["met"]),
                running=row["running"],
                late=row["late"],
                goal=None if row["goal"] is None else float(row["goal"]),
            ),
        )
        for row in rows
    ]


def _midnight(now: datetime, days: int) -> datetime:
    """The start of today for 1, of yesterday for 2, and so on."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days - 1)
