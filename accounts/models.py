from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.models import Token

from accounts.querysets import (
    LogEntryQuerySet,
    NotificationQuerySet,
    OrganisationQuerySet,
    UserManager,
)
from accounts.roles import CENTRE, Role


class Organisation(models.Model):
    """A node of the tree: headquarters > region > branch > dealer or station.

    Departments of headquarters, which answer transferred cases, hang below it too.
    """

    class Kind(models.TextChoices):
        HEADQUARTERS = "headquarters", _("Headquarters")
        REGION = "region", _("Region")
        BRANCH = "branch", _("Branch company")
        DEALER = "dealer", _("Dealer")
        STATION = "station", _("Service station")
        DEPARTMENT = "department", _("Department")

    # What each kind belongs to directly; headquarters to nothing.
    PARENTS: dict[str, str] = {
        Kind.REGION: Kind.HEADQUARTERS,
        Kind.BRANCH: Kind.REGION,
        Kind.DEALER: Kind.BRANCH,
        Kind.STATION: Kind.BRANCH,
        Kind.DEPARTMENT: Kind.HEADQUARTERS,
    }

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    path = models.CharField(
        max_length=200,
        unique=True,
        editable=False,
        help_text="The codes from the top down to this one, each closed by a slash.",
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["path"]
        indexes = [
            models.Index(
                fields=["path"],
                name="organisation_path",
                opclasses=["text_pattern_ops"],
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="organisation_code_plain",
                condition=models.Q(code__regex=r"^[A-Za-z0-9_-]+$"),
                violation_error_message=_(
                    "A code holds letters, digits, hyphens and underscores only."
                ),
            ),
            models.UniqueConstraint(
                name="organisation_one_headquarters",
                fields=["kind"],
                condition=models.Q(kind="headquarters"),
                violation_error_message=_("There is one headquarters already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.path and self.parent and self.parent.path.startswith(self.path):
            raise ValidationError(
                _("An organisation cannot belong to one of its own."), code="circle"
            )
        above = self.PARENTS.get(self.kind)
        if above is None and self.parent:
            raise ValidationError(
                _("Headquarters belong to no other organisation."), code="parent"
            )
        if above and (self.parent is None or self.parent.kind != above):
            raise ValidationError(
                _("This kind of organisation belongs directly to: %(kind)s."),
                code="parent",
                params={"kind": self.Kind(above).label},
            )
        fitting = [kind for kind, parent in self.PARENTS.items() if parent == self.kind]
        if self.pk and self.children.exclude(kind__in=fitting).exists():
            raise ValidationError(
                _("What belongs to this organisation does not fit the new kind."),
                code="children",
            )

    def contains(self, other: "Organisation") -> bool:
        return other.path.startswith(self.path)


class User(AbstractUser):
    """A person who works here, in one organisation, with one or more roles."""

    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("organisation"),
    )
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    extension = models.CharField(_("telephone extension"), max_length=10, blank=True)
    wants_mail = models.BooleanField(_("is told by e-mail too"), default=True)

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        verbose_name = _("user")  # type: ignore[assignment]
        verbose_name_plural = _("users")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new password also ends the API keys that the old one gave."""
        # Django keeps the new one here until it is saved.
        has_new_password = getattr(self, "_password", None) is not None
        super().save(*args, **kwargs)
        if has_new_password:
            Token.objects.filter(user=self).delete()

    def get_full_name(self) -> str:
        """Family name first, without a space, where the name is written in Chinese."""
        if self.last_name and not self.last_name.isascii():
            return f"{self.last_name}{self.first_name}"
        return super().get_full_name()

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(group.name for group in self.groups.all())

    def has_role(self, *roles: Role) -> bool:
        return self.is_superuser or not self.roles.isdisjoint(roles)

    @property
    def sees_everything(self) -> bool:
        """True for the centre's own people: no customer or case is hidden from them."""
        return self.has_role(*CENTRE)

    @property
    def enters_admin(self) -> bool:
        """Administrators always; others when they are marked as staff."""
        return self.is_active and (self.is_staff or self.has_role(Role.ADMINISTRATOR))


class LogEntry(models.Model):
    """One thing somebody (or the system) did: the audit and the timeline read it."""

    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    action = models.CharField(_("action"), max_length=60)
    subject_type = models.CharField(_("kind of subject"), max_length=60)
    subject_id = models.BigIntegerField(_("number of the subject"))
    data = models.JSONField(default=dict)

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("business log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="log_about")
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class Notification(models.Model):
    """A log entry that one person is to see; told once, kept until read.

    Some are told by e-mail too: accounts/mail.py.
    """

    class Mail(models.TextChoices):
        NONE = "none", _("not sent")
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused by the mail server")

    to = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    entry = models.ForeignKey(LogEntry, models.CASCADE, related_name="notifications")
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(_("e-mail"), max_length=10, choices=Mail, default=Mail.NONE)
    mailed_at = models.DateTimeField(_("e-mail sent"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["to", "entry"], name="notification_once"),
            models.CheckConstraint(
                name="notification_mailed_when_sent",
                condition=Q(mail="sent", mailed_at__isnull=False)
                | (~Q(mail="sent") & Q(mailed_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="notification_to_be_mailed",
                condition=Q(mail="waiting"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.entry}"


class Throttle(models.Model):
    """How far ahead of its allowed rate a program, or a machine logging in, is."""

    key = models.CharField(max_length=100, primary_key=True)
    free_at = models.DateTimeField(help_text="Until when its requests are paid for.")

    class Meta:
        verbose_name = _("throttle")
        verbose_name_plural = _("throttles")

    def __str__(self) -> str:
        return self.key
