"""Workbooks: xlsx, xlsm, xlsb, ods (all ZIP) and xls (OLE2), read by calamine."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import python_calamine
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from crm.uploads.reading.errors import UnreadableError
from crm.uploads.reading.extent import check_extent
from crm.uploads.reading.sheets import Rows, Sheet
from crm.uploads.reading.values import cell_text

# An honest workbook unpacks to some ten times its size; repetitive ones to fifty.
# 100,000 sales unpack to 60 to 130 MB.
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 150
RATIO_COUNTS_ABOVE = 30 * 1024 * 1024
MAX_PARTS = 10_000
MAX_SHEETS = 255
ENCRYPTED = 0x1
FILEPASS, DATEMODE, END_OF_RECORDS = 0x2F, 0x22, 0x0A
_GLOBALS_BEGIN = re.compile(rb"\x09\x08[\x08\x10]\x00\x00[\x05\x06]\x05\x00")
_MAIN_PARTS = ("workbook.xml", "workbook.bin", "content.xml")
_ENCRYPTED_STREAMS = ("EncryptedPackage", "EncryptionInfo")
_XLS_STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")
_IS_1904 = re.compile(rb"date1904\s*=\s*[\"'](?:1|true|on)")
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
            if not any(name.endswith(_MAIN_PARTS) for name in names):
                raise UnreadableError("archive")
            if any(part.flag_bits & ENCRYPTED for part in parts):
                raise UnreadableError("password")
            heads = _checked_heads(archive, parts)
    except DAMAGED as error:
        raise UnreadableError("damaged") from error
    main = heads.get("xl/workbook.xml", b"")
    return _sheets(file, is_1904=_IS_1904.search(main) is not None)


def open_ole2(file: BinaryIO) -> list[Sheet]:
    data = file.read()
    if any(name.encode("utf-16-le") in data for name in _ENCRYPTED_STREAMS):
        raise UnreadableError("password")
    if not any(name.encode("utf-16-le") in data for name in _XLS_STREAMS):
        raise UnreadableError("not_a_spreadsheet")
    about = _globals(data)
    if FILEPASS in about:
        raise UnreadableError("password")
    is_1904 = about.get(DATEMODE, b"")[:1] == b"\x01"
    del data
    return _sheets(file, is_1904=is_1904)


def _globals(data: bytes) -> dict[int, bytes]:
    """The first records of an .xls: whether it is encrypted, and how it counts days.

    They fit into the first sector, so there is no need to follow the chain of them.
    """
    records: dict[int, bytes] = {}
    for start in _GLOBALS_BEGIN.finditer(data):
        at = start.start()
        for _ in range(60):
            if at + 4 > len(data):
                break
            kind, length = struct.unpack_from("<HH", data, at)
            if kind == END_OF_RECORDS:
                break
            records.setdefault(kind, data[at + 4 : at + 4 + min(length, 16)])
            at += 4 + length
    return records


def _check_size(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if (
        unpacked > MAX_UNPACKED
        or len(parts) > MAX_PARTS
        or (unpacked > RATIO_COUNTS_ABOVE and unpacked / packed > MAX_RATIO)
    ):
        raise UnreadableError("bomb")


def _checked_heads(
    archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]
) -> dict[str, bytes]:
    """How each part begins. None has a document type; only a bomb has use for one."""
    heads = {}
    for part in parts:
        name = part.filename.replace("\\", "/").lower()
        with archive.open(part) as content:
            head = heads[name] = content.read(64 * 1024)
        if name.endswith((".xml", ".rels")) and _ENTITIES.search(head):
            raise UnreadableError("bomb")
        if name == "meta-inf/manifest.xml" and b"encryption-data" in head:
            raise UnreadableError("password")
        if b"worksheet" in head:
            check_extent(archive, part)
    return heads


def _sheets(file: BinaryIO, *, is_1904: bool) -> list[Sheet]:
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
            is_1904=is_1904,
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
