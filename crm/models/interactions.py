from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from crm.models.customers import Customer
from crm.models.vehicles import Vehicle
from crm.querysets import InteractionQuerySet
from standards.models import InteractionType, ProcedureStep


class Interaction(models.Model):
    """One contact with a customer: when, by whom, about what, how it ended."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Telephone")
        EMAIL = "email", _("E-mail")
        MESSAGE = "message", _("Message")
        VISIT = "visit", _("Visit")

    class Direction(models.TextChoices):
        IN = "in", _("Incoming")
        OUT = "out", _("Outgoing")

    type = models.ForeignKey(
        InteractionType, models.PROTECT, related_name="interactions"
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel, default=Channel.PHONE
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="interactions"
    )
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, null=True, related_name="interactions"
    )
    number = models.CharField(_("telephone number"), max_length=20, blank=True)
    agent = models.ForeignKey(User, models.PROTECT, related_name="interactions")
    queued_at = models.DateTimeField(_("rang"), null=True)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    steps_done = models.ManyToManyField(ProcedureStep, related_name="+")

    objects = InteractionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="interaction_is_a_contact",
                condition=~models.Q(type="daily_file"),
                violation_error_message=_("No call is about a daily file."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.get_direction_display()}"
