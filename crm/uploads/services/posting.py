from django.db import transaction
from django.utils import timezone

from accounts.services import log_action
from crm.models import UploadBatch
from crm.uploads.posting.rows import post_rows
from crm.uploads.services.life import facts, locked, move, sender

Status = UploadBatch.Status


@transaction.atomic
def post_batch(batch_id: int) -> int:
    """Post an approved batch once; returns how many rows were new or changed.

    Whoever comes second waits for the first, finds it posted, and does nothing. One
    that was cancelled before its turn came is left alone too.
    """
    batch = locked(batch_id)
    if batch.status in {Status.POSTED, Status.REVERTED, Status.CANCELLED}:
        return 0
    move(batch, Status.POSTED)
    posted = post_rows(batch)
    batch.rows_posted, batch.rows_corrected = posted.rows, posted.corrected
    batch.posted_at = timezone.now()
    batch.save(update_fields=["status", "rows_posted", "rows_corrected", "posted_at"])
    about = {**facts(batch), "posted": batch.rows_posted}
    log_action(None, "upload.posted", batch, about, notify=sender(batch))
    return batch.rows_posted
