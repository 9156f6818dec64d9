"""The boards: how each interaction type does against its standards."""

import json
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actions import page_about
from accounts.http import UserRequest
from accounts.permissions import role_required
from accounts.roles import CENTRE, Role
from complaints.models import Case, Transfer
from crm.models import DailyFile
from followups.models import Task
from standards.boards import (
    Figures,
    Tally,
    by_day,
    by_metric,
    by_type,
    general_standards,
    total,
)
from standards.durations import in_words
from standards.models import Clock, InteractionType, Standard
from standards.readings import promise

READERS = (*CENTRE, Role.REGIONAL_MANAGER, Role.BRANCH_REVIEWER)
LATE_SHOWN = 25


@role_required(*READERS)
def boards(request: UserRequest) -> HttpResponse:
    now = timezone.now()
    figures = by_type(Clock.objects.visible_to(request.user), now)
    rows = [
        {"type": kind, **in_cells(figures.get(kind.code, Figures()))}
        for kind in InteractionType.objects.all()
    ]
    context = {
        "title": _("Boards"),
        "rows": rows,
        "total": in_cells(total(figures.values())),
        "is_empty": not figures,
    }
    return render(request, "desk/boards.html", context)


@role_required(*READERS)
def board(request: UserRequest, code: str) -> HttpResponse:
    kind = get_object_or_404(InteractionType, code=code)
    now = timezone.now()
    clocks = Clock.objects.visible_to(request.user)
    figures = by_metric(clocks, now, kind)
    days = by_day(clocks, now, kind)
    late = (
        clocks.overdue(now)
        .filter(standard__type=kind)
        .select_related("standard", "organisation", "agent")
        .order_by("due_at", "pk")[:LATE_SHOWN]
    )
    whole = total(figures.values())
    context = {
        "title": str(kind),
        "kind": kind,
        "kinds": InteractionType.objects.all(),
        "total": in_cells(whole),
        "rows": metric_rows(figures, general_standards(kind, timezone.localdate(now))),
        "chart": chart(days),
        "chart_options": CHART_OPTIONS,
        "days": [{"day": day, **tally_cells(tally)} for day, tally in reversed(days)],
        "has_days": whole.month.done > 0,
        "late": late_rows(list(late), now),
        "late_hidden": max(whole.late - LATE_SHOWN, 0),
    }
    return render(request, "desk/board.html", context)


def in_cells(figures: Figures) -> dict[str, Any]:
    """Figures as the templates show them."""
    on_goal = figures.is_on_goal
    return {
        "today": tally_cells(figures.today),
        "month": tally_cells(figures.month),
        "running": figures.running,
        "late": figures.late,
        "goal": percent(figures.goal),
        "tone": "" if on_goal is None else "good" if on_goal else "bad",
    }


def tally_cells(tally: Tally) -> dict[str, Any]:
    return {
        "done": tally.done,
        "met": tally.met,
        "missed": tally.missed,
        "share": percent(tally.share),
    }


def percent(share: float | None) -> str:
    """With one decimal, cut rather than rounded: 99.96 is not yet 100."""
    if share is None:
        return "–"
    cut = int(share * 10 + 1e-9) / 10
    return f"{cut:g}%"


def metric_rows(
    figures: dict[tuple[str, str], Figures],
    standards: dict[tuple[str, str], Standard],
) -> list[dict[str, Any]]:
    """Every metric that is promised or was measured, in the order of the flow."""
    metrics = list(Standard.Metric.values)
    levels = ["", *Case.Level.values]

    def place(key: tuple[str, str]) -> tuple[int, int]:
        level = levels.index(key[1]) if key[1] in levels else len(levels)
        return metrics.index(key[0]), level

    names = dict(Case.Level.choices)
    rows = []
    for metric, level in sorted({*figures, *standards}, key=place):
        standard = standards.get((metric, level))
        found = figures.get((metric, level), Figures())
        rows.append(
            {
                "metric": Standard.Metric(metric).label,
                "level": names.get(level, level),
                "promise": promise(standard) if standard else "–",
                "source": standard.get_grade_display() if standard else "",
                **in_cells(found),
                "goal": percent(
                    float(standard.goal_share)
                    if standard and found.goal is None
                    else found.goal
                ),
            }
        )
    return rows


def late_rows(clocks: list[Clock], now: datetime) -> list[dict[str, Any]]:
    names = subject_names(clocks)
    return [
        {
            "name": names[clock.subject_type, clock.subject_id],
            "url": page_about(clock.subject_type, clock.subject_id),
            "metric": clock.standard.get_metric_display(),
            "organisation": clock.organisation,
            "agent": clock.agent,
            "due_at": clock.due_at,
            "over": in_words((now - clock.due_at).total_seconds()),
        }
        for clock in clocks
    ]


def subject_names(clocks: list[Clock]) -> dict[tuple[str, int], str]:
    """What the measured rows are called: one query for each kind of row."""
    sources: dict[str, Any] = {
        "complaints.case": Case.objects.all(),
        "complaints.transfer": Transfer.objects.select_related("case", "to"),
        "crm.dailyfile": DailyFile.objects.select_related("organisation"),
        "followups.task": Task.objects.select_related("plan", "customer"),
    }
    names: dict[tuple[str, int], str] = {}
    for kind in {clock.subject_type for clock in clocks}:
        ids = [clock.subject_id for clock in clocks if clock.subject_type == kind]
        rows = sources[kind].in_bulk(ids) if kind in sources else {}
        called = apps.get_model(kind)._meta.verbose_name
        for pk in ids:
            names[kind, pk] = str(rows[pk]) if pk in rows else f"{called} {pk}"
    return names


def chart(days: list[tuple[date, Tally]]) -> str:
    """Met and missed of each day, one upon the other, for Unfold's chart script."""
    return json.dumps(
        {
            "labels": [date_format(day, "m-d") for day, _tally in days],
            "datasets": [
                {
                    "label": pgettext("clock", "Met"),
                    "data": [tally.met for _day, tally in days],
                    "backgroundColor": "var(--good)",
                },
                {
                    "label": pgettext("clock", "Missed"),
                    "data": [tally.missed for _day, tally in days],
                    "backgroundColor": "var(--bad)",
                },
            ],
        }
    )


CHART_OPTIONS = json.dumps(
    {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "maxBarThickness": 24,
        "plugins": {
            "legend": {
                "align": "end",
                "labels": {"boxHeight": 8, "boxWidth": 8, "color": "#9ca3af"},
            }
        },
        "scales": {
            "x": {"stacked": True, "grid": {}, "ticks": {"color": "#9ca3af"}},
            "y": {
                "stacked": True,
                "beginAtZero": True,
                "grid": {},
                "ticks": {"color": "#9ca3af", "precision": 0},
            },
        },
    }
)
