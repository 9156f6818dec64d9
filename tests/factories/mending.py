"""The workbook of refused rows, as a clerk mends it and sends it again."""

import io
from typing import Any

import openpyxl

from crm.models import UploadBatch
from crm.uploads.mending.workbook import write_refused
from crm.uploads.services import read_batch, receive_file


def workbook_of(batch: UploadBatch) -> openpyxl.Workbook:
    content = io.BytesIO()
    write_refused(batch, content)
    return openpyxl.load_workbook(content)


def mended(batch: UploadBatch, **changes: dict[str, Any]) -> io.BytesIO:
    """The batch's workbook; `changes` are {"row3": {header: value}}."""
    book = workbook_of(batch)
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    for line in sheet.iter_rows(min_row=2):
        for name, value in changes.get(f"row{line[-1].value}", {}).items():
            line[header.index(name)].value = value
    return saved(book)


def saved(book: openpyxl.Workbook) -> io.BytesIO:
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return content


def sent(
    organisation: Any, content: io.BytesIO, by: Any = None, name: str = "mended.xlsx"
) -> UploadBatch:
    """What the file was taken into, read and checked."""
    arrived = receive_file(
        kind="sales" if organisation.kind == "dealer" else "repairs",
        organisation=organisation,
        by=by,
        file=content,
        name=name,
        queue=False,
    )
    return read_batch(arrived.pk)
