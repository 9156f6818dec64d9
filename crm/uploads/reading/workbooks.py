"""From a file to sheets of plain text cells: nothing here knows sales or repairs.

A format is told by the file's first bytes, never by its name. `open_sheets` takes a
seekable binary file and yields lists of strings, so that it can run in a process of
its own, and a format more is one function more in READERS.
"""

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import python_calamine

from crm.uploads.problems import FileError
from crm.uploads.reading.extent import check_extent
from crm.uploads.reading.text_files import open_text

Cells = list[str]

# An honest workbook unpacks to some ten times its size; repetitive ones to fifty.
# 100,000 sales unpack to 60 to 130 MB.
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 150
RATIO_COUNTS_ABOVE = 30 * 1024 * 1024
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOT_TABLES = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b",
    b"BZh", b"MZ", b"\x7fELF", b"{\\rtf", b"II*\x00", b"MM\x00*", b"ID3", b"OggS",
)  # fmt: skip

DAMAGED = (
    zipfile.BadZipFile, zlib.error, python_calamine.CalamineError, OSError, EOFError,
    ValueError, NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """`rows` can be gone through once; each is its line in the file and its cells."""

    name: str
    rows: Iterator[tuple[int, Cells]]


def open_sheets(file: BinaryIO) -> Iterator[Sheet]:
    """The sheets of the file in order, or FileError."""
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    return READERS[format_of(head)](file)


def format_of(head: bytes) -> str:
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return "empty"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(OLE2):
        return "ole2"
    if head.startswith(NOT_TABLES):
        return "other"
    if head[:4] in {b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00"}:
        return "xls"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "html"
    if start.startswith((b"<?xml", b"mime-version")):
        return "html" if b"<html" in start else "xml"
    return "text"


def _refuse(code: str, **params: str) -> Iterator[Sheet]:
    raise FileError(code, **params)


def _read_text(file: BinaryIO) -> Iterator[Sheet]:
    yield Sheet("", open_text(file))


def _read_ole2(file: BinaryIO) -> Iterator[Sheet]:
    data = file.read()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileError("password")
    if any(
        name.encode("utf-16-le") in data for name in ("Workbook", "Book", "WORKBOOK")
    ):
        raise FileError("other_format", format=".xls")
    raise FileError("not_a_spreadsheet")


def _read_zip(file: BinaryIO) -> Iterator[Sheet]:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = {part.filename.replace("\\", "/").lower() for part in parts}
            _check_size(parts)
            if "xl/workbook.bin" in names:
                raise FileError("other_format", format=".xlsb")
            if "content.xml" in names:
                raise FileError("other_format", format=".ods")
            if not any(name.endswith("workbook.xml") for name in names):
                raise FileError("not_a_spreadsheet")
            _check_parts(archive, parts)
        file.seek(0)
        workbook = python_calamine.load_workbook(file)
    except FileError:
        raise
    except python_calamine.PasswordError as error:
        raise FileError("password") from error
    except DAMAGED as error:
        raise FileError("damaged") from error
    return _workbook_sheets(workbook)


def _check_size(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if unpacked > MAX_UNPACKED or (
        unpacked > RATIO_COUNTS_ABOVE and unpacked / packed > MAX_RATIO
    ):
        raise FileError("bomb")


def _check_parts(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """A workbook has no document type; only an XML bomb has use for one."""
    for part in parts:
        with archive.open(part) as content:
            head = content.read(64 * 1024)
        if part.filename.lower().endswith((".xml", ".rels")) and _ENTITIES.search(head):
            raise FileError("bomb")
        if b"worksheet" in head:
            check_extent(archive, part)


def _workbook_sheets(workbook: python_calamine.CalamineWorkbook) -> Iterator[Sheet]:
    for meta in workbook.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            sheet = workbook.get_sheet_by_name(meta.name)
            start = sheet.start
        except DAMAGED as error:
            raise FileError("damaged") from error
        if start is not None:
            yield Sheet(meta.name, _as_text(sheet.iter_rows(), first=start[0] + 1))


def _as_text(
    rows: Iterable[Sequence[object]], first: int
) -> Iterator[tuple[int, Cells]]:
    for number, row in enumerate(rows, first):
        yield number, [c if type(c) is str else cell_text(c) for c in row]


def cell_text(value: object) -> str:
    """A workbook's value as a person would type it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        has_time = value.time() != dt.time()
        return value.isoformat(" ", "seconds") if has_time else f"{value:%Y-%m-%d}"
    return "" if value is None else str(value)


READERS = {
    "empty": lambda file: _refuse("empty"),
    "zip": _read_zip,
    "ole2": _read_ole2,
    "xls": lambda file: _refuse("other_format", format=".xls"),
    "html": lambda file: _refuse("web_page"),
    "xml": lambda file: _refuse("other_format", format="XML"),
    "other": lambda file: _refuse("not_a_spreadsheet"),
    "text": _read_text,
}
