from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from standards.models.wording import in_reader_language


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
