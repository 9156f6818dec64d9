"""The task list: whose, which plan, in what state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.http import query_text
from accounts.models import User
from followups.models import Plan, Task
from followups.permissions import may_see_team
from followups.querysets import TaskQuerySet

OPEN = "open"
# Tasks that ended longer ago are on the customer's page, not in this list.
SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class TaskFilter:
    user: User
    team: bool
    status: str
    plan: str

    @classmethod
    def from_query(cls, query: QueryDict, user: User) -> "TaskFilter":
        status = query.get("status", OPEN)
        return cls(
            user=user,
            team=may_see_team(user) and query.get("whose", "team") == "team",
            status=status if status in Task.Status.values else OPEN,
            plan=query_text(query, "plan"),
        )

    def all_states(self, visible: TaskQuerySet, now: datetime) -> TaskQuerySet:
        rows = visible.filter(Q(status__in=Task.OPEN) | Q(due_at__gt=now - SHOWN_FOR))
        return rows if self.team else rows.filter(assigned_to=self.user)

    def rows(self, visible: TaskQuerySet, now: datetime) -> TaskQuerySet:
        rows = self.all_states(visible, now)
        if self.plan:
            rows = rows.filter(plan__code=self.plan)
        if self.status == OPEN:
            return rows.open().for_list().order_by("priority", "due_at", "id")
        rows = rows.filter(status=self.status)
        return rows.for_list().order_by("-due_at", "-id")

    def tabs(self, visible: TaskQuerySet, now: datetime) -> dict[str, Any]:
        """The choices of state and of plan, each with its number of tasks."""
        counted = (
            self.all_states(visible, now)
            .order_by()
            .values_list("plan__code", "status")
            .annotate(number=Count("pk"))
        )
        numbers = {(plan, status): number for plan, status, number in counted}

        def count(plan: str, states: list[str]) -> int:
            return sum(
                number
                for (code, status), number in numbers.items()
                if status in states and plan in ("", code)
            )

        def states_of(status: str) -> list[str]:
            return [s.value for s in Task.OPEN] if status == OPEN else [status]

        states = [(OPEN, _("Open"))] + [
            (value, label)
            for value, label in Task.Status.choices
            if value not in states_of(OPEN)
        ]
        return {
            "states": [
                {"value": value, "label": label, "count": n, "on": value == self.status}
                for value, label in states
                if (n := count(self.plan, states_of(value)))
                or value in {self.status, OPEN}
            ],
            "plans": [
                {
                    "value": plan.code,
                    "label": plan,
                    "count": count(plan.code, states_of(self.status)),
                    "on": plan.code == self.plan,
                }
                for plan in Plan.objects.order_by("priority")
            ],
        }
