"""Workers whose queue outlives any of them, and who let people at pages go first."""

import fcntl
import os
import tempfile
from contextlib import suppress
from typing import Any, Literal

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django_q import cluster
from django_q.queues import Queue


class LockThatEndsWithItsHolder:
    """Held by the process that waits for the next task.

    The semaphore of the standard library stays taken when that process is killed, and
    all others then wait for it for ever.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- open as long as we are

    def __enter__(self) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_EX)

    def __exit__(self, *error: object) -> Literal[False]:
        fcntl.lockf(self._file, fcntl.LOCK_UN)
        return False


class SturdyQueue(Queue):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rlock = LockThatEndsWithItsHolder()


def use_sturdy_queues() -> None:
    cluster.Queue = SturdyQueue


# On a busy machine a tenth of what a page gets; on an idle one, everything.
NICENESS = 10


def let_pages_go_first() -> None:
    """Make this process, its children and its server processes here yield to others."""
    os.nice(NICENESS)
    if settings.LOCAL:
        connection_created.connect(_slow_down)


def _slow_down(*, connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    with suppress(OSError):
        pid = connection.connection.info.backend_pid
        os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
