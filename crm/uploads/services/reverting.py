from dataclasses import asdict

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import log_action
from crm.models import UploadBatch
from crm.patience import not_for_long, one_at_a_time
from crm.uploads.posting import reverting
from crm.uploads.posting.reverting import Reverting
from crm.uploads.services.daily import reopen_day
from crm.uploads.services.life import facts, locked, move, sender

Status = UploadBatch.Status


def preview_revert(batch: UploadBatch) -> Reverting:
    """What would go and what would stay if the batch were taken back now.

    As little waited for as taking it back: the work of rooms above is held meanwhile.
    """
    with not_for_long(_busy()):
        return _look(batch)[0]


def revert_batch(batch: UploadBatch, *, by: User | None) -> UploadBatch:
    """Take back what posting the batch did, but for rows something was built on.

    Nothing else is posted or taken back meanwhile. Somebody who builds on a row at the
    very moment makes this fail whole; a file that is being posted is not waited for.
    """
    try:
        with not_for_long(_busy()):
            return _revert(batch, by=by)
    except IntegrityError as error:
        raise ValidationError(_busy(), code="busy") from error


def _busy() -> str:
    return _(
        "A file is being posted, or somebody is working with these rows just now. "
        "Try again in a minute."
    )


def _revert(batch: UploadBatch, *, by: User | None) -> UploadBatch:
    batch = locked(batch.pk)
    move(batch, Status.REVERTED)
    one_at_a_time()
    found, staying = _look(batch)
    if not found.is_worth_it:
        raise ValidationError(_("There is nothing to take back."))
    reverting.take_back(batch, staying)
    batch.rows_kept = found.staying
    batch.kept = [asdict(kept) for kept in found.kept]
    batch.reverted_by = by
    batch.reverted_at = timezone.now()
    batch.save(
        update_fields=["status", "rows_kept", "kept", "reverted_by", "reverted_at"]
    )
    reopen_day(batch)
    about = {**facts(batch), "reverted": found.going, "kept": found.staying}
    log_action(by, "upload.reverted", batch, about, notify=sender(batch))
    return batch


def _look(batch: UploadBatch) -> tuple[Reverting, list[tuple[int, str, str]]]:
    with transaction.atomic():
        try:
            return reverting.look(batch), reverting.staying()
        finally:
            # Looking makes rooms above drop what nobody has worked on.
            transaction.set_rollback(True)
