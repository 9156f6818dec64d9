"""Open cases and tasks as the desk's lists show them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from complaints.models import Case
from followups.models import Task


def case_rows(cases: Iterable[Case], now: datetime) -> list[dict[str, Any]]:
    """Of cases that carry their next due time (`with_due`)."""
    return [
        {"case": case, "is_late": is_past(getattr(case, "due_at", None), now)}
        for case in cases
    ]


def task_rows(tasks: Iterable[Task], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "task": task,
            "is_due": is_past(task.not_before, now),
            "is_late": is_past(task.due_at, now),
        }
        for task in tasks
    ]


def is_past(at: datetime | None, now: datetime) -> bool:
    return at is not None and at < now
