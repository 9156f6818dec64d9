from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from followups.models import Task  # noqa: F401


class TaskQuerySet(QuerySet["Task"]):
    def visible_to(self, user: User) -> TaskQuerySet:
        """The centre sees all; others those about what their part of the tree sold or
        repaired."""
        if user.sees_everything:
            return self.all()
        if user.organisation is None:
            return self.none()
        path = user.organisation.path
        return self.filter(
            Q(sale__dealer__path__startswith=path)
            | Q(repair__station__path__startswith=path)
        )

    def open(self) -> TaskQuerySet:
        return self.filter(status__in=self.model.OPEN)

    def callable_at(self, at: datetime) -> TaskQuerySet:
        """Free to be taken now."""
        return self.filter(
            status=self.model.Status.PLANNED, not_before__lte=at, due_at__gt=at
        )
