"""What a format's reader hands over: sheets of plain text cells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Cells = list[str]
Rows = Iterator[tuple[int, Cells]]


@dataclass(frozen=True)
class Sheet:
    """`rows` begins anew each time: its line in the file and its cells, row by row.

    `last` is the number of the last row, where that is known beforehand. Without it
    `position` tells how many bytes of the file have been read.
    """

    name: str
    rows: Callable[[], Rows]
    last: int | None = None
    is_visible: bool = True
    # Whether its days are counted from 1904, as on old Macintoshes.
    is_1904: bool = False
    position: Callable[[], int] = lambda: 0
