"""The queue between the worker's processes, made so that any of them may be killed."""

import fcntl
import tempfile
from typing import Any, Literal

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
