"""Where the table is in the sheets: its header, its rows, and what is below it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from crm.uploads import columns
from crm.uploads.problems import FileError
from crm.uploads.reading.workbooks import Cells, Sheet

HEADER_ROWS = 20
# A daily report has some twenty columns and some hundred rows: this is room enough to
# hand in a year at once.
MAX_COLUMNS = 200
MAX_ROWS = 120_000
# With the empty ones that spreadsheet programs leave below a table.
MAX_LINES = 2_000_000
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
    """`places` says which column of the file holds what: name -> index."""

    header: Cells
    places: dict[str, int]
    rows: Iterator[tuple[int, Cells]]


def find_table(sheets: Iterator[Sheet], kind: str) -> Table:
    """The first sheet that has all needed columns, or FileError about the nearest."""
    nearest: dict[str, int] = {}
    is_any = False
    for sheet in sheets:
        before: list[tuple[int, Cells]] = []
        for row in sheet.rows:
            _check_width(row[1])
            before.append(row)
            is_any = is_any or any(cell.strip() for cell in row[1])
            found = columns.match(kind, row[1])
            if not columns.missing(kind, found):
                return _table(kind, _without_blank_end(row[1]), found, sheet.rows)
            if len(found) > len(nearest):
                nearest = found
            if len(before) >= HEADER_ROWS:
                break
    if not is_any:
        raise FileError("empty")
    if len(nearest) < 2:
        every = [column.name for column in columns.missing(kind, {})]
        raise FileError("no_header", rows=HEADER_ROWS, columns=every, kind=kind)
    missing = [column.name for column in columns.missing(kind, nearest)]
    raise FileError("missing_columns", columns=missing, kind=kind)


def _table(
    kind: str, header: Cells, places: dict[str, int], rows: Iterator[tuple[int, Cells]]
) -> Table:
    body = _rows(header, places, rows)
    first = next(body, None)
    if first is None:
        raise FileError("no_rows")
    return Table([cell.strip() for cell in header], places, chain([first], body))


def _rows(
    header: Cells, places: dict[str, int], rows: Iterator[tuple[int, Cells]]
) -> Iterator[tuple[int, Cells]]:
    """The rows that say something, each as long as the header.

    Left out: blank lines, lines numbered in advance but not filled in, the header said
    again, totals and signatures.
    """
    width = len(header)
    known = sorted(places.values())
    vin = places["vin"]
    count = 0
    for number, sent in rows:
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
        if cells[vin] == header[vin]:
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
