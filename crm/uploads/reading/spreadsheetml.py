"""SpreadsheetML 2003: workbooks as one XML file, mostly under the name .xls."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO
from xml.parsers import expat

from crm.uploads.reading.errors import UnreadableError
from crm.uploads.reading.extent import LAST_COLUMN, LAST_ROW
from crm.uploads.reading.sheets import Cells, Rows, Sheet
from crm.uploads.reading.values import number_text

CHUNK = 64 * 1024
MAX_CELL = 1024 * 1024
MAX_SHEETS = 255
_SS = "urn:schemas-microsoft-com:office:spreadsheet "
_X = "urn:schemas-microsoft-com:office:excel "


def open_spreadsheetml(file: BinaryIO) -> list[Sheet]:
    parser = _Parser()
    for _ in _parsed(file, parser):
        pass
    if len(parser.names) > MAX_SHEETS:
        raise UnreadableError("too_many_sheets", limit=MAX_SHEETS)
    return [
        Sheet(
            name,
            partial(_rows, file, index),
            last=parser.last.get(index, 0),
            is_visible=index not in parser.hidden,
        )
        for index, name in enumerate(parser.names)
    ]


def _rows(file: BinaryIO, wanted: int) -> Rows:
    for sheet, number, cells in _parsed(file, _Parser()):
        if sheet == wanted:
            yield number, cells


def _parsed(file: BinaryIO, parser: "_Parser") -> Iterator[tuple[int, int, Cells]]:
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            parser.expat.Parse(chunk, False)
            yield from parser.taken()
        parser.expat.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableError("damaged") from error
    yield from parser.taken()


@dataclass
class _Row:
    number: int
    cells: dict[int, str]
    at: int = 0


class _Parser:
    def __init__(self) -> None:
        self.expat = expat.ParserCreate(namespace_separator=" ")
        self.expat.buffer_text = True
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end
        self.expat.CharacterDataHandler = self._text
        self.expat.StartDoctypeDeclHandler = self._refuse
        self.names: list[str] = []
        self.hidden: set[int] = set()
        self.last: dict[int, int] = {}
        self.rows: list[tuple[int, int, Cells]] = []
        self.row: _Row | None = None
        self.number = 0
        self.kind = ""
        self.parts: list[str] | None = None
        self.size = 0

    def taken(self) -> list[tuple[int, int, Cells]]:
        rows, self.rows = self.rows, []
        return rows

    def _refuse(self, *about: object) -> None:
        """A workbook has no document type; only an XML bomb has use for one."""
        raise UnreadableError("bomb")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == _SS + "Worksheet":
            self.names.append(attributes.get(_SS + "Name", ""))
            self.number = 0
        elif tag == _SS + "Row" and self.names:
            told = attributes.get(_SS + "Index")
            self.number = _place(told, LAST_ROW) if told else self.number + 1
            self.row = _Row(self.number, {})
        elif tag == _SS + "Cell" and self.row:
            told = attributes.get(_SS + "Index")
            self.row.at = _place(told, LAST_COLUMN) if told else self.row.at + 1
            self.across = attributes.get(_SS + "MergeAcross")
        elif tag == _SS + "Data" and self.row:
            self.kind = attributes.get(_SS + "Type", "String")
            self.parts, self.size = [], 0
        elif tag == _X + "Visible":
            self.kind, self.parts, self.size = "", [], 0

    def _text(self, data: str) -> None:
        if self.parts is None:
            return
        self.size += len(data)
        if self.size > MAX_CELL:
            raise UnreadableError("damaged")
        self.parts.append(data)

    def _end(self, tag: str) -> None:
        if tag == _SS + "Data" and self.row and self.parts is not None:
            self.row.cells[self.row.at] = _value(self.kind, "".join(self.parts))
            self.parts = None
        elif tag == _SS + "Cell" and self.row and self.across:
            self.row.at += _place(self.across, LAST_COLUMN)
        elif tag == _SS + "Row" and self.row:
            cells = self.row.cells
            if cells:
                sheet = len(self.names) - 1
                texts = [cells.get(at, "") for at in range(1, max(cells) + 1)]
                self.rows.append((sheet, self.row.number, texts))
                self.last[sheet] = self.row.number
            self.row = None
        elif tag == _X + "Visible" and self.parts is not None:
            if "".join(self.parts).strip() != "SheetVisible":
                self.hidden.add(len(self.names) - 1)
            self.parts = None


def _place(text: str, last: int) -> int:
    if not text.isdecimal() or not 0 <= int(text[:9]) <= last:
        raise UnreadableError("damaged")
    return int(text[:9])


def _value(kind: str, text: str) -> str:
    if kind == "Number":
        try:
            return number_text(float(text))
        except ValueError:
            return text
    if kind == "DateTime":
        day, _, time = text.partition("T")
        clock = time.partition(".")[0]
        return day if clock in {"", "00:00:00"} else f"{day} {clock}"
    if kind == "Boolean":
        return "TRUE" if text == "1" else "FALSE"
    return "" if kind == "Error" else text
