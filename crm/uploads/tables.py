"""Where the table is in the sheets: its header, its rows, and what is below it."""

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from crm.uploads import columns
from crm.uploads.problems import FileError
from crm.uploads.reading.process import Head, Workbook
from crm.uploads.reading.sheets import Cells, Rows

HEADER_ROWS = 20
# A daily report has some twenty columns and some hundred rows: this is room enough to
# hand in all a large dealer ever sold.
MAX_COLUMNS = 200
MAX_ROWS = 1_500_000
# With the empty ones that spreadsheet programs leave below a table.
MAX_LINES = 3_000_000
# Below the table: totals, signatures and remarks.
_FOOTER = re.compile(
    r"^(?:合计|总计|小计|共计|本页|总台数|制表|审核|审批|填表|填报|制单|复核|经办|经手|负责人|"
    r"主管|签字|签名|签章|盖章|日期[::]|备注[::]|说明[::]|注[::]|以上|"
    r"grand total|total|sum|prepared|checked|approved|reviewed|signed|signature|"
    r"note[s:]|remarks?:)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Table:
    """`places` says which column of the file holds what: name -> index.

    `line` is the header's number; `notes` what whoever sent the file should know about
    what of it was not read, as `problems.NOTES` words it.
    """

    header: Cells
    places: dict[str, int]
    rows: Rows
    sheet: str = ""
    line: int = 1
    notes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A row that may be the header: which columns it names."""

    index: int
    line: int
    header: Cells
    found: dict[str, int]
    # How many rows lie below it, blank ones too; None where nobody knows yet.
    below: int | None


def find_table(
    workbook: Workbook, kind: str, names: dict[str, str] | None = None
) -> Table:
    """The sheet's table that has all needed columns, or FileError about the nearest.

    `names` is what the organisation calls its columns: normalised header -> column,
    "" where it is not used. Of several such sheets the visible one with most rows is
    read, and the notes name the others.
    """
    places = _places(workbook, kind, names or {})
    whole = [place for place in places if not columns.missing(kind, place.found)]
    if not whole:
        raise _nothing_found(workbook, kind, places)
    whole.sort(key=lambda place: _rank(workbook, place), reverse=True)
    for place in whole:
        rows = _rows(place, workbook.rows(place.index))
        first = next(rows, None)
        if first is None:
            continue
        others = [
            workbook.sheets[other.index].name
            for other in sorted(whole, key=lambda other: other.index)
            if other is not place and other.below != 0
        ]
        return Table(
            header=place.header,
            places=place.found,
            rows=chain([first], rows),
            sheet=workbook.sheets[place.index].name,
            line=place.line,
            notes=[{"code": "sheets_not_read", "names": others}] if others else [],
        )
    raise FileError("no_rows")


def _places(workbook: Workbook, kind: str, names: dict[str, str]) -> list[Place]:
    """Of each sheet the first row that names all needed columns, or the nearest."""
    places = []
    for index, sheet in enumerate(workbook.sheets):
        nearest: Place | None = None
        for line, cells in first_rows(sheet):
            _check_width(cells)
            found = columns.match(kind, cells, names)
            if nearest is None or len(found) > len(nearest.found):
                below = None if sheet.last is None else sheet.last - line
                header = [cell.strip() for cell in _without_blank_end(cells)]
                nearest = Place(index, line, header, found, below)
            if not columns.missing(kind, found):
                break
        if nearest:
            places.append(nearest)
    return places


def first_rows(sheet: Head) -> list[tuple[int, Cells]]:
    """Those in which a header is looked for; blank lines do not count."""
    said = [(line, cells) for line, cells in sheet.rows if any(map(str.strip, cells))]
    return said[:HEADER_ROWS]


def _rank(workbook: Workbook, place: Place) -> tuple[bool, int, int]:
    is_visible = workbook.sheets[place.index].is_visible
    return is_visible, place.below or 0, -place.index


def _nothing_found(workbook: Workbook, kind: str, places: list[Place]) -> FileError:
    if not places:
        return FileError("empty")
    nearest = max(places, key=lambda place: len(place.found))
    if len(nearest.found) < 2:
        every = [column.name for column in columns.missing(kind, {})]
        return FileError("no_header", rows=HEADER_ROWS, columns=every, kind=kind)
    missing = [column.name for column in columns.missing(kind, nearest.found)]
    return FileError("missing_columns", columns=missing, kind=kind)


def _rows(place: Place, rows: Rows) -> Rows:
    """The rows that say something, each as long as the header.

    Left out: blank lines, lines numbered in advance but not filled in, the header said
    again, totals and signatures.
    """
    width = len(place.header)
    known = sorted(place.found.values())
    vin = place.found["vin"]
    title = place.header[vin]
    count = 0
    for number, sent in rows:
        if number <= place.line:
            continue
        cells = sent
        if len(sent) < width:
            cells = sent + [""] * (width - len(sent))
        elif len(sent) > width:
            _check_width(sent)
            cells = sent[:MAX_COLUMNS]
        # A row with a VIN is never a footer; this keeps the common case short.
        if len(cells[vin]) <= 10:
            if number > MAX_LINES:
                raise FileError("too_many_rows", limit=MAX_LINES)
            if _is_blank_or_footer(cells, known):
                continue
        if cells[vin] == title:
            continue
        count += 1
        if count > MAX_ROWS:
            raise FileError("too_many_rows", limit=MAX_ROWS)
        yield number, cells


def _is_blank_or_footer(cells: Cells, known: list[int]) -> bool:
    if all(not cells[i].strip() for i in known):
        return True
    first = next(cell.strip() for cell in cells if cell.strip())
    return _FOOTER.match(first) is not None


def _without_blank_end(cells: Cells) -> Cells:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _check_width(cells: Cells) -> None:
    if len(cells) > MAX_COLUMNS and any(map(str.strip, cells[MAX_COLUMNS:])):
        raise FileError("too_wide", limit=MAX_COLUMNS)
