"""A file comes in, is kept, and is read and checked by the worker."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.services import log_action
from crm.models import ColumnName, UploadBatch
from crm.uploads import json_rows, progress
from crm.uploads.changes.counts import preview
from crm.uploads.checking.checker import FIELDS
from crm.uploads.checking.comparing import compare, count_warned
from crm.uploads.checking.staging import Counts, join_people, stage
from crm.uploads.problems import FileError
from crm.uploads.progress import Cancelled, Progress, Stage
from crm.uploads.reading.process import Workbook, open_workbook
from crm.uploads.services.cancelling import stop_batch
from crm.uploads.services.daily import check_day, reopen_day
from crm.uploads.services.life import facts, locked, move, queue_work, sender
from crm.uploads.services.mapping import unmatched
from crm.uploads.services.mending import Recheck, lay_over, mend_batch, save_counts
from crm.uploads.services.reviewing import submit_batch
from crm.uploads.table.columns import COLUMNS
from crm.uploads.table.finding import Table, find_table, peek

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)
Status = UploadBatch.Status

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
    day: date | None = None,
    channel: str = UploadBatch.Channel.PAGE,
    submits_itself: bool = False,
    ending: str = "",
    queue: bool = True,
) -> UploadBatch:
    """Keep a file; the worker reads it, unless `queue` is off and the caller does.

    Raises FileError when it cannot be kept at all: too large, not theirs to send.
    `day` is whose sales or repairs these are; today when not given. Raises
    ValidationError for one to come or too long ago. `ending` is that of the name it is
    stored under.
    """
    day = day or timezone.localdate()
    check_day(day)
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
        day=day,
        channel=channel,
        submits_itself=submits_itself,
    )
    try:
        with transaction.atomic():
            batch.save()
            # Never under the name it came with: that may be anything.
            batch.file.save(f"{kind}-{batch.pk}{ending}", content)
            if queue:
                queue_work(batch)
            else:
                progress.wait_for_turn(batch)
    except BaseException:
        if batch.file:
            batch.file.delete(save=False)
        raise
    return batch


def read_batch(batch_id: int) -> UploadBatch:
    """Read, check and stage the file of a batch that waits for it.

    It ends CHECKED, or REFUSED with the reason, or at MAPPING when columns it needs
    are not found. What stood there from an earlier reading is replaced. Whoever comes
    second finds it done, or somebody at it, and does nothing.

    Mended rows of another batch are taken into that one, which is read again and
    returned instead.
    """
    batch = UploadBatch.objects.known_as(batch_id)
    if batch.pk == batch_id:
        batch = _read_unless_taken(batch)
    return batch if batch.pk == batch_id else _read_unless_taken(batch)


def check_may_hand_in(kind: str, organisation: Organisation) -> None:
    """Raise FileError unless the organisation is active and hands in this kind."""
    if organisation.kind != HANDED_IN_BY[kind]:
        shown = UploadBatch.Kind(kind).label.lower()
        raise FileError("wrong_kind", organisation=organisation.name, kind=shown)
    if not organisation.is_active:
        raise FileError("inactive", organisation=organisation.name)


def log_download(batch: UploadBatch, *, by: User) -> None:
    """Keep that `by` took away rows with whole numbers."""
    log_action(by, "upload.downloaded", batch, {"file": batch.file_name})


def columns_by_need(kind: str) -> dict[str, list[StrOrPromise]]:
    """What a file of this kind must hold, and what it may hold besides."""
    needed = [c.label for c in COLUMNS[kind] if c.required]
    welcome = [c.label for c in COLUMNS[kind] if not c.required]
    return {"needed": needed, "welcome": welcome}


# Files whose columns a person can match are not refused.
_MAPPABLE = {"missing_columns", "no_header"}


def _read_unless_taken(batch: UploadBatch) -> UploadBatch:
    with Progress(batch.pk) as work:
        if not work.is_taken:
            try:
                return _read_or_refuse(batch.pk, work)
            except Cancelled:
                return stop_batch(batch.pk)
    return UploadBatch.objects.known_as(batch.pk)


def _read_or_refuse(batch_id: int, work: Progress) -> UploadBatch:
    try:
        return _read(batch_id, work)
    except FileError as error:
        return _refuse(batch_id, error)


@transaction.atomic
def _read(batch_id: int, work: Progress) -> UploadBatch:
    batch = locked(batch_id)
    if batch.status != Status.RECEIVED:
        return batch
    mended = _read_and_check(batch, work)
    if mended is not None:
        return mended
    move(batch, Status.CHECKED)
    batch.save()
    log_action(batch.uploaded_by, "upload.checked", batch, facts(batch))
    progress.end(batch)
    if batch.submits_itself and batch.rows_accepted:
        again = sender(batch) if batch.submitted_at else []
        return submit_batch(batch, by=batch.uploaded_by, tell=again)
    reopen_day(batch)
    return batch


@transaction.atomic
def _refuse(batch_id: int, error: FileError) -> UploadBatch:
    batch = locked(batch_id)
    if batch.status != Status.RECEIVED:
        return batch
    move(batch, _status_after(error, batch))
    batch.refusal = error.as_json()
    batch.save(update_fields=["status", "refusal"])
    action = "upload.unmatched" if error.code in _MAPPABLE else "upload.refused"
    log_action(batch.uploaded_by, action, batch, facts(batch), notify=sender(batch))
    reopen_day(batch)
    progress.end(batch)
    if batch.channel != UploadBatch.Channel.COMMAND:
        for said in getattr(error, "__notes__", []):
            logger.warning("Upload %s could not be read: %s", batch_id, said)
    return batch


def _status_after(error: FileError, batch: UploadBatch) -> str:
    """What could be read before keeps the rows it had: they are still there."""
    if error.code in _MAPPABLE:
        return Status.MAPPING
    return Status.CHECKED if batch.rows.exists() else Status.REFUSED


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


def _read_and_check(batch: UploadBatch, work: Progress) -> UploadBatch | None:
    """Fill the batch; or the one its rows were taken into, being mended ones of it."""
    work.begin(Stage.READING)
    if json_rows.came_as_json(batch):
        table = json_rows.table_of(batch, column_names(batch))
        table, counts = _fill(batch, table, work.report)
    else:
        with open_workbook(batch.file.path) as workbook:
            table = _table(workbook, batch)
            mended = mend_batch(batch, table)
            if mended is not None:
                return mended
            table, counts = _fill(
                batch, table, lambda done: work.report(done, workbook.estimate(done))
            )
    batch.refusal = None
    batch.sheet = table.sheet[:100]
    batch.notes = table.notes
    batch.columns = [cell.replace("\x00", "") for cell in table.header]
    batch.places = table.places
    batch.rows_total = counts.rows
    batch.rows_rejected = counts.rejected
    batch.rows_accepted = counts.rows - counts.rejected
    work.begin(Stage.COMPARING, counts.rows)
    compare(batch)
    batch.preview = preview(batch)
    batch.rows_warned = count_warned(batch)
    return None


def _fill(
    batch: UploadBatch, table: Table, report: Callable[[int], None]
) -> tuple[Table, Counts]:
    """Put the rows in the place of those from an earlier reading."""
    recheck = Recheck(batch)
    batch.rows.all().delete()
    table, overlay = lay_over(batch, table)
    batch.fields = FIELDS[batch.kind]
    counts = stage(batch, recheck.check(table, overlay), report)
    join_people(batch, recheck.same_people())
    save_counts(batch, overlay)
    return table, counts


def _table(workbook: Workbook, batch: UploadBatch) -> Table:
    names = column_names(batch)
    try:
        return find_table(workbook, batch.kind, names)
    except FileError as error:
        if error.code in _MAPPABLE:
            raise unmatched(error, peek(workbook, batch.kind, names)) from error
        raise


def column_names(batch: UploadBatch) -> dict[str, str]:
    """What the organisation has taught us its columns mean."""
    taught = ColumnName.objects.filter(
        organisation=batch.organisation_id, kind=batch.kind
    )
    return dict(taught.values_list("header", "column"))
