"""The process that reads one file: `python -m crm.uploads.reading.child FD`.

It loads nothing of Django, holds itself to limits on memory and time, and speaks with
process.py through its standard input and output. It tells the heads of all sheets,
then streams the rows of each sheet whose number is asked for. Frames are a letter, a
length and the content, which is text alone: nothing of it can do more harm in the
parent than text does.
"""

import json
import os
import resource
import struct
import sys
from collections.abc import Callable
from itertools import islice
from typing import BinaryIO

from crm.uploads.reading.errors import UnreadableError

MEGABYTE = 1024 * 1024
MEMORY = 500 * MEGABYTE
SECONDS = 12
# Large honest files may take longer.
MEGABYTES_A_SECOND = 20

# Rows of every sheet in which the parent looks for a header, and cells of each.
HEAD_ROWS = 60
HEAD_CELLS = 1_000
ROWS_AT_ONCE = 500
CHARACTERS_AT_ONCE = 256 * 1024

HEADS, ROWS, END, REFUSED = b"H", b"R", b"E", b"X"
FRAME = struct.Struct(">cI")
# What parts two cells. No cell keeps one, as the database would not take it.
BETWEEN = "\x00"


def limit_itself(size: int) -> None:
    seconds = SECONDS + size // (MEGABYTES_A_SECOND * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def send(kind: bytes, content: bytes) -> None:
    out = sys.stdout.buffer
    out.write(FRAME.pack(kind, len(content)))
    out.write(content)
    out.flush()


def serve(file: BinaryIO) -> None:
    from crm.uploads.reading.formats import open_sheets  # noqa: PLC0415 -- after limits

    sheets = open_sheets(file)
    heads = []
    for sheet in sheets:
        rows = [
            (number, [cell[:500] for cell in cells[:HEAD_CELLS]])
            for number, cells in islice(sheet.rows(), HEAD_ROWS)
        ]
        heads.append((sheet.name, sheet.is_visible, sheet.is_1904, sheet.last, rows))
    send(HEADS, json.dumps(heads).encode())
    for line in sys.stdin:
        sheet = sheets[int(line)]
        packer = Packer(sheet.position)
        for number, cells in sheet.rows():
            packer.add(number, cells)
        packer.flush()
        send(END, b"")


class Packer:
    """Rows that follow one another and are of one width go into one frame."""

    def __init__(self, position: Callable[[], int]) -> None:
        self.position = position
        self.cells: list[str] = []
        self.first = self.count = self.width = self.characters = 0

    def add(self, number: int, cells: list[str]) -> None:
        if (
            len(cells) != self.width
            or number != self.first + self.count
            or self.count >= ROWS_AT_ONCE
            or self.characters > CHARACTERS_AT_ONCE
        ):
            self.flush()
            self.first, self.width = number, len(cells)
        self.cells += cells
        self.count += 1
        if self.width > 1000 or self.count % 16 == 0:
            self.characters = sum(map(len, self.cells))

    def flush(self) -> None:
        if not self.count:
            return
        text = BETWEEN.join(self.cells)
        if text.count(BETWEEN) != max(len(self.cells) - 1, 0):
            text = BETWEEN.join(cell.replace(BETWEEN, "") for cell in self.cells)
        about = f"{self.first} {self.count} {self.width} {self.position()}\n"
        send(ROWS, (about + text).encode("utf-8", "replace"))
        self.cells = []
        self.count = self.characters = 0


def main() -> None:
    descriptor = int(sys.argv[1])
    limit_itself(os.fstat(descriptor).st_size)
    try:
        with open(descriptor, "rb") as file:
            serve(file)
    except BrokenPipeError:
        # Whoever asked has heard enough.
        os._exit(0)
    except BaseException as error:
        send(REFUSED, json.dumps(told(error)).encode())
        if not isinstance(error, UnreadableError):
            raise


def told(error: BaseException) -> tuple[str, dict[str, object]]:
    """Code and params of what stopped the reader; a panic of Rust's is an exception."""
    if isinstance(error, MemoryError):
        return "too_much_memory", {}
    if isinstance(error, UnreadableError):
        return error.code, error.params
    return "reader_failed", {}


if __name__ == "__main__":
    main()
