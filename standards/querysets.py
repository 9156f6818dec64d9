from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from django.db.models import Model

    from accounts.models import User
    from standards.models import Clock, InteractionType, Standard  # noqa: F401


# The types a call or message can be about.
CONTACTS = ~Q(code="daily_file")


class InteractionTypeQuerySet(QuerySet["InteractionType"]):
    def contacts(self) -> InteractionTypeQuerySet:
        return self.filter(CONTACTS)


class StandardQuerySet(QuerySet["Standard"]):
    def valid_on(self, day: date) -> StandardQuerySet:
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)


class ClockQuerySet(QuerySet["Clock"]):
    def visible_to(self, user: User) -> ClockQuerySet:
        """The centre sees all; others what is charged to, or escalates to, theirs."""
        if user.sees_everything:
            return self.all()
        if user.organisation is None:
            return self.none()
        path = user.organisation.path
        return self.filter(
            Q(organisation__path__startswith=path)
            | Q(escalates_to__path__startswith=path)
        )

    def for_pages(self) -> ClockQuerySet:
        """With all that `standards.readings.reading` needs, so that it asks nothing."""
        return self.select_related(
            "standard__calendar", "standard__type", "organisation", "agent"
        ).prefetch_related("pauses")

    def about(self, subject: Model) -> ClockQuerySet:
        return self.filter(
            subject_type=subject._meta.label_lower, subject_id=subject.pk
        )

    def for_rows(self, model: type[Model], ids: Collection[int]) -> ClockQuerySet:
        return self.filter(subject_type=model._meta.label_lower, subject_id__in=ids)

    def running(self) -> ClockQuerySet:
        return self.filter(stopped_at=None)

    def overdue(self, at: datetime) -> ClockQuerySet:
        return self.running().filter(paused_at=None, due_at__lt=at)

    def finished(self) -> ClockQuerySet:
        return self.exclude(stopped_at=None)

    def met(self) -> ClockQuerySet:
        return self.finished().filter(stopped_at__lte=F("due_at"))
