"""Which row of which sheet is the header: names above, rows below."""

from dataclasses import dataclass
from itertools import pairwise

from crm.uploads.problems import FileError
from crm.uploads.reading.process import Head, Workbook
from crm.uploads.reading.sheets import Cells
from crm.uploads.table import columns

HEADER_ROWS = 20
MAX_COLUMNS = 200

Names = dict[str, str]


@dataclass(frozen=True)
class Place:
    """A row that may be the header: which columns it names."""

    index: int
    line: int
    header: Cells
    found: dict[str, int]
    # How many rows lie below it, blank ones too; None where nobody knows yet.
    below: int | None

    def is_whole(self, kind: str) -> bool:
        return not columns.missing(kind, self.found)


def likely_headers(workbook: Workbook, kind: str, names: Names) -> list[Place]:
    """Of each sheet the first row that names all needed columns, or the nearest."""
    places = []
    for index in range(len(workbook.sheets)):
        nearest: Place | None = None
        for place in _candidates(workbook, index, kind, names):
            if nearest is None or len(place.found) > len(nearest.found):
                nearest = place
            if place.is_whole(kind):
                break
        if nearest:
            places.append(nearest)
    return places


def _candidates(workbook: Workbook, index: int, kind: str, names: Names) -> list[Place]:
    sheet = workbook.sheets[index]
    rows = first_rows(sheet)
    single = [place_of(workbook, index, kind, names, *row) for row in rows]
    if any(place.is_whole(kind) for place in single):
        return single
    # Groups above, names below them: the names of both rows together.
    double = [
        place_of(workbook, index, kind, names, line, _together(kind, above, below))
        for (_, above), (line, below) in pairwise(rows)
    ]
    return [*single, *double]


def place_of(
    workbook: Workbook, index: int, kind: str, names: Names, line: int, cells: Cells
) -> Place:
    check_width(cells)
    header = _without_blank_end(cells)
    last = workbook.sheets[index].last
    return Place(
        index=index,
        line=line,
        header=header,
        found=columns.match(kind, header, names),
        below=None if last is None else max(0, last - line),
    )


def first_rows(sheet: Head) -> list[tuple[int, Cells]]:
    """Those in which a header is looked for; blank lines do not count."""
    said = [(line, cells) for line, cells in sheet.rows if any(map(str.strip, cells))]
    return said[:HEADER_ROWS]


def _together(kind: str, above: Cells, below: Cells) -> Cells:
    """A header of two rows: the group counts where it makes a name we know."""
    header, group = [], ""
    for at in range(max(len(above), len(below))):
        upper = above[at].strip() if at < len(above) else ""
        lower = below[at].strip() if at < len(below) else ""
        group = upper or group
        whole = group + lower
        header.append(whole if columns.is_known(kind, whole) else lower or upper)
    return header


def check_width(cells: Cells) -> None:
    if len(cells) > MAX_COLUMNS and any(map(str.strip, cells[MAX_COLUMNS:])):
        raise FileError("too_wide", limit=MAX_COLUMNS)


def _without_blank_end(cells: Cells) -> Cells:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
