from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from accounts.services import log_action
from crm.models import UploadBatch
from crm.uploads.services.daily import hand_in_day, reopen_day
from crm.uploads.services.life import facts, locked, move, queue_work, sender

Status = UploadBatch.Status


@transaction.atomic
def submit_batch(batch: UploadBatch, *, by: User | None) -> UploadBatch:
    """Hand the accepted rows to the branch for review; its reviewers are told."""
    batch = locked(batch.pk)
    move(batch, Status.SUBMITTED)
    if not batch.rows_accepted:
        raise ValidationError(_("No row of this file was accepted: mend it first."))
    batch.submitted_at = timezone.now()
    batch.save(update_fields=["status", "submitted_at"])
    hand_in_day(batch)
    reviewers = User.objects.responsible_for(batch.organisation, Role.BRANCH_REVIEWER)
    log_action(by, "upload.submitted", batch, facts(batch), notify=reviewers)
    return batch


@transaction.atomic
def approve_batch(batch: UploadBatch, *, by: User | None) -> UploadBatch:
    """Let the rows be posted; the work itself is a task's."""
    batch = locked(batch.pk)
    move(batch, Status.APPROVED)
    batch.reviewed_by = by
    batch.reviewed_at = timezone.now()
    batch.save(update_fields=["status", "reviewed_by", "reviewed_at"])
    log_action(by, "upload.approved", batch, facts(batch))
    queue_work(batch)
    return batch


@transaction.atomic
def return_batch(batch: UploadBatch, *, by: User | None, reason: str) -> UploadBatch:
    """Send the file back to who handed it in, who then sends a mended one."""
    batch = locked(batch.pk)
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why the file goes back."))
    move(batch, Status.RETURNED)
    batch.reviewed_by = by
    batch.reviewed_at = timezone.now()
    batch.return_reason = reason
    batch.save(update_fields=["status", "reviewed_by", "reviewed_at", "return_reason"])
    reopen_day(batch)
    about = {**facts(batch), "reason": reason}
    log_action(by, "upload.returned", batch, about, notify=sender(batch))
    return batch
