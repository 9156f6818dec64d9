"""Refused rows that come back mended: the rest of the batch they were refused in.

A mended file arrives like any other, as a batch of its own. When its header is read,
the mark in it tells whose rows these are:

- that batch is not approved yet: the rows are kept with it (MendedFile), it is read
  again as a whole with them laid over its file, and the batch they arrived as is gone;
- it is approved, posted, or over: the rows stay a batch of their own, `rest_of` that
  one, with a review of its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    Func,
    IntegerField,
    Q,
    Sum,
)
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from accounts.services import log_action
from crm.models import ApiHandIn, MendedFile, UploadBatch, UploadRow
from crm.uploads.checking.checker import CheckedRow, Checker, Problem
from crm.uploads.mending.marks import Mark, find_mark
from crm.uploads.mending.overlay import (
    Mended,
    NumberedRows,
    Overlay,
    mended_rows,
    without,
)
from crm.uploads.problems import FileError
from crm.uploads.services.life import facts, move, queue_work
from crm.uploads.table import columns
from crm.uploads.table.finding import Table

Status = UploadBatch.Status

# Rows that come back take the place of those in the batch until somebody approves it.
TAKEN_IN = {
    Status.RECEIVED,
    Status.MAPPING,
    Status.CHECKED,
    Status.SUBMITTED,
    Status.RETURNED,
}
# All that came back for a batch is in memory while it is read again.
MOST_ROWS = 100_000
AT_ONCE = 5_000
_ROWS = Sum(
    Func(
        KeyTransform("rows", "content"),
        function="jsonb_array_length",
        output_field=IntegerField(),
    )
)


def mend_batch(arrived: UploadBatch, table: Table) -> UploadBatch | None:
    """The batch these rows were taken into, or None if they stay one of their own.

    Within the transaction that reads them, with `arrived` locked. The batch taken into
    is locked too: of two mended files at once the second waits for the first. What
    brings nothing new changes nothing. Raises FileError for rows of somebody else.
    """
    mark = find_mark(table.header)
    if mark is None or arrived.rest_of_id:
        return None
    batch = _marked(arrived, mark)
    if batch.status not in TAKEN_IN:
        arrived.rest_of, arrived.day = batch, batch.day
        return None
    mended = mended_rows(table.header, _few(table.rows, batch), mark)
    is_again = batch.mended_files.filter(sha256=arrived.sha256).exists()
    is_new = not is_again and _brings_something(batch, mended)
    _keep(arrived, batch, mended, is_new=is_new)
    if arrived.submits_itself and not batch.submits_itself:
        batch.submits_itself = True
        batch.save(update_fields=["submits_itself"])
    if is_new and batch.status not in {Status.RECEIVED, Status.MAPPING}:
        # What waits for review was handed in: it is again, and keeps its day.
        batch.submits_itself |= batch.status == Status.SUBMITTED
        move(batch, Status.RECEIVED)
        batch.save(update_fields=["status", "submits_itself"])
        queue_work(batch)
    about = {**facts(batch), "file": arrived.file_name}
    log_action(arrived.uploaded_by, "upload.mended", batch, about)
    ApiHandIn.objects.filter(batch=arrived).update(batch=batch)
    # Its number goes on leading to the batch: MendedFile.came_as.
    UploadBatch.objects.filter(pk=arrived.pk).delete()
    return batch


def lay_over(batch: UploadBatch, table: Table) -> tuple[Table, Overlay]:
    """The table with the mended rows of the batch in it, and what became of them."""
    mark = find_mark(table.header)
    if mark is not None:
        table = _unmarked(table, mark)
    kept = batch.mended_files.order_by("pk")
    # What the rows were before, which is as much again, is not needed here.
    parts = kept.values_list("content__header", "content__rows")
    files = [_from_json(header or [], rows or []) for header, rows in parts.iterator()]
    overlay = Overlay(table.header, files)
    header = overlay.header
    places = dict(table.places)
    for name, place in columns.match(batch.kind, header).items():
        # A column that was added to the workbook.
        if place >= len(table.header):
            places.setdefault(name, place)
    rows = overlay.over(table.rows)
    return replace(table, header=header, places=places, rows=rows), overlay


class Recheck:
    """Checks the rows of a batch that was read before.

    What the branch returned stays refused until something in it changes.
    """

    def __init__(self, batch: UploadBatch) -> None:
        self.kind = batch.kind
        returned = batch.rows.filter(errors__contains=[{"code": "returned"}])
        self.returned: dict[int, UploadRow] = {row.number: row for row in returned}
        # Later person -> the first one they turned out to be, once all is checked.
        self.same_people: Callable[[], dict[int, int]] = dict

    def check(self, table: Table, overlay: Overlay) -> Iterator[CheckedRow]:
        today = timezone.localdate()
        checker = Checker(self.kind, table.places, today)
        self.same_people = checker.people.same_people
        if not (self.returned or overlay.files):
            return (checker.check(number, cells) for number, cells in table.rows)
        # Only tells what a returned row's values are now.
        probe = Checker(self.kind, table.places, today)
        return self._check(table.rows, overlay, checker, probe)

    def _check(
        self, rows: NumberedRows, overlay: Overlay, checker: Checker, probe: Checker
    ) -> Iterator[CheckedRow]:
        for number, cells in rows:
            known = self.returned.get(number)
            stands: list[Problem] = []
            if known and probe.check(number, cells).values == known.values:
                stands = [e for e in known.errors if e["code"] == "returned"]
            row = checker.check(number, cells, stands)
            overlay.count(number, is_accepted=not row.errors)
            yield row


def save_counts(batch: UploadBatch, overlay: Overlay) -> None:
    """Keep how many rows of each new mended file are accepted now."""
    kept = batch.mended_files.order_by("pk").only("rows_mended")
    for mended, outcome in zip(kept, overlay.files, strict=True):
        if mended.rows_mended is None:
            mended.rows_mended = outcome.accepted
            mended.save(update_fields=["rows_mended"])


@dataclass(frozen=True)
class CameBack:
    """A mended file of a batch, and whether it brought nothing."""

    file: MendedFile
    is_again: bool


def mended_files(batch: UploadBatch) -> list[CameBack]:
    kept = batch.mended_files.order_by("pk").select_related("uploaded_by")
    brings_nothing = Q(content={})
    found = kept.annotate(is_again=ExpressionWrapper(brings_nothing, BooleanField()))
    return [CameBack(file, file.is_again) for file in found.defer("content")]


def _marked(arrived: UploadBatch, mark: Mark) -> UploadBatch:
    earlier = UploadBatch.objects.filter(pk=mark.upload, pk__lt=arrived.pk)
    found = earlier.filter(organisation=arrived.organisation_id, kind=arrived.kind)
    batch = found.select_for_update(no_key=True).first()
    if batch is None:
        raise FileError("rest_of_other", number=mark.upload)
    return batch


def _few(rows: NumberedRows, batch: UploadBatch) -> Iterator[tuple[int, list[str]]]:
    """As many as the batch has room for, besides those that came back before."""
    kept = batch.mended_files.exclude(content={})
    for count, row in enumerate(rows, 1 + (kept.aggregate(rows=_ROWS)["rows"] or 0)):
        if count > MOST_ROWS:
            raise FileError("too_many_mended", number=batch.pk, limit=MOST_ROWS)
        yield row


def _brings_something(batch: UploadBatch, mended: Mended) -> bool:
    """Whether any row is neither as it was sent first nor as the batch has it now.

    A row without a number never is.
    """
    first = _as_sent_first(batch)
    now: dict[int, list[str]] = {}

    def rows() -> Iterator[tuple[int, list[str]]]:
        for number, cells in _rows_of(batch, mended):
            now[number] = cells
            yield number, first.get(number, cells)

    # While the batch is read again its rows are not yet what they will be.
    is_settled = batch.status != Status.RECEIVED
    laid = Overlay(batch.columns, [mended]).over(rows())
    return any(
        number in mended.changed and not (is_settled and now.get(number) == cells)
        for number, cells in laid
    )


def _rows_of(batch: UploadBatch, mended: Mended) -> Iterator[tuple[int, list[str]]]:
    """The rows of the batch that came back, as it has them now."""
    numbers = sorted({number for number, _cells in mended.rows if number is not None})
    for start in range(0, len(numbers), AT_ONCE):
        rows = batch.rows.filter(number__in=numbers[start : start + AT_ONCE])
        yield from rows.values_list("number", "cells")


def _as_sent_first(batch: UploadBatch) -> dict[int, list[str]]:
    """The rows that came back before, as they were when they first did."""
    first: dict[int, list[str]] = {}
    for kept in batch.mended_files.order_by("pk").values_list(
        "content__was", flat=True
    ):
        if not kept:
            continue
        # Columns that were added since stand before what is beyond the header.
        width = kept["width"]
        more = [""] * (len(batch.columns) - width)
        for number, cells in kept["rows"]:
            first.setdefault(number, [*cells[:width], *more, *cells[width:]])
    return first


def _keep(
    arrived: UploadBatch, batch: UploadBatch, mended: Mended, *, is_new: bool
) -> None:
    MendedFile.objects.create(
        batch=batch,
        file=arrived.file.name,
        file_name=arrived.file_name,
        sha256=arrived.sha256,
        uploaded_by=arrived.uploaded_by,
        came_as=arrived.pk,
        content=_as_json(batch, mended) if is_new else {},
        rows_mended=None if is_new else 0,
    )


def _as_json(batch: UploadBatch, mended: Mended) -> dict[str, object]:
    """`was` are the rows as they stood: the next file may hold them so once more."""
    return {
        "header": _storable(mended.header),
        "rows": [[number, _storable(cells)] for number, cells in mended.rows],
        "was": {"width": len(batch.columns), "rows": list(_rows_of(batch, mended))},
    }


def _from_json(header: list[str], rows: list[Any]) -> Mended:
    return Mended(header, [(number, cells) for number, cells in rows])


def _storable(cells: list[str]) -> list[str]:
    return [cell.replace("\x00", "") for cell in cells]


def _unmarked(table: Table, mark: Mark) -> Table:
    """The table as if nothing had been added to it on its way out."""
    left = [at for at in range(len(table.header)) if at not in mark.added]
    moved = {at: place for place, at in enumerate(left)}
    return replace(
        table,
        header=without(table.header, mark),
        places={name: moved[at] for name, at in table.places.items() if at in moved},
        rows=((number, without(cells, mark)) for number, cells in table.rows),
    )
