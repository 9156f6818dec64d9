"""What posting a batch did to the tables, so that it can be taken back."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _

from crm.models.uploads import UploadBatch


class PostedRows(models.Model):
    """The ids of the rows of one table that a batch created."""

    batch = models.ForeignKey(UploadBatch, models.CASCADE, related_name="posted")
    table = models.CharField(max_length=63)
    ids = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name = _("rows made by a batch")
        verbose_name_plural = _("rows made by batches")
        constraints = [
            models.UniqueConstraint(fields=["batch", "table"], name="posted_once")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.table}"


class RepeatedRows(models.Model):
    """The records a batch said again just as they stood: it changed nothing of them,
    and claims them all the same when the batch that made them is taken back."""

    batch = models.OneToOneField(
        UploadBatch, models.CASCADE, primary_key=True, related_name="repeated"
    )
    ids = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name = _("rows repeated by a batch")
        verbose_name_plural = _("rows repeated by batches")

    def __str__(self) -> str:
        return f"{self.batch_id}"


class EarlierState(models.Model):
    """A row as it was before a batch changed or deleted it, and what it became.

    Taking the batch back restores the columns that still are as the batch left them.
    """

    batch = models.ForeignKey(UploadBatch, models.CASCADE, related_name="earlier")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    content = models.JSONField()
    became = models.JSONField(null=True, help_text="Null: the batch deleted it.")

    class Meta:
        verbose_name = _("earlier state")
        verbose_name_plural = _("earlier states")
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "table", "row_id"], name="earlier_state_once"
            )
        ]
        indexes = [
            models.Index(fields=["table", "row_id"], name="earlier_state_of"),
            # Which rows of a batch others have corrected.
            models.Index(
                KeyTransform("batch_id", "content"),
                name="earlier_state_corrected",
                condition=models.Q(table__in=["crm_sale", "crm_repair"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
