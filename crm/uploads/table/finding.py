"""The table in a workbook: its header, its rows, and what is left out below it."""

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from crm.uploads.problems import FileError
from crm.uploads.reading.process import Workbook
from crm.uploads.reading.sheets import Cells, Rows
from crm.uploads.reading.values import number_text
from crm.uploads.table import columns
from crm.uploads.table.headers import (
    HEADER_ROWS,
    MAX_COLUMNS,
    Place,
    check_width,
    likely_headers,
)
from crm.uploads.table.proposals import Peek, peek

__all__ = ["Peek", "Table", "find_table", "peek"]

# A daily report has some hundred rows: this is room for all a large dealer ever sold.
MAX_ROWS = 1_500_000
# With the empty ones that spreadsheet programs leave below a table.
MAX_LINES = 3_000_000
# Below the table: totals, signatures and remarks.
_FOOTER = re.compile(
    r"^(?:合计|总计|小计|共计|本页|总台数|制表|审核|审批|填表|填报|制单|复核|经办|经手|负责人|"
    r"主管|签字|签名|签章|盖章|日期[::]|备注[::]|说明[::]|注[::]|以上|"
    r"合計|總計|小計|共計|製表|審核|負責人|簽名|簽章|蓋章|備註[::]|說明[::]|"
    r"grand total|total|sum|prepared|checked|approved|reviewed|signed|signature|"
    r"note[s:]|remarks?:)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Table:
    """`places` says which column of the file holds what: name -> index.

    `line` is the header's number; `notes` is what of the file was not read, as
    `problems.NOTES` words it.
    """

    header: Cells
    places: dict[str, int]
    rows: Rows
    sheet: str = ""
    line: int = 1
    notes: list[dict[str, Any]] = field(default_factory=list)


def find_table(
    workbook: Workbook, kind: str, names: dict[str, str] | None = None
) -> Table:
    """The sheet's table that has all needed columns, or FileError about the nearest.

    `names` is what the organisation calls its columns: normalised header -> column,
    "" where it is not used. Of several such sheets the visible one with most rows is
    read, and the notes name the others.
    """
    places = likely_headers(workbook, kind, names or {})
    whole = [place for place in places if place.is_whole(kind)]
    if not whole:
        raise _other_kind(kind, places, workbook) or _nothing_found(kind, places)
    whole.sort(key=lambda place: _rank(workbook, place), reverse=True)
    for place in whole:
        rows = _rows(place, workbook.rows(place.index))
        if workbook.sheets[place.index].is_1904:
            rows = _counted_from_1900(place, rows)
        first = next(rows, None)
        if first is None:
            continue
        others = [
            workbook.sheets[other.index].name
            for other in sorted(whole, key=lambda other: other.index)
            if other is not place and other.below != 0
        ]
        return Table(
            header=[cell.strip() for cell in place.header],
            places=place.found,
            rows=chain([first], rows),
            sheet=workbook.sheets[place.index].name,
            line=place.line,
            notes=[{"code": "sheets_not_read", "names": others}] if others else [],
        )
    raise FileError("no_rows")


def _rank(workbook: Workbook, place: Place) -> tuple[bool, int, int]:
    is_visible = workbook.sheets[place.index].is_visible
    return is_visible, place.below or 0, -place.index


def _other_kind(kind: str, places: list[Place], workbook: Workbook) -> FileError | None:
    """The whole table of the other kind is the wrong file, not one to be matched."""
    known = max((len(place.found) for place in places), default=0)
    for other in columns.COLUMNS:
        if other != kind and any(
            place.is_whole(other) and len(place.found) > known
            for place in likely_headers(workbook, other, {})
        ):
            return FileError(f"looks_like_{other}")
    return None


def _nothing_found(kind: str, places: list[Place]) -> FileError:
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
            check_width(sent)
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


# Days between the two ways of counting.
_FOUR_YEARS = 1462
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?", re.ASCII)
_DAYS = ("invoiced_on", "delivered_on", "in_at", "out_at")


def _counted_from_1900(place: Place, rows: Rows) -> Rows:
    """Days that are plain numbers mean other days in a workbook that counts from 1904.

    They are rewritten before anything looks at them, so that they also mean the same in
    the workbook of refused rows.
    """
    days = [place.found[name] for name in _DAYS if name in place.found]
    for number, cells in rows:
        for at in days:
            if _SERIAL.fullmatch(cells[at].strip()):
                cells[at] = number_text(float(cells[at]) + _FOUR_YEARS)
        yield number, cells


def _is_blank_or_footer(cells: Cells, known: list[int]) -> bool:
    filled = sum(1 for at in known if cells[at].strip())
    if not filled:
        return True
    # A row of which most is filled in is a row, whatever it begins with.
    if filled > max(2, len(known) // 2):
        return False
    first = next(cell.strip() for cell in cells if cell.strip())
    return _FOOTER.match(first) is not None
