"""The refused rows as they were sent, each with the reason beside it, to be mended."""

from typing import IO

import xlsxwriter
from django.utils.translation import gettext as _

from crm.models import UploadBatch
from crm.uploads import columns
from crm.uploads.problems import describe, describe_all

# Whoever has more has mixed up a column; the rest come when these are mended.
MOST_ROWS = 10_000


def write_refused(batch: UploadBatch, target: IO[bytes] | str) -> int:
    """Write the workbook to `target`; returns how many rows it has.

    What was typed is always written as text: a name like =HYPERLINK() is no formula.
    """
    places = columns.match(batch.kind, batch.columns)
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    )
    sheet = book.add_worksheet()
    heading = book.add_format({"bold": True, "bottom": 1})
    text = book.add_format({"num_format": "@"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#FFC7CE"})
    reason = book.add_format({"font_color": "#9C0006", "text_wrap": True})
    last = len(batch.columns)
    for at, name in enumerate([*batch.columns, _("What is wrong")]):
        sheet.write_string(0, at, name, heading)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, last - 1, 16, text)
    sheet.set_column(last, last, 60)
    line = 0
    for row in batch.rows.refused()[:MOST_ROWS].iterator():
        line += 1
        by_place = {
            places[problem["column"]]: problem
            for problem in row.errors
            if problem["column"] in places
        }
        for at, cell in enumerate(row.cells[:last]):
            sheet.write_string(line, at, cell, wrong if at in by_place else text)
            if at in by_place:
                sheet.write_comment(line, at, describe(by_place[at], batch.kind))
        sheet.write_string(line, last, describe_all(row.errors, batch.kind), reason)
    if batch.rows_rejected > line:
        more = _("%(count)s more refused rows are not listed here.")
        left = batch.rows_rejected - line
        sheet.write_string(line + 1, last, more % {"count": left}, reason)
    book.close()
    return line
