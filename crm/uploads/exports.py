"""What people typed, on its way out as CSV: never a live formula.

Every CSV export of the project is written here; a test sees to it. Workbooks hold
texts as texts, so they need none of this.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

# What a spreadsheet program may take for a formula, its marks in full width too, behind
# apostrophes of its own.
_RISKY = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# Tells Excel that the text is UTF-8.
_MARK = "\ufeff"


def guarded(text: str) -> str:
    """The text, behind an apostrophe when a spreadsheet program might execute it."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


class _Line:
    """Gives back what the csv module writes."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a CSV file, guarded.

    Each cell is quoted: a program that parts columns by another mark would otherwise
    begin a cell in the middle of one.
    """
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    mark = _MARK
    for row in rows:
        yield mark + writer.writerow([guarded(str(cell)) for cell in row])
        mark = ""
