from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from complaints.models import Case
from crm.models import Phone
from followups.hours import Part, may_ring

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from followups.models import Plan, Task  # noqa: F401

# Calls we owe: promised ones, and the checks that close a case. They stay on the list
# however late they are.
OWED = Q(promised_at__isnull=False) | Q(case__isnull=False)


def open_complaint(customer: str) -> Exists:
    """Whether the customer complains about something not settled yet."""
    cases = Case.objects.open().filter(kind=Case.Kind.COMPLAINT)
    return Exists(cases.filter(customer=OuterRef(customer)))


def right_number(customer: str) -> Exists:
    return Exists(Phone.objects.filter(customer=OuterRef(customer), is_wrong=False))


class PlanQuerySet(QuerySet["Plan"]):
    def active(self) -> PlanQuerySet:
        return self.filter(is_active=True)


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

    def waiting(self) -> TaskQuerySet:
        return self.filter(status=self.model.Status.PLANNED)

    def untouched(self) -> TaskQuerySet:
        """Neither tried, nor promised, nor with an agent."""
        return self.filter(
            attempts_made=0, promised_at=None, attempts=None, answers=None
        ).exclude(status=self.model.Status.ASSIGNED)

    def in_hand(self, agent: User) -> TaskQuerySet:
        return self.filter(status=self.model.Status.ASSIGNED, assigned_to=agent)

    def surveys(self) -> TaskQuerySet:
        """Calls we want to make and do not owe; the rest never expires."""
        return self.exclude(OWED)

    def callable_at(self, at: datetime) -> TaskQuerySet:
        """Waiting, opened, and not too late."""
        return self.waiting().filter(Q(due_at__gt=at) | OWED, not_before__lte=at)

    def promised_by(self, agent: User, at: datetime) -> TaskQuerySet:
        """The agent's own promises whose time has come."""
        return self.waiting().filter(
            assigned_to=agent, promised_at__lte=at, not_before__lte=at
        )

    def own(self, agent: User, at: datetime) -> TaskQuerySet:
        """What the agent has in hand, then the promises due, the oldest first."""
        status = self.model.Status
        return self.filter(
            Q(status=status.ASSIGNED)
            | Q(status=status.PLANNED, promised_at__lte=at, not_before__lte=at),
            assigned_to=agent,
        ).order_by("status", "promised_at", "id")

    def for_anybody(self, at: datetime) -> TaskQuerySet:
        """Callable, and not kept for the agent who promised it."""
        return self.callable_at(at).filter(
            Q(assigned_to=None) | Q(promised_at__lt=at - self.model.PROMISE_GRACE)
        )

    def welcome(self) -> TaskQuerySet:
        """Leave out surveys of those who cannot be rung, or would not like it now.

        They may have said so, or complained, since the task was planned.
        """
        # Not an EXISTS: beside an OR PostgreSQL answers that by reading all numbers of
        # all customers first, for the sake of the one task that is taken.
        number = Phone.objects.filter(customer=OuterRef("customer"), is_wrong=False)
        rows = self.alias(number=Subquery(number.values("pk")[:1]))
        return rows.filter(
            OWED
            | Q(~open_complaint("customer"), customer__do_not_call=False)
            & Q(number__isnull=False)
        )

    def on_offer(self, agent: User, at: datetime) -> TaskQuerySet:
        """All that the agent could take at this hour.

        Outside the calling hours only promises, which the customer has agreed to.
        """
        pool = self.for_anybody(at).welcome().not_tried_in(Part.of(at))
        if not may_ring(at):
            pool = pool.filter(promised_at__isnull=False)
        return pool | self.promised_by(agent, at)

    def not_tried_in(self, part: Part) -> TaskQuerySet:
        """Leave out those whose customer did not answer in this part of the day."""
        return self.exclude(parts_tried__contains=[part.code])

    def for_list(self) -> TaskQuerySet:
        return self.select_related(
            "plan",
            "customer",
            "vehicle",
            "assigned_to",
            "sale__dealer",
            "repair__station",
            "case__organisation",
        )

    def for_call_page(self) -> TaskQuerySet:
        return self.for_list().select_related(
            "plan__questionnaire", "plan__type", "sale__batch", "case__owner"
        )
