from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from standards.models.wording import in_reader_language
from standards.querysets import CONTACTS, InteractionTypeQuerySet


class InteractionType(models.Model):
    """A kind of contact that has its own procedure and its own standards.

    The daily file is work with a standard too, but no contact: no call is about it.
    """

    class Code(models.TextChoices):
        PURCHASE_INQUIRY = "purchase_inquiry", _("Purchase inquiry")
        COMPLAINT = "complaint", _("Complaint")
        POST_PURCHASE = "post_purchase", _("Post-purchase follow-up")
        POST_REPAIR = "post_repair", _("Post-repair follow-up")
        RESCUE = "rescue", _("Rescue")
        RESOLUTION = "resolution", _("Resolution follow-up")
        OTHER = "other", _("Other")
        DAILY_FILE = "daily_file", _("Daily file")

    code = models.CharField(_("code"), max_length=20, primary_key=True, choices=Code)
    name_en = models.CharField(_("name in English"), max_length=60)
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = InteractionTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction type")
        verbose_name_plural = _("interaction types")
        ordering = ["order"]

    def __str__(self) -> str:
        return in_reader_language(self, "name")


class Procedure(models.Model):
    """The guided flow of an interaction type; a change makes a new version."""

    type = models.ForeignKey(
        InteractionType,
        models.PROTECT,
        related_name="procedures",
        limit_choices_to=CONTACTS,
        verbose_name=_("interaction type"),
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name_en = models.CharField(_("name in English"), max_length=100)
    name_zh = models.CharField(_("name in Chinese"), max_length=100)
    is_current = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["type__order", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["type", "version"], name="procedure_version_once"
            ),
            models.UniqueConstraint(
                fields=["type"],
                condition=Q(is_current=True),
                name="procedure_one_current_per_type",
            ),
        ]

    def __str__(self) -> str:
        return in_reader_language(self, "name")


class ProcedureStep(models.Model):
    """One step an agent takes: mandatory (★) or advice, worded in both languages."""

    procedure = models.ForeignKey(
        Procedure, models.CASCADE, related_name="steps", verbose_name=_("procedure")
    )
    order = models.PositiveSmallIntegerField(_("order"))
    name_en = models.CharField(_("name in English"), max_length=100)
    name_zh = models.CharField(_("name in Chinese"), max_length=100)
    wording_en = models.TextField(_("wording in English"))
    wording_zh = models.TextField(_("wording in Chinese"))
    is_mandatory = models.BooleanField(_("mandatory"), default=False)

    class Meta:
        verbose_name = _("procedure step")
        verbose_name_plural = _("procedure steps")
        ordering = ["procedure", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "order"], name="step_order_once"
            ),
        ]

    def __str__(self) -> str:
        return in_reader_language(self, "name")

    @property
    def wording(self) -> str:
        return in_reader_language(self, "wording")
