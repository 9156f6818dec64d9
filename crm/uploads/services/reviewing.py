from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from accounts.services import log_action
from crm.models import ReviewRule, UploadBatch
from crm.uploads.services.daily import hand_in_day, reopen_day
from crm.uploads.services.life import facts, locked, move, queue_work, sender

Status = UploadBatch.Status


@transaction.atomic
def submit_batch(
    batch: UploadBatch, *, by: User | None, tell: Iterable[User] = ()
) -> UploadBatch:
    """Hand the accepted rows to the branch for review; its reviewers are told.

    So are those in `tell`, where it happens without them.
    """
    batch = locked(batch.pk)
    move(batch, Status.SUBMITTED)
    if not batch.rows_accepted:
        raise ValidationError(_("No row of this file was accepted: mend it first."))
    batch.submitted_at = timezone.now()
    # What was decided about it before it was mended is in its history.
    batch.reviewed_by = batch.reviewed_at = None
    batch.return_reason = ""
    batch.save(
        update_fields=[
            *("status", "submitted_at", "reviewed_by", "reviewed_at"),
            "return_reason",
        ]
    )
    hand_in_day(batch)
    rule = ReviewRule.objects.nearest(batch.organisation)
    approves_itself = rule is not None and rule.approves_itself
    told = list(tell)
    if not approves_itself:
        told += User.objects.responsible_for(batch.organisation, Role.BRANCH_REVIEWER)
    log_action(by, "upload.submitted", batch, facts(batch), notify=told)
    if rule and approves_itself:
        about = {**facts(batch), "rule": str(rule.organisation)}
        _approve(batch, by=None, action="upload.approved_by_rule", about=about)
    return batch


@transaction.atomic
def approve_batch(
    batch: UploadBatch, *, by: User | None, seen: datetime | None = None
) -> UploadBatch:
    """Let the rows be posted; the work itself is a task's.

    `seen` is when the file that `by` looked at was handed in for review: one that
    was taken back, mended and handed in anew meanwhile is not approved unseen.
    """
    batch = locked(batch.pk)
    check_seen(batch, seen)
    _approve(batch, by=by, action="upload.approved", about=facts(batch))
    return batch


def approve_many(
    batches: Iterable[UploadBatch], *, by: User, seen: Mapping[int, datetime]
) -> tuple[list[UploadBatch], list[str]]:
    """Approve each on its own: which are, and why the others are not."""
    approved, problems = [], []
    for batch in sorted(batches, key=lambda batch: batch.pk):
        try:
            approved.append(approve_batch(batch, by=by, seen=seen.get(batch.pk)))
        except ValidationError as error:
            problems.extend(error.messages)
    return approved, problems


def _approve(
    batch: UploadBatch, *, by: User | None, action: str, about: dict[str, Any]
) -> None:
    move(batch, Status.APPROVED)
    batch.reviewed_by = by
    batch.reviewed_at = timezone.now()
    batch.save(update_fields=["status", "reviewed_by", "reviewed_at"])
    log_action(by, action, batch, about, notify=sender(batch))
    queue_work(batch)


def check_seen(batch: UploadBatch, seen: datetime | None) -> None:
    """Raise ValidationError when it was handed in anew after the reviewer saw it."""
    if seen and batch.status == Status.SUBMITTED and batch.submitted_at != seen:
        raise ValidationError(
            _(
                "Upload %(number)s was mended and handed in anew after you opened it: "
                "look at it again."
            )
            % {"number": batch.pk}
        )


@transaction.atomic
def return_batch(
    batch: UploadBatch, *, by: User | None, reason: str, seen: datetime | None = None
) -> UploadBatch:
    """Send the file back to who handed it in, who then sends a mended one."""
    batch = locked(batch.pk)
    check_seen(batch, seen)
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why the file goes back."))
    move(batch, Status.RETURNED)
    batch.reviewed_by = by
    batch.reviewed_at = timezone.now()
    batch.return_reason = reason
    # Somebody is to look at it before it comes again.
    batch.submits_itself = False
    batch.save(
        update_fields=[
            *("status", "reviewed_by", "reviewed_at"),
            *("return_reason", "submits_itself"),
        ]
    )
    reopen_day(batch)
    about = {**facts(batch), "reason": reason}
    log_action(by, "upload.returned", batch, about, notify=sender(batch))
    return batch
