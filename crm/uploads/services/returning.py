"""Rows that the branch sends back, while the rest of their file goes on."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import log_action
from accounts.text import listed
from crm.models import UploadBatch
from crm.uploads.changes.counts import preview
from crm.uploads.checking.checker import problem
from crm.uploads.services.life import facts, locked, sender
from crm.uploads.services.reviewing import check_seen, return_batch

Status = UploadBatch.Status
NAMED = 10


@transaction.atomic
def return_rows(
    batch: UploadBatch,
    *,
    by: User | None,
    numbers: Collection[int],
    reason: str,
    seen: datetime | None = None,
) -> UploadBatch:
    """Refuse these rows with the reason; when none is left, the file goes back whole.

    They come back to who handed the file in, in the workbook of the refused rows.
    """
    batch = locked(batch.pk)
    check_seen(batch, seen)
    reason, wanted = reason.strip(), set(numbers)
    if not reason:
        raise ValidationError(_("Say why the rows go back."))
    if not wanted:
        raise ValidationError(_("Say which rows go back."))
    if batch.status != Status.SUBMITTED:
        raise ValidationError(
            _("Upload %(number)s is already at “%(status)s”.")
            % {"number": batch.pk, "status": batch.get_status_display()}
        )
    accepted = batch.rows.accepted()
    rows = accepted.filter(number__in=wanted)
    unknown = sorted(wanted - set(rows.values_list("number", flat=True)))
    if unknown:
        raise ValidationError(
            _("Not among the accepted rows of this file: %(numbers)s.")
            % {"numbers": listed(unknown[:NAMED])}
        )
    if len(wanted) == batch.rows_accepted:
        return return_batch(batch, by=by, reason=reason)
    rows.update(errors=[problem("returned", "", reason)])
    batch.rows_accepted -= len(wanted)
    batch.rows_rejected += len(wanted)
    batch.rows_warned = accepted.exclude(warnings=[]).count()
    batch.preview = preview(batch)
    batch.save(
        update_fields=["rows_accepted", "rows_rejected", "rows_warned", "preview"]
    )
    about = {**facts(batch), "reason": reason, "returned": len(wanted)}
    log_action(by, "upload.rows_returned", batch, about, notify=sender(batch))
    return batch
