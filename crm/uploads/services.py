"""The life of a batch: received, checked, submitted, returned or approved, posted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from accounts.models import Organisation, User
from accounts.roles import Role
from accounts.services import log_action
from crm.models import UploadBatch
from crm.uploads.checking import FIELDS, CheckedRow, Checker
from crm.uploads.columns import COLUMNS
from crm.uploads.comparing import compare
from crm.uploads.posting import post_rows
from crm.uploads.problems import FileError
from crm.uploads.reading import open_sheets
from crm.uploads.staging import stage
from crm.uploads.tables import Table, find_table

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Status = UploadBatch.Status

# Longer than posting the largest file takes.
POSTED_WITHIN = timedelta(minutes=30)

# Who hands in what.
HANDED_IN_BY: dict[str, str] = {
    UploadBatch.Kind.SALES: Organisation.Kind.DEALER,
    UploadBatch.Kind.REPAIRS: Organisation.Kind.STATION,
}


def receive_file(
    *,
    kind: str,
    organisation: Organisation,
    by: User | None,
    file: BinaryIO | File[bytes],
    name: str,
) -> UploadBatch:
    """Read, check and keep a file. Raises FileError, and then nothing is kept."""
    check_may_hand_in(kind, organisation)
    content: File[bytes] = file if isinstance(file, File) else File(file, name)
    if content.size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // (1024 * 1024)
        raise FileError("too_large", limit=limit)
    batch = UploadBatch(
        kind=kind,
        organisation=organisation,
        uploaded_by=by,
        file_name=_shown(name),
        sha256=_hash(content),
        fields=FIELDS[kind],
    )
    try:
        with transaction.atomic():
            # Read before it is stored, so that a refused file is not stored at all.
            batch.save()
            _read_and_check(batch, content)
            content.seek(0)
            # Never under the name it came with: that may be anything.
            batch.file.save(f"{kind}-{batch.pk}", content, save=False)
            _move(batch, Status.CHECKED)
            batch.save()
            log_action(by, "upload.checked", batch, _facts(batch))
    except BaseException:
        if batch.file:
            batch.file.delete(save=False)
        raise
    return batch


def log_download(batch: UploadBatch, *, by: User) -> None:
    """Keep that `by` took away rows with whole numbers."""
    log_action(by, "upload.downloaded", batch, {"file": batch.file_name})


def check_may_hand_in(kind: str, organisation: Organisation) -> None:
    """Raise FileError unless the organisation is an active one that hands in `kind`."""
    if organisation.kind != HANDED_IN_BY[kind]:
        label = str(UploadBatch.Kind(kind).label).lower()
        raise FileError("wrong_kind", organisation=organisation.name, kind=label)
    if not organisation.is_active:
        raise FileError("inactive", organisation=organisation.name)


def columns_by_need(kind: str) -> dict[str, list[StrOrPromise]]:
    """What a file of this kind must hold, and what it may hold besides."""
    needed = [c.label for c in COLUMNS[kind] if c.required]
    welcome = [c.label for c in COLUMNS[kind] if not c.required]
    return {"needed": needed, "welcome": welcome}


def _shown(name: str) -> str:
    """The name without folders and what cannot be printed."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, last)).strip()[-255:] or "?"


