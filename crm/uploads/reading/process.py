"""A file read in a process of its own, so that nothing in it can harm this one."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from crm.uploads.problems import FileError
from crm.uploads.reading import child
from crm.uploads.reading.sheets import Cells, Rows

READER = child.__name__
# The reader is given up when it says nothing for so long.
SILENCE_SECONDS = 14.0
# It has this long to end by itself once its input is closed.
FAREWELL_SECONDS = 0.5


@dataclass(frozen=True)
class Head:
    """A sheet's first rows; `last` is the number of its last row, where known."""

    name: str
    is_visible: bool
    is_1904: bool
    last: int | None
    rows: list[tuple[int, Cells]]


class Workbook:
    def __init__(self, process: "_Reader", size: int) -> None:
        self._process = process
        self._size = size
        self._position = 0
        self._index: int | None = None
        _, heads = process.receive()
        self.sheets = [
            Head(
                name,
                visible,
                is_1904,
                last,
                [(number, cells) for number, cells in rows],
            )
            for name, visible, is_1904, last, rows in json.loads(heads)
        ]

    def rows(self, index: int) -> Rows:
        """The rows of a sheet with their line numbers; once through before the next."""
        self._index, self._position = index, 0
        self._process.ask(index)
        done = 0
        while True:
            kind, content = self._process.receive()
            if kind == child.END:
                return
            about, _, text = content.decode().partition("\n")
            first, count, width, self._position = map(int, about.split())
            if first <= done:
                # Line numbers tell rows apart.
                raise FileError("damaged")
            done = first + count - 1
            cells = text.split(child.BETWEEN)
            for number in range(count):
                yield first + number, cells[number * width : (number + 1) * width]

    def estimate(self, rows_done: int) -> int | None:
        """How many rows the sheet that is being read has, as far as can be told."""
        if self._index is None:
            return None
        last = self.sheets[self._index].last
        if last is not None:
            return last
        return rows_done * self._size // self._position if self._position else None


@contextmanager
def open_workbook(path: str | Path) -> Iterator[Workbook]:
    """The file's sheets; its process has ended when the block is left, in any way."""
    with (
        Path(path).open("rb") as file,
        tempfile.TemporaryFile() as complaints,
        _started(file.fileno(), complaints) as process,
    ):
        size = os.fstat(file.fileno()).st_size
        yield Workbook(_Reader(process, complaints), size)


@contextmanager
def _started(
    descriptor: int, complaints: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(  # noqa: S603 -- our own module
        [sys.executable, "-m", READER, str(descriptor)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        pass_fds=[descriptor],
        bufsize=0,
        env={
            **os.environ,
            "PYTHONIOENCODING": "utf-8",
            "MALLOC_ARENA_MAX": "1",
            "RUST_BACKTRACE": "0",
        },
    )
    try:
        yield process
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        process.wait()


class _Reader:
    """The frames a child sends, or the FileError that tells why there are no more."""

    def __init__(self, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> None:
        self.process = process
        self.complaints = complaints
        assert process.stdin and process.stdout  # noqa: S101, PT018 -- both are pipes
        self.input = process.stdin
        self.output = process.stdout.fileno()
        self.poll = select.poll()
        self.poll.register(self.output, select.POLLIN)

    def ask(self, index: int) -> None:
        try:
            self.input.write(f"{index}\n".encode())
        except BrokenPipeError:
            self._raise_end()

    def receive(self) -> tuple[bytes, bytes]:
        kind, length = child.FRAME.unpack(self._read(child.FRAME.size))
        content = self._read(length)
        if kind == child.REFUSED:
            code, params = json.loads(content)
            raise self._noted(FileError(code, **params))
        return kind, content

    def _read(self, length: int) -> bytes:
        parts = []
        until = time.monotonic() + SILENCE_SECONDS
        while length:
            left = until - time.monotonic()
            if left <= 0 or not self.poll.poll(left * 1000):
                raise FileError("too_slow")
            part = os.read(self.output, min(length, child.MEGABYTE))
            if not part:
                self._raise_end()
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _raise_end(self) -> Any:
        """Tell from how the process ended what was wrong with the file."""
        try:
            ended = self.process.wait(FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            ended = 0
        said = self._said()
        if ended == -signal.SIGXCPU:
            raise FileError("too_slow")
        if "memory allocation" in said or "MemoryError" in said:
            raise FileError("too_much_memory")
        if ended == -signal.SIGKILL:
            # By the processor limit's last word, or by the system short of memory.
            raise FileError("too_much_memory")
        raise self._noted(FileError("reader_failed"))

    def _noted(self, error: FileError) -> FileError:
        """For the log: what a reader said that failed on its own account."""
        if error.code == "reader_failed":
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(FAREWELL_SECONDS)
            error.add_note(self._said())
        return error

    def _said(self) -> str:
        size = self.complaints.seek(0, os.SEEK_END)
        self.complaints.seek(max(0, size - 2000))
        return self.complaints.read().decode(errors="replace")
