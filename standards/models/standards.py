from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation
from standards.models.calendars import WorkCalendar
from standards.models.types import InteractionType
from standards.querysets import StandardQuerySet


class Standard(models.Model):
    """What is promised for one metric of an interaction type, while it is valid."""

    class Metric(models.TextChoices):
        ANSWER = "answer", pgettext_lazy("metric", "Answered")
        CONSULT_ANSWER = "consult_answer", _("Question answered")
        ACCEPT = "accept", _("Accepted by the department")
        FIRST_CONTACT = "first_contact", _("First contact with the customer")
        PLAN = "plan", _("Plan")
        CLOSE = "close", pgettext_lazy("metric", "Closed")
        OUTCOME_TOLD = "outcome_told", _("Outcome told")
        VERIFY = "verify", _("Resolution checked")
        CALL = "call", _("Call made")
        PROMISE = "promise", _("Promised call-back kept")
        HAND_IN = "hand_in", _("Daily file handed in")

    class Unit(models.TextChoices):
        RUNNING = "running", _("seconds on the clock")
        WORKING = "working", _("seconds of working time")
        WORKDAYS = "workdays", _("working days")

    class Grade(models.TextChoices):
        LAW = "LAW", _("law")
        STD = "STD", pgettext_lazy("source", "standard")
        OEM = "OEM", _("makers' practice")
        WEB = "WEB", _("weak source")
        OWN = "P", _("our proposal")

    type = models.ForeignKey(
        InteractionType,
        models.PROTECT,
        related_name="standards",
        verbose_name=_("interaction type"),
    )
    metric = models.CharField(_("metric"), max_length=20, choices=Metric)
    level = models.CharField(
        _("level"),
        max_length=20,
        blank=True,
        help_text=_("A case level, or empty for all."),
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organisation"),
    )
    target = models.PositiveIntegerField(_("target"))
    unit = models.CharField(_("unit"), max_length=10, choices=Unit)
    goal_share = models.DecimalField(
        _("goal, % met"), max_digits=5, decimal_places=2, default=95
    )
    calendar = models.ForeignKey(
        WorkCalendar, models.PROTECT, related_name="+", verbose_name=_("work calendar")
    )
    is_statutory = models.BooleanField(_("set by law, never pauses"), default=False)
    grade = models.CharField(
        _("source"), max_length=3, choices=Grade, default=Grade.OWN
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True, blank=True)

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = _("standard")
        verbose_name_plural = _("standards")
        ordering = ["type__order", "metric", "level", "valid_from"]
        constraints = [
            ExclusionConstraint(
                name="standard_one_valid_at_a_time",
                expressions=[
                    ("type", RangeOperators.EQUAL),
                    ("metric", RangeOperators.EQUAL),
                    ("level", RangeOperators.EQUAL),
                    (
                        Func(F("organisation"), 0, function="COALESCE"),
                        RangeOperators.EQUAL,
                    ),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        level = f" ({self.level})" if self.level else ""
        return f"{self.get_metric_display()}{level}"
