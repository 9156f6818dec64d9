"""The change a row would make, field by field: what is known now, and after posting.

For the few rows of a page, in a handful of queries whatever their number. The rules are
those of posting (crm/uploads/posting/), told for one row at a time; a test posts what
is foretold here and compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.models import UploadBatch, UploadRow
from crm.uploads.changes.corrections import NUMBERS, RECORDS, corrections
from crm.uploads.changes.known import known_about
from crm.uploads.changes.records import repair_changes, sale_changes
from crm.uploads.changes.touched import CHANGED, Change, Touched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User

__all__ = ["Change", "Touched", "changes"]


def changes(
    batch: UploadBatch, rows: Sequence[UploadRow], user: User | None
) -> dict[int, list[Touched]]:
    """Row number -> what posting it would touch; rows that are refused touch nothing.

    Once posted: what it changed of records handed in before, as the journal has it.

    What the user may not see elsewhere (a customer another dealer handed in) is not
    shown here either.
    """
    if batch.posted_at:
        return _made(batch, rows)
    accepted = [row for row in rows if not row.errors]
    given = {
        row.number: dict(zip(batch.fields, row.values, strict=False))
        for row in accepted
    }
    known = known_about(batch, accepted, given, user)
    is_sales = batch.kind == UploadBatch.Kind.SALES
    tell = sale_changes if is_sales else repair_changes
    return {row.number: tell(row, given[row.number], known) for row in accepted}


def _made(batch: UploadBatch, rows: Sequence[UploadRow]) -> dict[int, list[Touched]]:
    if batch.status != UploadBatch.Status.POSTED:
        return {}
    at = batch.fields.index(NUMBERS[batch.kind])
    numbers = {
        row.values[at]: row.number
        for row in rows
        if not row.errors and row.effect != UploadRow.Effect.UNCHANGED
    }
    made = corrections(batch, numbers) if batch.rows_corrected and numbers else []
    title = str(RECORDS[batch.kind]._meta.verbose_name).capitalize()
    return {
        numbers[of.number]: [
            Touched(title, CHANGED, [Change(c.label, c.old, c.new) for c in of.changes])
        ]
        for of in made
        if of.changes
    }
