"""How far a workbook's content reaches, before anything makes room for it.

A sheet is read into one block from its first cell to its last: two in opposite corners
would ask for seventeen thousand million. Formatted but empty cells do not count.
"""

import re
import zipfile
from collections.abc import Iterator

from crm.uploads.reading.errors import UnreadableError

# 120,000 rows of 33 columns: some 400 MB while they are read.
MAX_CELLS = 4_000_000
CHUNK = 1024 * 1024
# No tag that counts is longer, so none is missed between two chunks.
OVERLAP = 1024
# As far as any spreadsheet program goes.
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\sr\s*=\s*["\'](\d+)')
# Column AA and beyond: few files have any, so this costs little.
_WIDE = re.compile(rb'\sr\s*=\s*["\']([A-Za-z]{2,})\d')
_FILLED = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?\br\s*=\s*["\']([A-Za-z]+)(\d+)["\'][^>]*(?<!/)>(?!\s*</)'
)
# A cell that does not say where it is.
_PLACELESS = re.compile(rb"<(?:\w+:)?c(?=[\s>])(?![^>]*\sr\s*=)[^>]*(?<!/)>(?!\s*</)")
NARROW = 26


def check_extent(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Raise UnreadableError when the sheet in this part would need too much room."""
    rows, columns = 1, NARROW
    for chunk in _chunks(archive, part):
        rows = max(rows, max(map(_row_number, _ROW.findall(chunk)), default=0))
        for letters in set(_WIDE.findall(chunk)):
            columns = max(columns, column_number(letters))
    if rows > LAST_ROW or columns > LAST_COLUMN:
        raise UnreadableError("damaged")
    if rows * columns > MAX_CELLS:
        _check_filled(archive, part)


def _check_filled(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    rows = columns = 1
    for chunk in _chunks(archive, part):
        for letters, row in _FILLED.findall(chunk):
            rows = max(rows, _row_number(row))
            columns = max(columns, column_number(letters))
        if rows * columns > MAX_CELLS or _PLACELESS.search(chunk):
            raise UnreadableError("too_spread")


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    before = b""
    with archive.open(part) as content:
        while chunk := content.read(CHUNK):
            yield before + chunk
            before = chunk[-OVERLAP:]


def _row_number(digits: bytes) -> int:
    return int(digits[:9])


def column_number(letters: bytes) -> int:
    """AA is 27."""
    number = 0
    for letter in letters[:9].upper():
        number = number * 26 + letter - 64
    return number
