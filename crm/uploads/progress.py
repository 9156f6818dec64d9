"""How far the work on a batch has come: seen while its transaction is still open.

The worker reports through a database connection of its own, which also holds the
batch's lock: the lock ends with the process, however that ends, so whoever finds it
free knows that nobody is at work (services/resuming.py).
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from django.db import Error, connection, connections
from django.utils import timezone

from crm.models import UploadProgress

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from accounts.models import User
    from crm.models import UploadBatch

Stage = UploadProgress.Stage

# Any number that no other advisory lock here uses; the batch's id is its second part.
LOCK = 7_304_002
EVERY = 1.0  # second

# A report is worth no wait, neither for a lock nor for the disk.
_PATIENCE = """
    SET lock_timeout = '500ms';
    SET statement_timeout = '2s';
    SET synchronous_commit = off;
"""
_BEGIN = """
    UPDATE crm_uploadprogress
    SET stage = %(stage)s, rows_done = 0, rows_total = %(total)s,
        stage_started_at = %(now)s, updated_at = %(now)s
    WHERE batch_id = %(batch)s
    RETURNING is_cancelled
"""
_REPORT = """
    UPDATE crm_uploadprogress
    SET rows_done = %(done)s, rows_total = coalesce(%(total)s, rows_total),
        updated_at = %(now)s
    WHERE batch_id = %(batch)s
    RETURNING is_cancelled
"""
_TRY_AGAIN = """
    UPDATE crm_uploadprogress SET attempts = least(attempts + 1, 100)
    WHERE batch_id = %(batch)s
"""
_AT_WORK = """
    SELECT objid::bigint FROM pg_locks
    WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Cancelled(Exception):  # noqa: N818 -- somebody's wish, not an error
    """Somebody wants the work stopped; its transaction is to be taken back."""


class Progress:
    """Reports on the work on one batch, from `with` to its end.

    Nothing that goes wrong here may harm the work: then it only falls silent.
    """

    def __init__(self, batch_id: int) -> None:
        self.batch_id = batch_id
        self.is_taken = False
        self._connection: BaseDatabaseWrapper | None = None
        self._next = 0.0

    def __enter__(self) -> Self:
        """`is_taken` tells afterwards whether somebody else is at work on the batch."""
        own = connections["default"].copy()
        try:
            with own.cursor() as cursor:
                cursor.execute(_PATIENCE)
                cursor.execute(
                    "SELECT pg_try_advisory_lock(%s, %s)", [LOCK, self.batch_id]
                )
                self.is_taken = not cursor.fetchone()[0]
                if not self.is_taken:
                    cursor.execute(_TRY_AGAIN, {"batch": self.batch_id})
        except Error:
            _close(own)
        else:
            self._connection = own
        return self

    def __exit__(self, *error: object) -> None:
        if self._connection is not None:
            # At once: what the server does after a farewell may take it a while.
            with suppress(Error), self._connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
            _close(self._connection)
            self._connection = None

    def begin(self, stage: str, total: int | None = None) -> None:
        """From now on what is reported are rows of this stage."""
        self._next = time.monotonic() + EVERY
        self._write(_BEGIN, stage=stage, total=total)

    def report(self, done: int, total: int | None = None) -> None:
        """Written once a second at most; raises Cancelled when that is wanted."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            self._write(_REPORT, done=done, total=total)

    def _write(self, statement: str, **params: Any) -> None:
        if self._connection is None:
            return
        params |= {"batch": self.batch_id, "now": timezone.now()}
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, params)
                row = cursor.fetchone()
        except Error:
            return
        if row is not None and row[0]:
            raise Cancelled


def at_work() -> set[int]:
    """The batches that a living process is at work on."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_WORK, [LOCK])
        return {batch_id for (batch_id,) in cursor.fetchall()}


def wait_for_turn(batch: UploadBatch) -> None:
    """The batch is queued: nothing of an earlier work on it counts any more.

    Called in the transaction that queues it.
    """
    UploadProgress.objects.update_or_create(
        batch=batch,
        defaults={
            "stage": Stage.WAITING,
            "rows_done": 0,
            "rows_total": None,
            "stage_started_at": None,
            "updated_at": timezone.now(),
            "attempts": 0,
            "is_cancelled": False,
            "cancelled_by": None,
        },
    )


def end(batch: UploadBatch) -> None:
    """The last step of the work, in its transaction; raises Cancelled if asked to stop.

    From here to the commit nobody can ask for it any more: who tries waits, and finds
    the batch done.
    """
    found = UploadProgress.objects.filter(batch=batch)
    found.update(stage=Stage.WAITING, stage_started_at=None, attempts=0)
    if found.filter(is_cancelled=True).exists():
        raise Cancelled


def ask_to_stop(batch: UploadBatch, *, by: User | None) -> bool:
    """Tell who is at work on the batch to stop; False when nobody is."""
    working = UploadProgress.objects.filter(batch=batch).exclude(stage=Stage.WAITING)
    return bool(working.update(is_cancelled=True, cancelled_by=by))


def _close(own: BaseDatabaseWrapper) -> None:
    with suppress(Error):
        own.close()
