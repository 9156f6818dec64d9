"""Rows that a dealer's system sends, without a file of theirs."""

from datetime import date

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User
from crm.models import UploadBatch
from crm.uploads import json_rows
from crm.uploads.services.receiving import read_batch, receive_file


@transaction.atomic
def receive_rows(
    *,
    kind: str,
    organisation: Organisation,
    by: User | None,
    sent: bytes,
    day: date | None = None,
    submits_itself: bool = True,
) -> UploadBatch:
    """Check rows at once; what was sent is kept as the batch's file.

    Raises RowsError when `sent` is no such rows, FileError when they are not theirs to
    send; then nothing is kept.
    """
    day = day or timezone.localdate()
    name = f"{kind}-{day}{json_rows.ENDING}"
    batch = receive_file(
        kind=kind,
        organisation=organisation,
        by=by,
        file=ContentFile(sent, name),
        name=name,
        day=day,
        channel=UploadBatch.Channel.API,
        submits_itself=submits_itself,
        ending=json_rows.ENDING,
        queue=False,
    )
    try:
        return read_batch(batch.pk)
    except BaseException:
        # The batch is rolled back; the stored file would stay without it.
        batch.file.delete(save=False)
        raise
