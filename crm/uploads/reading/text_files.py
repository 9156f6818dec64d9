"""CSV and its kin: which separator, and the rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from crm.uploads.reading.encodings import encoding_of
from crm.uploads.reading.errors import UnreadableError
from crm.uploads.reading.sheets import Rows, Sheet

# Control characters other than tab, line ends and Ctrl-Z; a zero may fill up a field.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
SEPARATORS = ",\t;|"
_SEPARATOR_TOLD = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_SPACE_BEFORE_QUOTE = re.compile(r'[,;|\t] +"')
HEAD = 64 * 1024
csv.field_size_limit(1024 * 1024)
# What one row may take, so that a quotation mark never closed, or a file that is one
# single line, is found out before all of it is in memory and rows are lost in a cell.
MAX_ROW = 2 * 1024 * 1024
MAX_LINES = 100


def open_text(file: BinaryIO) -> list[Sheet]:
    """A text file is one sheet without a name."""
    encoding = encoding_of(file)
    head = _head(file, encoding)
    if not head.strip("\x00 \t\r\n\x1a"):
        raise UnreadableError("empty")
    controls = len(_CONTROLS.findall(head))
    if controls > 3 and controls * 50 > len(head):
        raise UnreadableError("not_a_spreadsheet")
    rows = partial(
        _rows,
        file,
        encoding,
        delimiter=separator_of(head),
        skipinitialspace=_SPACE_BEFORE_QUOTE.search(head) is not None,
    )
    return [Sheet("", rows, position=file.tell)]


def _head(file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        return text.read(HEAD)
    except UnicodeError as error:
        raise UnreadableError("broken_text", line=1) from error
    finally:
        text.detach()


def _rows(
    file: BinaryIO, encoding: str, *, delimiter: str, skipinitialspace: bool
) -> Rows:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    lines = Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=skipinitialspace)
    try:
        for row in enumerate(reader, 1):
            if lines.is_over:
                # The end came inside a quotation.
                raise lines.endless()
            yield row
            lines.next_row()
    except csv.Error as error:
        raise lines.endless() from error
    except UnicodeError as error:
        raise UnreadableError("broken_text", line=lines.number + 1) from error
    finally:
        text.detach()


class Lines:
    """The lines of a text, or UnreadableError when one row takes too much of it."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.number = 0
        self.is_over = False
        self.next_row()

    def next_row(self) -> None:
        self.before = self.number
        self.left = MAX_ROW

    def __iter__(self) -> Iterator[str]:
        readline = self.text.readline
        while line := readline(MAX_ROW):
            self.number += 1
            self.left -= len(line)
            if self.left <= 0 or self.number - self.before > MAX_LINES:
                raise self.endless()
            yield line
        self.is_over = True

    def endless(self) -> UnreadableError:
        return UnreadableError("endless_row", line=self.before + 1)


def separator_of(head: str) -> str:
    """The separator that most of the first lines hold; a comma when none does."""
    if told := _SEPARATOR_TOLD.match(head):
        return told[1]
    unquoted = re.sub(r'"[^"]*"', "", head)
    lines = [line for line in unquoted.splitlines()[:20] if line.strip()]
    counts = Counter(dict.fromkeys(SEPARATORS, 0))
    for line in lines:
        for mark in SEPARATORS:
            counts[mark] += line.count(mark)
    return counts.most_common(1)[0][0]
