"""What a batch comes to, for its page: a few questions whatever its length."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count

from accounts.text import listed
from crm import phones
from crm.models import Repair, UploadBatch, UploadRow
from crm.uploads import columns
from crm.uploads.problems import describe

_GROUPS = """
    SELECT problem->>'code', problem->>'column', count(*),
           (array_agg(row.number ORDER BY row.number))[1:{shown}],
           (array_agg(problem ORDER BY row.number))[1]
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

    @property
    def more(self) -> int:
        return self.count - len(self.numbers)


def problem_groups(batch: UploadBatch, field: str) -> list[ProblemGroup]:
    """`field` is "errors" or "warnings"; those with the most rows first."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS.format(field=field, shown=SHOWN_NUMBERS), [batch.pk])
        return [
            ProblemGroup(count, numbers, describe(json.loads(first), batch.kind))
            for _code, _column, count, numbers, first in cursor.fetchall()
        ]


def effects(batch: UploadBatch) -> dict[str, int]:
    """How many accepted rows are new, changed, unchanged."""
    grouped = batch.rows.accepted().order_by().values("effect")
    counted = grouped.annotate(rows=Count("number")).values_list("effect", "rows")
    return dict.fromkeys(UploadRow.Effect.values, 0) | dict(counted)


def sample(batch: UploadBatch) -> dict[str, Any]:
    """The first rows in the columns that matter most; as sent where not understood."""
    shown = [c for c in columns.COLUMNS[batch.kind] if c.required]
    sent_at = columns.match(batch.kind, batch.columns)
    return {
        "columns": [column.label for column in shown],
        "rows": [
            {
                "number": row.number,
                "is_refused": bool(row.errors),
                "effect": row.get_effect_display(),
                "cells": [
                    (column.label, cell, _look(cell))
                    for column in shown
                    for cell in (
                        _shown(column.name, row.values[batch.fields.index(column.name)])
                        or row.cells[sent_at[column.name]],
                    )
                ],
            }
            for row in batch.rows.all()[:SAMPLE]
        ],
    }


def _look(cell: str) -> str:
    """Codes, numbers and times are not broken in the middle; words may be."""
    return "whole" if cell.isascii() and len(cell) <= 24 else "text"


def _shown(name: str, value: str) -> str:
    if name == "phone":
        return listed(phones.display(number) for number in value.split())
    if name == "kind" and value in Repair.Kind.values:
        return str(Repair.Kind(value).label)
    return value.replace("T", " ") if name in {"in_at", "out_at"} else value
