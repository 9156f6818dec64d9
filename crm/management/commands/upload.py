import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts.commands import ScriptCommand
from accounts.models import Organisation
from crm.models import UploadBatch
from crm.uploads.mending.workbook import write_refused
from crm.uploads.problems import FileError, describe_all, note
from crm.uploads.services import (
    approve_batch,
    post_batch,
    read_batch,
    receive_file,
    submit_batch,
)


class Command(ScriptCommand):
    help = "Take in a file of sales or repairs; the last line is one JSON object."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=UploadBatch.Kind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, metavar="CODE")
        parser.add_argument(
            "--approve", action="store_true", help="submit, approve and post it too"
        )
        parser.add_argument(
            "--day",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="whose sales or repairs these are; today when not given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            batch = take_in(
                options["kind"],
                options["file"],
                options["organisation"],
                approve=options["approve"],
                day=options["day"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        for kept in batch.notes:
            self.stdout.write(f"note: {note(kept)}")
        for row in batch.rows.refused().only("number", "errors").iterator():
            reasons = describe_all(row.errors, batch.kind)
            self.stdout.write(f"row {row.number}: {reasons}")
        answer = {
            "batch": batch.pk,
            "status": batch.status,
            "rows": batch.rows_total,
            "accepted": batch.rows_accepted,
            "rejected": batch.rows_rejected,
            "warnings": batch.rows_warned,
            "posted": batch.rows_posted,
            "errors_file": errors_file(batch),
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))


@transaction.atomic
def take_in(
    kind: str, path: Path, code: str, *, approve: bool, day: date | None = None
) -> UploadBatch:
    try:
        organisation = Organisation.objects.get(code=code)
    except Organisation.DoesNotExist as error:
        raise CommandError(f"There is no organisation with the code {code}.") from error
    if path.exists() and not path.is_file():
        raise CommandError(f"{path}: this is not a file.")
    with path.open("rb") as file:
        received = receive_file(
            kind=kind,
            organisation=organisation,
            by=None,
            file=file,
            name=path.name,
            day=day,
            channel=UploadBatch.Channel.COMMAND,
            queue=False,
        )
    try:
        batch = read_batch(received.pk)
        if batch.refusal:
            raise FileError.from_json(batch.refusal)
        if approve and batch.rows_accepted:
            # A rule may have approved it already.
            if submit_batch(batch, by=None).status == UploadBatch.Status.SUBMITTED:
                approve_batch(batch, by=None)
            post_batch(batch.pk)
    except BaseException:
        # The rows are rolled back; the stored file would stay without them.
        received.file.delete(save=False)
        raise
    batch.refresh_from_db()
    return batch


def errors_file(batch: UploadBatch) -> str | None:
    if not batch.rows_rejected:
        return None
    folder = settings.MEDIA_ROOT / "refused"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{batch.pk}-refused.xlsx"
    write_refused(batch, str(path))
    return str(path)
