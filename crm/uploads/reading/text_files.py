"""CSV and its kin: which encoding, which separator, and the rows."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from crm.uploads.reading.errors import UnreadableError
from crm.uploads.reading.sheets import Rows, Sheet

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What no text holds: control characters other than tab, line ends and Ctrl-Z.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
SEPARATORS = ",\t;|"
CHUNK = 1024 * 1024
HEAD = 64 * 1024
csv.field_size_limit(1024 * 1024)
# What one row may take, so that a quotation mark never closed, or a file that is one
# single line, is found out before all of it is in memory.
MAX_ROW = 2 * 1024 * 1024


def open_text(file: BinaryIO) -> list[Sheet]:
    """A text file is one sheet without a name."""
    encoding = encoding_of(file)
    head = _head(file, encoding)
    if not head.strip():
        raise UnreadableError("empty")
    if _BINARY.search(head):
        raise UnreadableError("not_a_spreadsheet")
    separator = separator_of(head)
    rows = partial(_rows, file, encoding, separator)
    return [Sheet("", rows, position=file.tell)]


def _head(file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        return text.read(HEAD)
    except UnicodeError as error:
        raise UnreadableError("damaged") from error
    finally:
        text.detach()


def _rows(file: BinaryIO, encoding: str, separator: str) -> Rows:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        lines = Lines(text)
        for row in enumerate(csv.reader(lines, delimiter=separator), 1):
            yield row
            lines.left = MAX_ROW
    except (csv.Error, UnicodeError) as error:
        raise UnreadableError("damaged") from error
    finally:
        text.detach()


class Lines:
    """The lines of a text, or UnreadableError when one row takes over MAX_ROW."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.left = MAX_ROW

    def __iter__(self) -> Iterator[str]:
        readline = self.text.readline
        while line := readline(MAX_ROW):
            self.left -= len(line)
            if self.left <= 0:
                raise UnreadableError("damaged")
            yield line


def encoding_of(file: BinaryIO) -> str:
    """By its mark, else the first of UTF-8, UTF-16 and GB18030 that all of it fits."""
    file.seek(0)
    head = file.read(4096)
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    if b"\x00" in head:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if max(even, odd) > len(head) // 8 and min(even, odd) * 8 < max(even, odd):
            return "utf-16-be" if even > odd else "utf-16-le"
        raise UnreadableError("not_a_spreadsheet")
    for encoding in ("utf-8", "gb18030"):
        if _fits(file, encoding):
            return encoding
    raise UnreadableError("not_a_spreadsheet")


def _fits(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def separator_of(head: str) -> str:
    """The separator that most of the first lines hold; a comma when none does."""
    unquoted = re.sub(r'"[^"]*"', "", head)
    lines = [line for line in unquoted.splitlines()[:20] if line.strip()]
    counts = Counter(dict.fromkeys(SEPARATORS, 0))
    for line in lines:
        for mark in SEPARATORS:
            counts[mark] += line.count(mark)
    return counts.most_common(1)[0][0]
