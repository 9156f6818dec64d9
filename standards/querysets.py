from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from accounts.querysets import InTree

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import Model

    from standards.models import Clock, Standard  # noqa: F401


class StandardQuerySet(QuerySet["Standard"]):
    def valid_on(self, day: date) -> StandardQuerySet:
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class ClockQuerySet(InTree["Clock"]):
    tree_path = "organisation__path"

    def about(self, subject: Model) -> ClockQuerySet:
        return self.filter(
            subject_type=subject._meta.label_lower, subject_id=subject.pk
        )

    def running(self) -> ClockQuerySet:
        return self.filter(stopped_at=None)

    def overdue(self, at: datetime) -> ClockQuerySet:
        return self.running().filter(paused_at=None, due_at__lt=at)

    def finished(self) -> ClockQuerySet:
        return self.exclude(stopped_at=None)

    def met(self) -> ClockQuerySet:
        return self.finished().filter(stopped_at__lte=F("due_at"))
