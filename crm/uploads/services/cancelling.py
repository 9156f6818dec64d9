"""Taking a file back before it is posted, also while somebody is at work on it."""

from django.db import transaction

from accounts.models import User
from accounts.services import log_action
from crm.models import UploadBatch, UploadProgress
from crm.uploads import progress
from crm.uploads.services.daily import reopen_day
from crm.uploads.services.life import facts, locked, move

Status = UploadBatch.Status


@transaction.atomic
def cancel_batch(batch: UploadBatch, *, by: User | None) -> UploadBatch:
    """Take back a file that is not posted yet; nothing of it goes on.

    Who is at work on it holds the batch until the work ends, so they are asked to
    stop, and cancel it themselves: until then its status stays.
    """
    same = UploadBatch.objects.filter(pk=batch.pk)
    is_free = same.select_for_update(no_key=True, skip_locked=True).exists()
    if not is_free and progress.ask_to_stop(batch, by=by):
        return same.get()
    return _cancel(locked(batch.pk), by=by)


@transaction.atomic
def stop_batch(batch_id: int) -> UploadBatch:
    """Cancel a batch whose work somebody asked to stop; its rows were taken back."""
    batch = locked(batch_id)
    if Status.CANCELLED not in UploadBatch.NEXT[batch.status]:
        return batch
    asked = UploadProgress.objects.filter(batch=batch).select_related("cancelled_by")
    found = asked.first()
    return _cancel(batch, by=found.cancelled_by if found else None)


def _cancel(batch: UploadBatch, *, by: User | None) -> UploadBatch:
    move(batch, Status.CANCELLED)
    batch.save(update_fields=["status"])
    reopen_day(batch)
    log_action(by, "upload.cancelled", batch, facts(batch))
    progress.wait_for_turn(batch)
    return batch