def _hash(content: File[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


def _read_and_check(batch: UploadBatch, content: File[bytes]) -> None:
    # The built-in files have all a reader needs; Django's wrapper is slow line by line.
    raw: Any = content.file
    table = find_table(open_sheets(raw), batch.kind)
    counts = stage(batch, _checked(batch.kind, table))
    batch.columns = [cell.replace("\x00", "") for cell in table.header]
    batch.rows_total = counts.rows
    batch.rows_rejected = counts.rejected
    batch.rows_accepted = counts.rows - counts.rejected
    batch.rows_warned = compare(batch)


def _checked(kind: str, table: Table) -> Iterator[CheckedRow]:
    checker = Checker(kind, table.places, timezone.localdate())
    return (checker.check(number, cells) for number, cells in table.rows)


def _move(batch: UploadBatch, status: str) -> None:
    if status not in UploadBatch.NEXT[batch.status]:
        raise ValidationError(
            _("Upload %(number)s is already at “%(status)s”.")
            % {"number": batch.pk, "status": batch.get_status_display()}
        )
    batch.status = status


def _locked(batch: UploadBatch) -> UploadBatch:
    return UploadBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)


def _facts(batch: UploadBatch) -> dict[str, Any]:
    return {
        "file": batch.file_name,
        "organisation": str(batch.organisation),
        "rows": batch.rows_total,
        "accepted": batch.rows_accepted,
        "rejected": batch.rows_rejected,
    }


@transaction.atomic
def submit_batch(batch: UploadBatch, *, by: User | None) -> UploadBatch:
    """Hand the accepted rows to the branch for review; its reviewers are told."""
    batch = _locked(batch)
    _move(batch, Status.SUBMITTED)
    if not batch.rows_accepted:
        raise ValidationError(_("No row of this file was accepted: mend it first."))
    batch.submitted_at = timezone.now()
    batch.save(update_fields=["status", "submitted_at"])
    reviewers = User.objects.responsible_for(batch.organisation, Role.BRANCH_REVIEWER)
    log_action(by, "upload.submitted", batch, _facts(batch), notify=reviewers)
    return batch


@transaction.atomic
def approve_batch(batch: UploadBatch, *, by: User | None) -> UploadBatch:
    """Let the rows be posted; the work itself is a task's."""
    batch = _locked(batch)
    _move(batch, Status.APPROVED)
    batch.reviewed_by = by
    batch.reviewed_at = timezone.now()
    batch.save(update_fields=["status", "reviewed_by", "reviewed_at"])
    log_action(by, "upload.approved", batch, _facts(batch))
    async_task("crm.uploads.tasks.post", batch.pk)
    return batch


@transaction.atomic
def return_batch(batch: UploadBatch, *, by: User | None, reason: str) -> UploadBatch:
    """Send the file back to who handed it in, who then sends a mended one."""
    batch = _locked(batch)
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why the file goes back."))
    _move(batch, Status.RETURNED)
    batch.reviewed_by = by
    batch.reviewed_at = timezone.now()
    batch.return_reason = reason
    batch.save(update_fields=["status", "reviewed_by", "reviewed_at", "return_reason"])
    facts = {**_facts(batch), "reason": reason}
    log_action(by, "upload.returned", batch, facts, notify=_sender(batch))
    return batch


@transaction.atomic
def post_batch(batch_id: int) -> int:
    """Post an approved batch once; returns how many rows were new or changed.

    Whoever comes second waits for the first, finds it posted, and does nothing.
    """
    batch = _locked(UploadBatch(pk=batch_id))
    if batch.status == Status.POSTED:
        return 0
    _move(batch, Status.POSTED)
    batch.rows_posted = post_rows(batch)
    batch.posted_at = timezone.now()
    batch.save(update_fields=["status", "rows_posted", "posted_at"])
    facts = {**_facts(batch), "posted": batch.rows_posted}
    log_action(None, "upload.posted", batch, facts, notify=_sender(batch))
    return batch.rows_posted


def queue_unposted() -> int:
    """Queue again what was approved a while ago and never posted; how many there were.

    A task may be lost, or fail for a reason that has passed; posting twice is harmless.
    """
    batches = UploadBatch.objects.left_over(timezone.now() - POSTED_WITHIN)
    ids = list(batches.values_list("pk", flat=True))
    for batch_id in ids:
        async_task("crm.uploads.tasks.post", batch_id)
    return len(ids)


def _sender(batch: UploadBatch) -> list[User]:
    return [batch.uploaded_by] if batch.uploaded_by else []
