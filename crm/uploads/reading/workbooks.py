"""Workbooks: xlsx, xlsm, xlsb, ods (all ZIP) and xls (OLE2), read by calamine."""

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import python_calamine
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from crm.uploads.reading.errors import UnreadableError
from crm.uploads.reading.extent import check_extent
from crm.uploads.reading.sheets import Rows, Sheet

# An honest workbook unpacks to some ten times its size; repetitive ones to fifty.
# 100,000 sales unpack to 60 to 130 MB.
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 150
RATIO_COUNTS_ABOVE = 30 * 1024 * 1024
MAX_PARTS = 10_000
MAX_SHEETS = 255
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

DAMAGED = (
    zipfile.BadZipFile, zlib.error, python_calamine.CalamineError, OSError, EOFError,
    ValueError, NotImplementedError, RuntimeError,
)  # fmt: skip


def open_zip(file: BinaryIO) -> list[Sheet]:
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = {part.filename.replace("\\", "/").lower() for part in parts}
            _check_size(parts)
            if not any(
                name.endswith(("workbook.xml", "workbook.bin", "content.xml"))
                for name in names
            ):
                raise UnreadableError("not_a_spreadsheet")
            _check_parts(archive, parts)
    except DAMAGED as error:
        raise UnreadableError("damaged") from error
    return _sheets(file)


def open_ole2(file: BinaryIO) -> list[Sheet]:
    data = file.read()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableError("password")
    if not any(
        name.encode("utf-16-le") in data for name in ("Workbook", "Book", "WORKBOOK")
    ):
        raise UnreadableError("not_a_spreadsheet")
    return _sheets(file)


def _check_size(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if (
        unpacked > MAX_UNPACKED
        or len(parts) > MAX_PARTS
        or (unpacked > RATIO_COUNTS_ABOVE and unpacked / packed > MAX_RATIO)
    ):
        raise UnreadableError("bomb")


def _check_parts(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """A workbook has no document type; only an XML bomb has use for one."""
    for part in parts:
        with archive.open(part) as content:
            head = content.read(64 * 1024)
        if part.filename.lower().endswith((".xml", ".rels")) and _ENTITIES.search(head):
            raise UnreadableError("bomb")
        if b"worksheet" in head:
            check_extent(archive, part)


def _sheets(file: BinaryIO) -> list[Sheet]:
    file.seek(0)
    try:
        workbook = python_calamine.load_workbook(file)
    except python_calamine.PasswordError as error:
        raise UnreadableError("password") from error
    except DAMAGED as error:
        raise UnreadableError("damaged") from error
    metas = [
        meta
        for meta in workbook.sheets_metadata
        if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    if len(metas) > MAX_SHEETS:
        raise UnreadableError("too_many_sheets", limit=MAX_SHEETS)
    loaded = _Loaded(workbook)
    return [
        Sheet(
            meta.name,
            rows=lambda name=meta.name: loaded.rows(name),  # type: ignore[misc]
            last=loaded.last(meta.name),
            is_visible=meta.visible == SheetVisibleEnum.Visible,
        )
        for meta in metas
    ]


class _Loaded:
    """One sheet at a time is in memory: the one that was asked for last."""

    def __init__(self, workbook: CalamineWorkbook) -> None:
        self.workbook = workbook
        self.name: str | None = None
        self.sheet: python_calamine.CalamineSheet | None = None

    def load(self, name: str) -> python_calamine.CalamineSheet:
        if self.sheet is None or self.name != name:
            self.sheet = None
            try:
                self.sheet = self.workbook.get_sheet_by_name(name)
            except DAMAGED as error:
                raise UnreadableError("damaged") from error
            self.name = name
        return self.sheet

    def last(self, name: str) -> int:
        end = self.load(name).end
        return end[0] + 1 if end else 0

    def rows(self, name: str) -> Rows:
        sheet = self.load(name)
        start = sheet.start
        if start is None:
            return iter(())
        return _as_text(sheet.iter_rows(), first=start[0] + 1)


def _as_text(
    rows: Iterable[Sequence[object]], first: int
) -> Iterator[tuple[int, list[str]]]:
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
