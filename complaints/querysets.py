from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.querysets import InTree

if TYPE_CHECKING:
    from accounts.models import User
    from complaints.models import Case, Transfer  # noqa: F401


class CaseQuerySet(QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """The centre sees all; others what concerns, or was handed to, their part."""
        if user.sees_everything:
            return self.all()
        if user.organisation is None:
            return self.none()
        handed = self.model._meta.get_field("transfers").related_model.objects.filter(  # type: ignore[attr-defined]
            case=OuterRef("pk"), to__path__startswith=user.organisation.path
        )
        path = user.organisation.path
        return self.filter(Exists(handed) | Q(organisation__path__startswith=path))

    def open(self) -> CaseQuerySet:
        return self.exclude(status=self.model.Status.CLOSED)


class TransferQuerySet(InTree["Transfer"]):
    tree_path = "to__path"

    def waiting(self) -> TransferQuerySet:
        status = self.model.Status
        return self.filter(status__in=[status.SENT, status.ACCEPTED])
