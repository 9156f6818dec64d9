from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db.models import Case, Exists, F, Model, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.querysets import InTree
from accounts.roles import KEEPERS

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Organisation, User
    from crm.models import (  # noqa: F401
        Customer,
        DailyFile,
        DuplicatePair,
        Interaction,
        Merge,
        Repair,
        ReviewRule,
        Sale,
        UploadBatch,
        UploadRow,
        Vehicle,
    )

M = TypeVar("M", bound=Model)


class WithRecords(QuerySet[M]):
    """For rows that sales and repairs point to."""

    def visible_to(self, user: User) -> Self:
        """The centre sees all; others what their part of the tree sold or served.

        Editors and departments have no business with the files of customers.
        """
        if user.sees_everything:
            return self.all()
        if user.organisation is None or not user.has_role(*KEEPERS):
            return self.none()
        own = self.model._meta.model_name
        path = user.organisation.path
        sales = self.model._meta.get_field("sales").related_model
        repairs = self.model._meta.get_field("repairs").related_model
        sold = sales.objects.filter(  # type: ignore[union-attr]
            **{f"{own}": OuterRef("pk")}, dealer__path__startswith=path
        )
        served = repairs.objects.filter(  # type: ignore[union-attr]
            **{f"{own}": OuterRef("pk")}, station__path__startswith=path
        )
        return self.filter(Q(Exists(sold)) | Q(Exists(served)))


class OfTheCentre(QuerySet[M]):
    """For what only the centre's own people work with."""

    def visible_to(self, user: User) -> Self:
        return self.all() if user.sees_everything else self.none()


class CustomerQuerySet(WithRecords["Customer"]):
    def visible_to(self, user: User) -> Self:
        """As all records; who was merged into another is met as that other one."""
        return super().visible_to(user).standing()

    def standing(self) -> Self:
        """Without those merged into another."""
        return self.filter(merged_into=None)

    def known_as(self, pk: int) -> Self:
        """The one with this number, or into whom that one was merged."""
        numbered = self.model._base_manager.filter(pk=pk)
        return self.filter(pk__in=numbered.values(now=Coalesce("merged_into", "pk")))


class MergeQuerySet(OfTheCentre["Merge"]):
    def in_force(self) -> MergeQuerySet:
        return self.filter(undone_at=None)


class DuplicatePairQuerySet(OfTheCentre["DuplicatePair"]):
    def to_look_at(self) -> DuplicatePairQuerySet:
        """Neither dismissed, nor settled by a merge."""
        return self.filter(
            dismissed_at=None, first__merged_into=None, second__merged_into=None
        )

    def of(self, customer: Customer) -> DuplicatePairQuerySet:
        return self.filter(Q(first=customer) | Q(second=customer))


class VehicleQuerySet(WithRecords["Vehicle"]):
    pass


class SaleQuerySet(InTree["Sale"]):
    tree_path = "dealer__path"


class RepairQuerySet(InTree["Repair"]):
    tree_path = "station__path"


class UploadBatchQuerySet(InTree["UploadBatch"]):
    tree_path = "organisation__path"

    def for_list(self) -> Self:
        return self.select_related(
            "organisation", "uploaded_by", "reviewed_by", "progress"
        )

    def known_as(self, number: int) -> UploadBatch:
        """The batch of that number, or the one its mended rows were taken into."""
        own = self.filter(pk=number).first()
        return own or self.get(mended_files__came_as=number)

    def same_file(self, batch: UploadBatch) -> Self:
        """Earlier ones of the same place that hold the very same bytes."""
        return self.filter(
            organisation=batch.organisation_id,
            kind=batch.kind,
            sha256=batch.sha256,
            pk__lt=batch.pk,
        )

    def left_over(self) -> Self:
        """Those that wait for a worker, or have one at work; see resuming.py."""
        waiting = self.filter(status__in=["received", "approved"])
        return waiting.select_related("progress").order_by("pk")

    def for_day(self, organisation_id: int, day: date) -> Self:
        """Files of that day, the first handed in first."""
        rows = self.filter(organisation=organisation_id, day=day)
        return rows.order_by("submitted_at", "pk")

    def waiting_for_review(self) -> Self:
        """Those the branch has to look at, the one that waits longest first."""
        return self.filter(status="submitted").order_by("submitted_at", "pk")

    def matching(
        self,
        *,
        q: str = "",
        kind: str = "",
        status: str = "",
        channel: str = "",
        day_from: date | None = None,
        day_to: date | None = None,
    ) -> Self:
        """Narrowed by what is given; `q` is part of a name, or a code."""
        found = self
        if q := q.replace("\x00", "").strip():
            found = found.filter(
                Q(organisation__name__icontains=q)
                | Q(organisation__code__iexact=q)
                | Q(file_name__icontains=q)
            )
        exactly: dict[str, Any] = {
            "kind": kind,
            "status": status,
            "channel": channel,
            "day__gte": day_from,
            "day__lte": day_to,
        }
        return found.filter(**{name: given for name, given in exactly.items() if given})


class DailyFileQuerySet(InTree["DailyFile"]):
    tree_path = "organisation__path"

    def owed(self) -> Self:
        return self.filter(handed_in_at=None)

    def with_state(self, now: datetime) -> Self:
        """With `state`: the code `crm.uploads.daily.days.state_code` tells of each."""
        state = Case(
            When(handed_in_at=None, due_at__gt=now, then=Value("open")),
            When(handed_in_at=None, then=Value("missing")),
            When(handed_in_at__gt=F("due_at"), then=Value("late")),
            When(is_nil=True, then=Value("nil")),
            default=Value("in_time"),
        )
        return self.annotate(state=state)

    def still_taken(self, now: datetime) -> Self:
        """Of days a file may be handed in for."""
        return self.filter(day__gte=timezone.localdate(now) - self.model.TAKEN_FOR)

    def late(self, now: datetime) -> Self:
        """Still owed past the deadline, by those who are open, while it is taken."""
        late = self.owed().still_taken(now)
        return late.filter(due_at__lt=now, organisation__is_active=True)


class ReviewRuleQuerySet(InTree["ReviewRule"]):
    tree_path = "organisation__path"

    def nearest(self, organisation: Organisation) -> ReviewRule | None:
        """The rule of the organisation itself, or the nearest above it."""
        codes = organisation.path.strip("/").split("/")
        found = self.filter(organisation__code__in=codes)
        return (
            found.select_related("organisation").order_by("-organisation__path").first()
        )


class UploadRowQuerySet(QuerySet["UploadRow"]):
    def accepted(self) -> UploadRowQuerySet:
        return self.filter(errors=[])

    def refused(self) -> UploadRowQuerySet:
        return self.exclude(errors=[])

    def with_problems(self) -> UploadRowQuerySet:
        return self.exclude(errors=[], warnings=[])

    def shown_as(self, show: str) -> UploadRowQuerySet:
        """Refused, warned, of one effect; all for anything else."""
        if show == "refused":
            return self.refused()
        if show == "warned":
            return self.accepted().exclude(warnings=[])
        if show in {"new", "changed", "unchanged"}:
            return self.accepted().filter(effect=show)
        return self


class InteractionQuerySet(OfTheCentre["Interaction"]):
    """What was said on the telephone."""
