from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text import listed
from crm.models.customers import Customer
from crm.querysets import DuplicatePairQuerySet, MergeQuerySet


class Merge(models.Model):
    """Two customers found to be one: what was moved, so that it can be undone."""

    kept = models.ForeignKey(Customer, models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("merged"), auto_now_add=True)
    # {"table.column": [ids that pointed to the merged one]}
    moved = models.JSONField(default=dict)
    # Fields of the kept one that were empty and filled in: {name: value before}
    filled_in = models.JSONField(default=dict)
    # Numbers that both had, kept once: the merged one's rows as they were.
    phones_in_common = models.JSONField(default=list)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at=None), name="merged_once"
            ),
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.merged} -> {self.kept}"


class DuplicatePair(models.Model):
    """Two customers who are probably one, and why; or known to be two people.

    Found by a scheduled task. One that somebody dismissed stays, so that it never
    comes back.
    """

    class Reason(models.TextChoices):
        IDENTITY = "identity", _("same identity number")
        SAME_NAME = "same_name", _("same name")
        LIKE_NAME = "like_name", _("similar name")
        NUMBER = "number", _("same telephone number")
        CAR = "car", _("same car")
        ADDRESS = "address", _("same address")

    first = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    second = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=10, choices=Reason))
    score = models.PositiveSmallIntegerField(_("strength"), help_text="Up to 100.")
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    dismissed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    dismissed_at = models.DateTimeField(null=True)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("likely duplicate")
        verbose_name_plural = _("likely duplicates")
        ordering = ["-score", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="pair_ordered"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-score", "-id"],
                name="pair_to_look_at",
                condition=Q(dismissed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}?"

    @property
    def why(self) -> str:
        """The reasons in words."""
        return listed(self.Reason(reason).label for reason in self.reasons)

    @property
    def tone(self) -> str:
        return "good" if self.score >= 85 else "warn" if self.score >= 60 else ""
