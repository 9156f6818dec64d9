"""Web pages that are called spreadsheets, as many dealer systems export them."""

import email
import email.policy
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from typing import BinaryIO

from crm.uploads.reading.encodings import encoding_of
from crm.uploads.reading.errors import UnreadableError
from crm.uploads.reading.extent import LAST_COLUMN
from crm.uploads.reading.sheets import Cells, Rows, Sheet

CHUNK = 64 * 1024
# What may be left over between two chunks: the longest tag there can be.
MAX_TAG = 1024 * 1024
MAX_CELL = 1024 * 1024
MAX_DEPTH = 50
MAX_TABLES = 255
MAX_SPAN = 200
MAX_MHTML = 50 * 1024 * 1024

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")


def open_html(file: BinaryIO) -> list[Sheet]:
    """Each table that has rows of several cells is a sheet."""
    return _found([("", file)])


def open_mhtml(file: BinaryIO) -> list[Sheet]:
    """A web page in one file: the pages in it, one after the other."""
    content = file.read(MAX_MHTML + 1)
    if len(content) > MAX_MHTML:
        raise UnreadableError("too_much_memory")
    message = email.message_from_bytes(content, policy=email.policy.default)
    pages = [
        (str(part.get("Content-Location", "")), io.BytesIO(payload))
        for part in message.walk()
        if part.get_content_type() == "text/html"
        and isinstance(payload := part.get_payload(decode=True), bytes)
    ]
    return _found([(name.rpartition("/")[2], page) for name, page in pages])


def _found(pages: list[tuple[str, BinaryIO]]) -> list[Sheet]:
    sheets: list[Sheet] = []
    for name, page in pages:
        encoding = _encoding(page)
        last: dict[int, int] = {}
        wide = set()
        for table, number, cells in _cells(page, encoding):
            last[table] = number
            if sum(1 for cell in cells if cell) > 1:
                wide.add(table)
        sheets += [
            Sheet(name, partial(_rows, page, encoding, table), last=last[table])
            for table in sorted(wide)
        ]
    if not sheets:
        raise UnreadableError("web_page")
    return sheets[:MAX_TABLES]


def _rows(file: BinaryIO, encoding: str, wanted: int) -> Rows:
    for table, number, cells in _cells(file, encoding):
        if table == wanted:
            yield number, cells


def _encoding(file: BinaryIO) -> str:
    file.seek(0)
    told = _CHARSET.search(file.read(4096))
    by_content = encoding_of(file)
    if told is None or by_content.startswith("utf"):
        return by_content
    name = told[1].decode().lower()
    if name in {"big5", "big5-hkscs"} and by_content == "gb18030":
        return "cp950"
    return by_content


def _cells(file: BinaryIO, encoding: str) -> Iterator[tuple[int, int, Cells]]:
    """Table, row and cells, of all tables in the order their rows end."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace")
    parser = _Parser()
    try:
        while chunk := text.read(CHUNK):
            parser.feed(chunk)
            if len(parser.rawdata) > MAX_TAG:
                raise UnreadableError("damaged")
            yield from parser.taken()
        parser.close()
        parser.end_all()
        yield from parser.taken()
    finally:
        text.detach()


@dataclass
class _Table:
    index: int
    number: int = 0
    row: dict[int, str] | None = None
    cell: list[str] | None = None
    at: int = 0
    width: int = 1
    height: int = 1
    size: int = 0
    # Column -> how many rows more a cell above takes there.
    taken: dict[int, int] = field(default_factory=dict)


class _Parser(HTMLParser):
    """Keeps only the tables that are open and the rows that are complete."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_Table] = []
        self.count = 0
        self.rows: list[tuple[int, int, Cells]] = []
        self.is_page_open = False

    def taken(self) -> list[tuple[int, int, Cells]]:
        rows, self.rows = self.rows, []
        return rows

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.is_page_open = True
        elif tag == "table":
            self._open_table()
        elif not self.tables:
            return
        elif tag == "tr":
            self._end_row()
            self.tables[-1].row = {}
            self.tables[-1].at = 0
        elif tag in {"td", "th"}:
            self._open_cell(dict(attrs))
        elif tag in {"br", "p", "div", "li"}:
            self.handle_data("\n" if tag == "br" else " ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "html":
            self.is_page_open = False
        if not self.tables:
            return
        if tag in {"td", "th"}:
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_row()
            self.tables.pop()

    def handle_data(self, data: str) -> None:
        if self.tables and self.tables[-1].cell is not None:
            table = self.tables[-1]
            table.size += len(data)
            if table.size > MAX_CELL:
                raise UnreadableError("damaged")
            self.tables[-1].cell.append(data)

    def end_all(self) -> None:
        if self.tables and self.is_page_open:
            # The page was cut off inside a table: there were more rows.
            raise UnreadableError("damaged")
        while self.tables:
            self._end_row()
            self.tables.pop()

    def _open_table(self) -> None:
        if len(self.tables) >= MAX_DEPTH:
            raise UnreadableError("damaged")
        self.tables.append(_Table(self.count))
        self.count += 1

    def _open_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        table = self.tables[-1]
        if table.row is None:
            table.row, table.at = {}, 0
        while table.taken.get(table.at):
            table.at += 1
        if table.at > LAST_COLUMN:
            raise UnreadableError("damaged")
        table.cell, table.size = [], 0
        table.width = _span(attributes.get("colspan"))
        table.height = _span(attributes.get("rowspan"))

    def _end_cell(self) -> None:
        table = self.tables[-1]
        if table.cell is None or table.row is None:
            return
        text = "\n".join(
            _SPACES.sub(" ", line).strip() for line in "".join(table.cell).split("\n")
        )
        table.row[table.at] = text.strip()
        table.cell = None
        for _ in range(table.width):
            if table.height > 1:
                # The row it stands in counts as well.
                table.taken[table.at] = table.height
            table.at += 1

    def _end_row(self) -> None:
        table = self.tables[-1]
        self._end_cell()
        if table.row is None:
            return
        table.number += 1
        width = max(table.row, default=-1) + 1
        cells = [table.row.get(at, "") for at in range(width)]
        self.rows.append((table.index, table.number, cells))
        table.row = None
        table.taken = {at: left - 1 for at, left in table.taken.items() if left > 1}


def _span(text: str | None) -> int:
    digits = (text or "").strip()[:4]
    return min(MAX_SPAN, max(1, int(digits))) if digits.isdecimal() else 1
