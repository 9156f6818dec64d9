from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from crm.querysets import UploadBatchQuerySet, UploadRowQuerySet


class UploadBatch(models.Model):
    """One file a dealer or station handed in, and how far it has come."""

    class Kind(models.TextChoices):
        SALES = "sales", _("Sales")
        REPAIRS = "repairs", _("Repairs")

    class Status(models.TextChoices):
        RECEIVED = "received", _("Being read")
        MAPPING = "mapping", _("Columns to be matched")
        REFUSED = "refused", _("Refused")
        CHECKED = "checked", _("Checked")
        SUBMITTED = "submitted", _("Waiting for review")
        RETURNED = "returned", _("Returned")
        APPROVED = "approved", _("Approved")
        POSTED = "posted", _("Posted")
        REVERTED = "reverted", _("Reverted")
        CANCELLED = "cancelled", _("Cancelled")

    # Which status may follow which; services check every change against it. What is
    # matched anew or mended goes back to be read.
    NEXT: dict[str, set[str]] = {
        Status.RECEIVED: {
            Status.CHECKED,
            Status.MAPPING,
            Status.REFUSED,
            Status.CANCELLED,
        },
        Status.MAPPING: {Status.RECEIVED, Status.CANCELLED},
        Status.REFUSED: set(),
        Status.CHECKED: {Status.RECEIVED, Status.SUBMITTED, Status.CANCELLED},
        Status.SUBMITTED: {
            Status.RECEIVED,
            Status.RETURNED,
            Status.APPROVED,
            Status.CANCELLED,
        },
        Status.RETURNED: {Status.RECEIVED, Status.CANCELLED},
        Status.APPROVED: {Status.POSTED, Status.CANCELLED},
        Status.POSTED: {Status.REVERTED},
        Status.REVERTED: set(),
        Status.CANCELLED: set(),
    }

    TONES: dict[str, str] = {
        Status.MAPPING: "warn",
        Status.REFUSED: "bad",
        Status.CHECKED: "info",
        Status.SUBMITTED: "warn",
        Status.RETURNED: "bad",
        Status.APPROVED: "info",
        Status.POSTED: "good",
        Status.REVERTED: "bad",
    }

    class Channel(models.TextChoices):
        PAGE = "page", _("Page")
        COMMAND = "command", _("Command line")
        API = "api", "API"

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="batches"
    )
    uploaded_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="batches"
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    channel = models.CharField(
        _("came by"), max_length=10, choices=Channel, default=Channel.PAGE
    )
    day = models.DateField(
        _("day"),
        default=timezone.localdate,
        help_text=_("The day whose sales or repairs these are."),
    )
    rest_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="rests",
        help_text="The posted batch whose refused rows came back mended in this one.",
    )
    # Handed in for review by itself, as soon as it is checked with a row accepted.
    submits_itself = models.BooleanField(default=False)
    file = models.FileField(upload_to="uploads/%Y/%m/")
    file_name = models.CharField(_("file"), max_length=255)
    # Tells that the same file was handed in before.
    sha256 = models.CharField(max_length=64)
    # The sheet the rows were found in, of those a workbook has.
    sheet = models.CharField(max_length=100, blank=True)
    # The header as it was sent, and the names of a row's values in order.
    columns = models.JSONField(default=list)
    fields = models.JSONField(default=list)
    # Which column of the file holds what: {name: its place in `columns`}.
    places = models.JSONField(default=dict)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.RECEIVED
    )
    # Why the whole file was refused: {"code", "params"}, see problems.py.
    refusal = models.JSONField(null=True)
    # What of the file was not read, see problems.NOTES.
    notes = models.JSONField(default=list)
    # What posting it would change: {"records" | "customers" | "cars": {effect: how
    # many}}, and "owners": how many cars become another's.
    preview = models.JSONField(default=dict)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_accepted = models.PositiveIntegerField(_("accepted"), default=0)
    rows_rejected = models.PositiveIntegerField(_("refused"), default=0)
    rows_warned = models.PositiveIntegerField(_("with warnings"), default=0)
    rows_posted = models.PositiveIntegerField(_("posted"), default=0)
    # Of the posted rows, those that changed a record handed in before.
    rows_corrected = models.PositiveIntegerField(_("corrected"), default=0)
    submitted_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    return_reason = models.TextField(_("reason"), blank=True)
    posted_at = models.DateTimeField(null=True)
    reverted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reverted_at = models.DateTimeField(null=True)
    # Rows that stayed when it was reverted, since something was built on them.
    rows_kept = models.PositiveIntegerField(_("kept"), default=0)
    # The first of these: [{"number", "reason", "detail"}], see posting/keepers.py.
    kept = models.JSONField(default=list)

    objects = UploadBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-id"]
        # What is looked for time and again among years of files.
        indexes = [
            models.Index(
                fields=["id"],
                name="batch_left_over",
                condition=models.Q(status__in=["received", "approved"]),
            ),
            models.Index(
                fields=["submitted_at", "id"],
                name="batch_to_review",
                condition=models.Q(status="submitted"),
            ),
            models.Index(fields=["posted_at"], name="batch_posted"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.file_name}"

    @property
    def is_working(self) -> bool:
        """Whether a worker is at it, or will be."""
        return self.status in {self.Status.RECEIVED, self.Status.APPROVED}

    @property
    def tone(self) -> str:
        """The colour of its status."""
        return self.TONES.get(self.status, "")


class UploadRow(models.Model):
    """One line of a file: as it was sent, as it was understood, what is wrong with it.

    `values` go by the names in the batch's `fields`. `errors` and `warnings` are lists
    of {"code", "column", "value"}; the wording is made when they are read, in the
    reader's language (crm/uploads/problems.py). `person` is the number of the first row
    about the same customer. Rows come by the hundred thousand, so they are lean: no id,
    no more indexes than are used.
    """

    class Effect(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")

    pk = models.CompositePrimaryKey("batch_id", "number")
    batch = models.ForeignKey(
        UploadBatch, models.CASCADE, related_name="rows", db_index=False
    )
    number = models.PositiveIntegerField(
        _("row"), help_text="Line in the file, from 1."
    )
    cells = ArrayField(models.TextField())
    values = ArrayField(models.TextField())
    content = models.UUIDField(help_text="A hash of the values.")
    person = models.PositiveIntegerField(default=0)
    effect = models.CharField(max_length=10, choices=Effect, default=Effect.NEW)
    errors = models.JSONField(default=list)
    warnings = models.JSONField(default=list)

    objects = UploadRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload row")
        verbose_name_plural = _("upload rows")
        ordering = ["batch_id", "number"]
        indexes = [
            models.Index(
                fields=["batch", "number"],
                name="row_with_problems",
                condition=~models.Q(errors=[]) | ~models.Q(warnings=[]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"
