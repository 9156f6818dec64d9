from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from standards.models.standards import Standard
from standards.querysets import ClockQuerySet


class Clock(models.Model):
    """One measurement of one subject against one Standard, running or finished.

    The truth is in `started_at`, the pauses and `stopped_at`; `due_at` is computed from
    them and the standard's calendar, and moves when a pause ends.
    """

    standard = models.ForeignKey(
        Standard, models.PROTECT, related_name="clocks", verbose_name=_("standard")
    )
    subject_type = models.CharField(_("kind of subject"), max_length=60)
    subject_id = models.BigIntegerField(_("number of the subject"))
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="clocks",
        verbose_name=_("charged to"),
    )
    agent = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="clocks", verbose_name=_("agent")
    )
    escalates_to = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Whose regional manager is told when it is long overdue."),
        verbose_name=_("escalates to"),
    )
    started_at = models.DateTimeField(_("started"))
    due_at = models.DateTimeField(_("due"))
    warn_at = models.DateTimeField(
        _("warned at"), help_text=_("When seven tenths of the time are gone.")
    )
    alarm_at = models.DateTimeField(
        _("alarmed at"), help_text=_("When one and a half times the time is gone.")
    )
    agreed_due_at = models.DateTimeField(
        null=True,
        help_text=_(
            "The end of a window or a promised time, in place of the target's."
        ),
    )
    paused_at = models.DateTimeField(
        _("paused"), null=True, help_text=_("Set while a pause is open.")
    )
    stopped_at = models.DateTimeField(_("stopped"), null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "standard"],
                condition=Q(stopped_at=None),
                name="clock_runs_once",
            ),
            models.CheckConstraint(
                name="clock_forward",
                condition=Q(stopped_at=None) | Q(stopped_at__gte=F("started_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="clock_about"),
            models.Index(
                fields=["warn_at"],
                condition=Q(stopped_at=None, paused_at=None),
                name="clock_to_warn",
            ),
            models.Index(fields=["standard", "stopped_at"], name="clock_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.standard} {self.due_at:%Y-%m-%d %H:%M}"

    def is_met(self) -> bool | None:
        """None while it runs."""
        return None if self.stopped_at is None else self.stopped_at <= self.due_at

    def is_late(self, now: datetime) -> bool:
        return (self.stopped_at or now) > self.due_at


class ClockPause(models.Model):
    """A span in which a clock does not count, and why."""

    clock = models.ForeignKey(
        Clock, models.CASCADE, related_name="pauses", verbose_name=_("clock")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True)
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"],
                condition=Q(ends_at=None),
                name="pause_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class ClockStep(models.Model):
    """A warning step a clock has reached; the row is what makes it be told once."""

    class Step(models.IntegerChoices):
        WARN = 70, _("nearly due")
        DUE = 100, _("overdue")
        ALARM = 150, _("long overdue")

    clock = models.ForeignKey(
        Clock, models.CASCADE, related_name="steps", verbose_name=_("clock")
    )
    step = models.PositiveSmallIntegerField(_("step"), choices=Step)
    reached_at = models.DateTimeField(_("reached"))

    class Meta:
        verbose_name = _("warning step")
        verbose_name_plural = _("warning steps")
        constraints = [
            models.UniqueConstraint(fields=["clock", "step"], name="clock_step_once")
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.step}"
