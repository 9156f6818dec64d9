"""The most memory that any process took: ours, those it started, the database's."""

import os
import threading
from collections import defaultdict
from types import TracebackType
from typing import Self

import psutil
from django.db import connection

MEGABYTE = 1024 * 1024


class Peaks:
    """Looks at all processes ten times a second until the block is left.

    `megabytes` by kind. What the server's processes share counts in each of them.
    """

    def __init__(self) -> None:
        self.megabytes: dict[str, int] = defaultdict(int)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = psutil.Process(cursor.fetchone()[0])
        parent = backend.parent()
        assert parent is not None
        self._server = parent
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        us = psutil.Process(os.getpid())
        while not self._is_over.wait(0.1):
            self._note("ours", us)
            for child in us.children(recursive=True):
                self._note("reader", child)
            for child in self._server.children():
                self._note("database", child)

    def _note(self, kind: str, process: psutil.Process) -> None:
        try:
            size = process.memory_info().rss // MEGABYTE
        except psutil.NoSuchProcess:
            return
        self.megabytes[kind] = max(self.megabytes[kind], size)
