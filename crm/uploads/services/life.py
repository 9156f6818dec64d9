"""What every step in the life of a batch needs: a lock, a next status, its facts."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from accounts.models import User
from crm.models import UploadBatch
from crm.uploads.progress import wait_for_turn


def locked(batch_id: int) -> UploadBatch:
    """The batch as it is now, held until the transaction ends.

    Rows that point to it may be written meanwhile, as its progress is.
    """
    return UploadBatch.objects.select_for_update(no_key=True).get(pk=batch_id)


def move(batch: UploadBatch, status: str) -> None:
    if status not in UploadBatch.NEXT[batch.status]:
        raise ValidationError(
            _("Upload %(number)s is already at “%(status)s”.")
            % {"number": batch.pk, "status": batch.get_status_display()}
        )
    batch.status = status


# What the worker does with a batch, by its status.
TASKS: dict[str, str] = {
    UploadBatch.Status.RECEIVED: "crm.uploads.tasks.read",
    UploadBatch.Status.APPROVED: "crm.uploads.tasks.post",
}


def queue_work(batch: UploadBatch) -> None:
    """Let the worker do what the batch's status waits for; within a transaction."""
    wait_for_turn(batch)
    async_task(TASKS[batch.status], batch.pk)


def facts(batch: UploadBatch) -> dict[str, Any]:
    """What the business log says about a batch."""
    return {
        "file": batch.file_name,
        "organisation": str(batch.organisation),
        "rows": batch.rows_total,
        "accepted": batch.rows_accepted,
        "rejected": batch.rows_rejected,
    }


def sender(batch: UploadBatch) -> list[User]:
    return [batch.uploaded_by] if batch.uploaded_by else []
