from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, User
from standards.querysets import ClockQuerySet, StandardQuerySet


def in_reader_language(row: object, field: str) -> str:
    """The row's `field` in the reader's language; English when there is no other."""
    language = translation.get_language() or "en"
    suffix = "zh" if language.startswith("zh") else "en"
    text: str = getattr(row, f"{field}_{suffix}") or getattr(row, f"{field}_en")
    return text


class InteractionType(models.Model):
    """A kind of contact that has its own procedure and its own standards."""

    class Code(models.TextChoices):
        PURCHASE_INQUIRY = "purchase_inquiry", _("Purchase inquiry")
        COMPLAINT = "complaint", _("Complaint")
        POST_PURCHASE = "post_purchase", _("Post-purchase follow-up")
        POST_REPAIR = "post_repair", _("Post-repair follow-up")
        RESCUE = "rescue", _("Rescue")
        RESOLUTION = "resolution", _("Resolution follow-up")
        OTHER = "other", _("Other")

    code = models.CharField(_("code"), max_length=20, primary_key=True, choices=Code)
    name_en = models.CharField(_("name in English"), max_length=60)
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

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


class WorkCalendar(models.Model):
    """When work is done: weekly spans, less holidays, plus make-up workdays."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=60)
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    revision = models.BigIntegerField(
        default=0,
        editable=False,
        help_text=_("New with every change of hours or days; the database sets it."),
    )

    class Meta:
        verbose_name = _("work calendar")
        verbose_name_plural = _("work calendars")

    def __str__(self) -> str:
        return in_reader_language(self, "name")


class WorkSpan(models.Model):
    """Working hours of one weekday, one of several. 24:00 is written as 00:00."""

    calendar = models.ForeignKey(
        WorkCalendar,
        models.CASCADE,
        related_name="spans",
        verbose_name=_("work calendar"),
    )
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), help_text=_("Monday is 0.")
    )
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                name="workspan_forward",
                condition=Q(starts__lt=F("ends")) | Q(ends="00:00"),
            ),
            models.CheckConstraint(name="workspan_weekday", condition=Q(weekday__lt=7)),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}-{self.ends:%H:%M}"


class CalendarDay(models.Model):
    """A date that departs from the week: a holiday, or a make-up workday (调休)."""

    calendar = models.ForeignKey(
        WorkCalendar,
        models.CASCADE,
        related_name="days",
        verbose_name=_("work calendar"),
    )
    date = models.DateField(_("date"))
    is_working = models.BooleanField(_("worked"))
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "date"], name="calendarday_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {in_reader_language(self, 'name')}"


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
