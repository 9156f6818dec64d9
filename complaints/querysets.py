from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import (
    DateTimeField,
    Exists,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, Least

from complaints.roles import HANDLERS, OVERSEERS
from standards.models import Clock

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from complaints.models import Case, Transfer  # noqa: F401
    from crm.models import Customer, Vehicle

CASE = "complaints.case"
TRANSFER = "complaints.transfer"


def _running(subject_type: str, subject_id: str) -> QuerySet[Clock]:
    return Clock.objects.running().filter(
        subject_type=subject_type, subject_id=OuterRef(subject_id)
    )


def _first_due(subject_type: str, subject_id: str) -> Subquery:
    clocks = _running(subject_type, subject_id).order_by()
    earliest = clocks.values("subject_id").annotate(due=Min("due_at")).values("due")
    return Subquery(earliest, output_field=DateTimeField())


class CaseQuerySet(QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """The centre sees all; overseers what concerns, or was handed to, their part.

        Handlers see only what was handed to their own unit: a complaint about a
        dealer is not the dealer's to read until the centre hands it over.
        """
        if user.sees_everything:
            return self.all()
        if user.organisation is None or not user.has_role(*OVERSEERS, *HANDLERS):
            return self.none()
        path = user.organisation.path
        transfers = apps.get_model("complaints", "Transfer").objects
        handed = transfers.filter(case=OuterRef("pk"))
        if user.has_role(*OVERSEERS):
            handed = handed.filter(to__path__startswith=path)
            concerns = Q(organisation__path__startswith=path)
            return self.filter(Exists(handed) | concerns)
        return self.filter(Exists(handed.filter(to=user.organisation)))

    def open(self) -> CaseQuerySet:
        return self.exclude(status=self.model.Status.CLOSED)

    def late(self, at: datetime) -> CaseQuerySet:
        """With a clock past due: the case's own, or that of the unit that has it."""
        transfers = apps.get_model("complaints", "Transfer").objects
        past = Q(due_at__lt=at, paused_at=None)
        unit_late = Exists(_running(TRANSFER, "pk").filter(past))
        in_hand = transfers.waiting().filter(unit_late, case=OuterRef("pk"))
        own_late = Exists(_running(CASE, "pk").filter(past))
        return self.filter(own_late | Exists(in_hand))

    def like(self, customer: Customer | None, vehicle: Vehicle | None) -> CaseQuerySet:
        """Cases of the same customer or the same car."""
        if customer is None and vehicle is None:
            return self.none()
        same = Q()
        if customer is not None:
            same |= Q(customer=customer)
        if vehicle is not None:
            same |= Q(vehicle=vehicle)
        return self.filter(same)

    def with_due(self) -> CaseQuerySet:
        """Adds `due_at`, the earliest due time still running; None when none runs."""
        transfers = apps.get_model("complaints", "Transfer").objects
        in_hand = transfers.waiting().filter(case=OuterRef("pk"))
        unit_due = in_hand.annotate(due=_first_due(TRANSFER, "pk")).values("due")[:1]
        return self.annotate(due_at=Least(_first_due(CASE, "pk"), Subquery(unit_due)))

    def with_unit(self) -> CaseQuerySet:
        """Adds `unit`, the name of who has it in hand; None while the centre does."""
        transfers = apps.get_model("complaints", "Transfer").objects
        in_hand = transfers.waiting().filter(case=OuterRef("pk"))
        return self.annotate(unit=Subquery(in_hand.values("to__name")[:1]))

    def with_answer(self) -> CaseQuerySet:
        """Adds `answer`, this round's, which the customer is asked about."""
        transfers = apps.get_model("complaints", "Transfer").objects
        own = apps.get_model("complaints", "CentreAnswer").objects
        given = transfers.filter(
            case=OuterRef("pk"), round=OuterRef("round"), status="answered"
        )
        centre = own.filter(case=OuterRef("pk"), round=OuterRef("round"))
        return self.annotate(
            answer=Coalesce(
                Subquery(given.values("answer")[:1]),
                Subquery(centre.values("text")[:1]),
            )
        )


class TransferQuerySet(QuerySet["Transfer"]):
    def visible_to(self, user: User) -> TransferQuerySet:
        """Who sees a case sees where it has been."""
        if user.sees_everything:
            return self.all()
        cases = apps.get_model("complaints", "Case").objects
        return self.filter(case__in=cases.visible_to(user))

    def handled_by(self, user: User) -> TransferQuerySet:
        if user.organisation is None or not user.has_role(*HANDLERS):
            return self.none()
        return self.filter(to=user.organisation)

    def waiting(self) -> TransferQuerySet:
        return self.filter(status__in=self.model.WAITING)

    def answered(self) -> TransferQuerySet:
        return self.filter(status=self.model.Status.ANSWERED)

    def with_due(self) -> TransferQuerySet:
        """Adds `due_at`, the due time of the clock that runs on it."""
        return self.annotate(due_at=_first_due(TRANSFER, "pk"))
