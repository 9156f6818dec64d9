from collections.abc import Callable
from typing import BinaryIO

from crm.uploads.reading.errors import UnreadableError
from crm.uploads.reading.sheets import Sheet
from crm.uploads.reading.signatures import HEAD, format_of
from crm.uploads.reading.spreadsheetml import open_spreadsheetml
from crm.uploads.reading.text_files import open_text
from crm.uploads.reading.web_pages import open_html, open_mhtml
from crm.uploads.reading.workbooks import open_ole2, open_zip


def _refuse(code: str, **params: str) -> Callable[[BinaryIO], list[Sheet]]:
    def refuse(file: BinaryIO) -> list[Sheet]:
        raise UnreadableError(code, **params)

    return refuse


READERS: dict[str, Callable[[BinaryIO], list[Sheet]]] = {
    "empty": _refuse("empty"),
    "zip": open_zip,
    "ole2": open_ole2,
    "bare_xls": _refuse("other_format", format="Excel 4"),
    "html": open_html,
    "mhtml": open_mhtml,
    "spreadsheetml": open_spreadsheetml,
    "xml": _refuse("other_format", format="XML"),
    "picture": _refuse("picture"),
    "archive": _refuse("archive"),
    "other": _refuse("not_a_spreadsheet"),
    "text": open_text,
}


def open_sheets(file: BinaryIO) -> list[Sheet]:
    """The sheets of a seekable binary file in order, or UnreadableError."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    return READERS[format_of(head)](file)
