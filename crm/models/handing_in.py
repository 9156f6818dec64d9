"""What surrounds a batch: its columns, mended files, progress, keys, the day owed."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from crm.models.uploads import UploadBatch
from crm.querysets import DailyFileQuerySet, ReviewRuleQuerySet


class ColumnName(models.Model):
    """What a dealer or station calls a column: learnt once, known ever after."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="column_names"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=UploadBatch.Kind)
    header = models.CharField(
        _("header"), max_length=200, help_text="Normalised, see columns.normalise."
    )
    column = models.CharField(
        _("column"), max_length=40, blank=True, help_text="Empty: not used."
    )

    class Meta:
        verbose_name = _("column name")
        verbose_name_plural = _("column names")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "header"], name="column_name_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.header} -> {self.column}"


class MendedFile(models.Model):
    """Refused rows that came back mended and took the place of those in the batch."""

    batch = models.ForeignKey(UploadBatch, models.CASCADE, related_name="mended_files")
    file = models.FileField(upload_to="uploads/%Y/%m/")
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    came_as = models.PositiveBigIntegerField(
        null=True,
        unique=True,
        help_text="The number it was handed in under; that page leads to the batch.",
    )
    # As read: {"header": [...], "rows": [[row number or null, cells]]}.
    content = models.JSONField(default=dict)
    rows_mended = models.PositiveIntegerField(
        _("mended"), null=True, help_text="Empty until the batch is read again."
    )

    class Meta:
        verbose_name = _("mended file")
        verbose_name_plural = _("mended files")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file_name


class UploadProgress(models.Model):
    """How far the work on a batch has come, and whether somebody wants it stopped.

    Written through a connection of its own, so that it is seen while the work's own
    transaction is still open (crm/uploads/progress.py).
    """

    class Stage(models.TextChoices):
        WAITING = "waiting", _("Waiting for its turn")
        READING = "reading", _("Reading and checking")
        COMPARING = "comparing", _("Comparing with what is known")
        POSTING = "posting", _("Posting")

    batch = models.OneToOneField(
        UploadBatch, models.CASCADE, primary_key=True, related_name="progress"
    )
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.WAITING)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(
        null=True, help_text="An estimate while a text file is read."
    )
    stage_started_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How often the work was begun and not ended."
    )
    is_cancelled = models.BooleanField(default=False)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")

    def __str__(self) -> str:
        return f"{self.batch_id} {self.stage} {self.rows_done}"

    @property
    def is_waiting(self) -> bool:
        return self.stage == self.Stage.WAITING

    @property
    def percent(self) -> int | None:
        """Of the stage; never the whole hundred before it is over."""
        if not self.rows_total:
            return None
        return min(99, self.rows_done * 100 // self.rows_total)

    def seconds_left(self, now: datetime) -> int | None:
        """Until the stage is over, at the pace so far; None while that says little."""
        if not self.rows_total or not self.rows_done or not self.stage_started_at:
            return None
        reported_at = self.updated_at or now
        pace = (reported_at - self.stage_started_at).total_seconds() / self.rows_done
        left = pace * max(0, self.rows_total - self.rows_done)
        return max(0, round(left - (now - reported_at).total_seconds()))

    def next_try_at(self) -> datetime | None:
        """When work that nobody is at may be queued again; later after each attempt."""
        if self.updated_at is None or self.attempts == 1:
            return None
        minutes = min(60, 2 ** max(0, min(self.attempts, 10) - 2))
        return self.updated_at + timedelta(minutes=minutes)


class ReviewRule(models.Model):
    """Whether files of an organisation, and all below it, need no review."""

    organisation = models.OneToOneField(
        Organisation,
        models.CASCADE,
        related_name="review_rule",
        verbose_name=_("organisation"),
    )
    approves_itself = models.BooleanField(
        _("approved without review"),
        help_text=_("The nearest rule upwards in the tree counts."),
    )

    objects = ReviewRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("review rule")
        verbose_name_plural = _("review rules")

    def __str__(self) -> str:
        return str(self.organisation)


class ApiHandIn(models.Model):
    """A file or rows a dealer system sent under a key: the same key, the same batch."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(_("idempotency key"), max_length=100)
    sha256 = models.CharField(max_length=64, help_text="Of what was sent.")
    batch = models.ForeignKey(
        UploadBatch, models.CASCADE, null=True, related_name="hand_ins"
    )
    sent_at = models.DateTimeField(auto_now_add=True)
    # What was answered, to be said again.
    status_code = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("sent by a system")
        verbose_name_plural = _("sent by systems")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="api_key_once")
        ]

    def __str__(self) -> str:
        return self.key


class DailyFile(models.Model):
    """The file a dealer or station owes for one day, and whether it came.

    A Clock of the type `daily_file` runs on it from the day's first minute.
    """

    # A file for a day longer ago is not taken: what lacks then is missing for good.
    TAKEN_FOR = timedelta(days=31)

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="daily_files"
    )
    day = models.DateField(_("day"))
    due_at = models.DateTimeField(_("due"))
    batch = models.ForeignKey(
        UploadBatch, models.SET_NULL, null=True, related_name="daily_files"
    )
    is_nil = models.BooleanField(_("nothing to report"), default=False)
    handed_in_at = models.DateTimeField(_("handed in"), null=True)
    handed_in_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reminded_at = models.DateTimeField(null=True)

    objects = DailyFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily file")
        verbose_name_plural = _("daily files")
        ordering = ["-day", "organisation__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "day"], name="daily_file_once"
            ),
            models.CheckConstraint(
                name="daily_file_nil_is_handed_in",
                condition=Q(is_nil=False) | Q(handed_in_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="daily_file_owed",
                condition=Q(handed_in_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.day}"

    def is_taken(self, now: datetime) -> bool:
        """Whether it is not too late for it altogether."""
        return self.day >= timezone.localdate(now) - self.TAKEN_FOR
