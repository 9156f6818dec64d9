"""What a batch comes to, for its page: a few questions whatever its length."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.text import listed
from crm import phones
from crm.models import Repair, UploadBatch, UploadRow
from crm.uploads.problems import describe
from crm.uploads.table import columns

_GROUPS = """
    SELECT problem->>'code', problem->>'column', count(*),
           (array_agg(row.number ORDER BY row.number))[1:{shown}],
           (array_agg(problem ORDER BY row.number))[1],
           count(DISTINCT problem->>'value') < 2
    FROM crm_uploadrow AS row
    CROSS JOIN jsonb_array_elements(row.{field}) AS problem
    WHERE row.batch_id = %s AND (row.errors <> '[]' OR row.warnings <> '[]')
      AND ('{field}' = 'errors' OR row.errors = '[]')
    GROUP BY 1, 2
    ORDER BY 3 DESC, 1, 2
"""
SHOWN_NUMBERS = 12
SAMPLE = 10


@dataclass(frozen=True)
class ProblemGroup:
    """One kind of problem: how many rows have it, the first of them, an example."""

    count: int
    numbers: list[int]
    example: str
    # All rows have the same value, so the example says it for all.
    is_alike: bool

    @property
    def more(self) -> int:
        return self.count - len(self.numbers)


def problem_groups(
    batch: UploadBatch, field: str, *, with_values: bool = True
) -> list[ProblemGroup]:
    """`field` is "errors" or "warnings"; those with the most rows first."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS.format(field=field, shown=SHOWN_NUMBERS), [batch.pk])
        return [
            ProblemGroup(
                count, numbers, _example(first, batch.kind, with_values), alike
            )
            for code, _n, count, numbers, first, alike in cursor.fetchall()
            # Said in the future tense; what was corrected is shown beside.
            if not (batch.posted_at and code == "will_update")
        ]


def _example(problem: str, kind: str, with_values: bool) -> str:
    found = json.loads(problem)
    return describe(found if with_values else {**found, "value": "…"}, kind)


@dataclass(frozen=True)
class Effects:
    """How many of one thing posting would make, change, leave as they are."""

    label: str
    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class Preview:
    """What posting would do, as counted by the check; once posted, what it did."""

    records: Effects
    others: list[Effects]
    owners: int


def effects(batch: UploadBatch) -> dict[str, int]:
    """How many accepted rows are new, changed, unchanged; once posted, were."""
    if batch.posted_at:
        return {
            "new": batch.rows_posted - batch.rows_corrected,
            "changed": batch.rows_corrected,
            "unchanged": batch.rows_accepted - batch.rows_posted,
        }
    if "records" in batch.preview:
        counted: dict[str, int] = batch.preview["records"]
        return counted
    grouped = batch.rows.accepted().order_by().values("effect")
    found = grouped.annotate(rows=Count("number")).values_list("effect", "rows")
    return dict.fromkeys(UploadRow.Effect.values, 0) | dict(found)


def preview(batch: UploadBatch) -> Preview:
    others = (("customers", _("Customers")), ("cars", _("Cars")))
    return Preview(
        records=Effects(batch.get_kind_display(), **effects(batch)),
        others=[
            Effects(label, **batch.preview[name])
            for name, label in others
            if name in batch.preview
        ],
        owners=batch.preview.get("owners", {}).get("changed", 0),
    )


@dataclass(frozen=True)
class ShownRow:
    number: int
    is_refused: bool
    effect: str
    # (label, text, how it breaks)
    cells: list[tuple[str, str, str]]


def sample(batch: UploadBatch) -> dict[str, Any]:
    """The first rows in the columns that matter most."""
    rows = list(batch.rows.all()[:SAMPLE])
    return {"columns": key_labels(batch), "rows": shown_rows(batch, rows)}


def key_labels(batch: UploadBatch) -> list[str]:
    return [str(c.label) for c in columns.COLUMNS[batch.kind] if c.required]


def shown_rows(batch: UploadBatch, rows: Iterable[UploadRow]) -> list[ShownRow]:
    """Rows in the columns that matter most; as sent where not understood."""
    sent_at = columns.places_of(batch)
    key_columns = [c for c in columns.COLUMNS[batch.kind] if c.required]
    is_reverted = batch.status == UploadBatch.Status.REVERTED

    def text(row: UploadRow, name: str) -> str:
        understood = shown_value(name, row.values[batch.fields.index(name)])
        return understood or sent(row, sent_at.get(name))

    return [
        ShownRow(
            number=row.number,
            is_refused=bool(row.errors),
            effect="" if is_reverted else row.get_effect_display(),
            cells=[
                (str(column.label), cell, _look(cell))
                for column in key_columns
                for cell in (text(row, column.name),)
            ],
        )
        for row in rows
    ]


def sent(row: UploadRow, place: int | None) -> str:
    """The cell at that place of the file; rows may be shorter than the header."""
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _look(cell: str) -> str:
    """Codes, numbers and times are not broken in the middle; words may be."""
    return "whole" if cell.isascii() and len(cell) <= 24 else "text"


def shown_value(name: str, value: str) -> str:
    if name == "phone":
        return listed(phones.display(number) for number in value.split())
    if name == "kind" and value in Repair.Kind.values:
        return str(Repair.Kind(value).label)
    return value.replace("T", " ") if name in {"in_at", "out_at"} else value
