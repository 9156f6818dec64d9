"""The refused rows as they were sent, each with the reason beside it, to be mended.

Two columns are added, and marked as this batch's (marks.py): the reason and the row's
number. What comes back is laid over the rows of the batch (overlay.py).
"""

from collections.abc import Iterable, Iterator
from typing import IO

import xlsxwriter
from django.utils.translation import ngettext

from crm.models import UploadBatch, UploadRow
from crm.uploads.exports import csv_lines
from crm.uploads.mending.marks import headers
from crm.uploads.mending.overlay import LONGEST
from crm.uploads.problems import describe_all
from crm.uploads.table import columns

# Whoever has more has mixed up a column, and a CSV file holds them all.
MOST_ROWS = 20_000
# Comments are kept in memory and drawn one by one; the marks and reasons stay.
MOST_COMMENTED = 5_000


def write_refused(batch: UploadBatch, target: IO[bytes] | str) -> int:
    """Write the workbook to `target`; returns how many rows it has."""
    rows = batch.rows.refused()[:MOST_ROWS].iterator()
    return write_rows(batch, rows, target)


def write_rows(
    batch: UploadBatch, rows: Iterable[UploadRow], target: IO[bytes] | str
) -> int:
    """What was typed is always written as text: a name like =HYPERLINK() is no formula.

    The columns are text too, so that what is typed into them keeps its zeros.
    """
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    text = book.add_format({"num_format": "@"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#FFC7CE"})
    reason = book.add_format({"font_color": "#9C0006", "text_wrap": True})
    places = columns.places_of(batch)
    last = len(batch.columns)
    for at, name in enumerate([*batch.columns, *headers(batch.pk)]):
        sheet.write_string(0, at, name[:LONGEST], heading)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(last - 1, 0), 16, text)
    sheet.set_column(last, last, 60)
    sheet.set_column(last + 1, last + 1, 14)
    line = 0
    for row in rows:
        line += 1
        problems = _wrong_cells(row, places, batch.kind)
        for at, cell in enumerate(row.cells[:last]):
            if cell or at in problems:
                look = wrong if at in problems else text
                sheet.write_string(line, at, cell[:LONGEST], look)
            if at in problems and line <= MOST_COMMENTED:
                sheet.write_comment(line, at, problems[at])
        sheet.write_string(line, last, describe_all(row.errors, batch.kind), reason)
        sheet.write_number(line, last + 1, row.number)
    if (left := batch.rows_rejected - line) > 0:
        sheet.write_string(line + 1, last, _not_listed(left), reason)
    book.close()
    return line


def refused_csv(batch: UploadBatch) -> Iterator[str]:
    """All refused rows as the lines of a CSV file."""
    return csv_lines(_refused_rows(batch))


def _refused_rows(batch: UploadBatch) -> Iterator[list[str]]:
    yield [*batch.columns, *headers(batch.pk, is_guarded=True)]
    last = len(batch.columns)
    for row in batch.rows.refused().iterator():
        reason = describe_all(row.errors, batch.kind)
        yield [*row.cells[:last], reason, str(row.number)]


def _wrong_cells(row: UploadRow, places: dict[str, int], kind: str) -> dict[int, str]:
    """What is wrong with which cell of the row: place -> words."""
    found: dict[int, list[dict[str, object]]] = {}
    for problem in row.errors:
        place = places.get(problem.get("column", ""))
        if place is not None:
            found.setdefault(place, []).append(problem)
    return {at: describe_all(these, kind) for at, these in found.items()}


def _not_listed(count: int) -> str:
    more = ngettext(
        "%(count)s more refused row is not listed here: the CSV file has them all.",
        "%(count)s more refused rows are not listed here: the CSV file has them all.",
        count,
    )
    return more % {"count": count}
