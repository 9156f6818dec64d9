"""The processes that `make run` starts, starts again and stops."""

import os
import signal
import subprocess
import time
from contextlib import suppress

STOP_AFTER = 20  # seconds a child has for a graceful stop
# One that ended after less than this was no use, and so often it may be none.
SOON = 30.0  # seconds
TIMES = 5


class Child:
    def __init__(self, name: str, command: list[str]) -> None:
        self.name = name
        self.command = command
        self.ended_soon = 0
        self._start()

    def _start(self) -> None:
        self.started_at = time.monotonic()
        # A session of its own, so that Ctrl-C reaches the parent alone, which then
        # stops its children in order.
        self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def start_again(self) -> bool:
        """After a pause that grows; False when it has ended soon too often."""
        if time.monotonic() - self.started_at > SOON:
            self.ended_soon = 0
        self.ended_soon += 1
        if self.ended_soon > TIMES:
            return False
        self.end_rest()
        time.sleep(2 ** (self.ended_soon - 2))
        self._start()
        return True

    def end_rest(self) -> None:
        """What it had started itself and left behind when it was killed."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def stop_all(children: list[Child]) -> None:
    for child in children:
        if not child.has_ended:
            child.process.terminate()
    deadline = time.monotonic() + STOP_AFTER
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.1, deadline - time.monotonic()))
        child.end_rest()
        child.process.wait()
