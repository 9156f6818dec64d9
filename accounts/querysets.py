from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db.models import Model, QuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import LogEntry, Notification, Organisation, User  # noqa: F401
    from accounts.roles import Role


M = TypeVar("M", bound=Model)


class InTree(QuerySet[M]):
    """Rows that hang in the organisation tree, at the lookup `tree_path`."""

    tree_path: ClassVar[str]

    def visible_to(self, user: User) -> Self:
        """The centre sees all; others what belongs to their part of the tree."""
        if user.sees_everything:
            return self.all()
        if user.organisation is None:
            return self.none()
        return self.filter(**{f"{self.tree_path}__startswith": user.organisation.path})


class OrganisationQuerySet(InTree["Organisation"]):
    tree_path = "path"

    def active(self) -> OrganisationQuerySet:
        return self.filter(is_active=True)

    def within(self, top: Organisation) -> OrganisationQuerySet:
        """The organisation itself and all below it."""
        return self.filter(path__startswith=top.path)

    def above(self, organisation: Organisation) -> OrganisationQuerySet:
        """The organisation itself and all above it, nearest first."""
        codes = organisation.path.strip("/").split("/")
        return self.filter(code__in=codes).order_by("-path")


class UserQuerySet(QuerySet["User"]):
    def with_role(self, *roles: Role) -> UserQuerySet:
        return self.filter(is_active=True, groups__name__in=roles).distinct()

    def responsible_for(self, organisation: Organisation, *roles: Role) -> UserQuerySet:
        """Those with one of the roles at the organisation or anywhere above it."""
        codes = organisation.path.strip("/").split("/")
        return self.with_role(*roles).filter(organisation__code__in=codes)


class UserManager(DjangoUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def with_role(self, *roles: Role) -> UserQuerySet:
        return self.get_queryset().with_role(*roles)

    def responsible_for(self, organisation: Organisation, *roles: Role) -> UserQuerySet:
        return self.get_queryset().responsible_for(organisation, *roles)


class LogEntryQuerySet(QuerySet["LogEntry"]):
    def about(self, obj: object) -> LogEntryQuerySet:
        return self.filter(subject_type=type(obj)._meta.label_lower, subject_id=obj.pk)  # type: ignore[attr-defined]


class NotificationQuerySet(QuerySet["Notification"]):
    def visible_to(self, user: User) -> NotificationQuerySet:
        return self.filter(to=user)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at=None)

    def to_be_mailed(self, since: datetime) -> NotificationQuerySet:
        """Those whose e-mail waits; what is older than that is old news."""
        return self.filter(mail="waiting", entry__at__gt=since).order_by("pk")
