from django.db import transaction
from django.utils import timezone

from accounts.services import log_action
from crm.models import UploadBatch
from crm.uploads import progress, summary
from crm.uploads.posting.outcome import outcome
from crm.uploads.posting.rows import post_rows
from crm.uploads.progress import Cancelled, Progress
from crm.uploads.services.cancelling import stop_batch
from crm.uploads.services.life import facts, locked, move, sender

Status = UploadBatch.Status


def post_batch(batch_id: int) -> int:
    """Post an approved batch once; returns how many rows were new or changed.

    Whoever comes second finds it posted, or somebody at it, and does nothing. One that
    was cancelled before its turn came is left alone too.
    """
    with Progress(batch_id) as work:
        if work.is_taken:
            return 0
        try:
            return _post(batch_id, work)
        except Cancelled:
            stop_batch(batch_id)
            return 0


@transaction.atomic
def _post(batch_id: int, work: Progress) -> int:
    batch = locked(batch_id)
    if batch.status in {Status.POSTED, Status.REVERTED, Status.CANCELLED}:
        return 0
    move(batch, Status.POSTED)
    posted = post_rows(batch, work)
    batch.rows_posted, batch.rows_corrected = posted.rows, posted.corrected
    batch.posted_at = timezone.now()
    batch.preview = outcome(batch.pk, batch.preview, summary.effects(batch))
    batch.save(
        update_fields=[
            "status",
            "rows_posted",
            "rows_corrected",
            "posted_at",
            "preview",
        ]
    )
    about = {**facts(batch), "posted": batch.rows_posted}
    log_action(None, "upload.posted", batch, about, notify=sender(batch))
    progress.end(batch)
    return batch.rows_posted
