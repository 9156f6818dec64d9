"""The same key, the same answer: a dealer's system may send again what it sent.

After draft-ietf-httpapi-idempotency-key-header. All is one transaction under a lock on
the key, so there is nothing to tidy up after a server that was killed: the key is free,
and no batch was made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from crm.models import ApiHandIn, UploadBatch

KEPT = timedelta(days=7)


class InProgressError(Exception):
    """What was sent under this key first is still being worked on."""


class KeyReusedError(Exception):
    """Something else was sent under this key before."""


@dataclass(frozen=True)
class Answer:
    batch: UploadBatch
    status_code: int
    content: dict[str, Any]
    is_said_again: bool = False


@transaction.atomic
def once(
    key: str,
    *,
    by: User,
    sha256: str,
    receive: Callable[[], UploadBatch],
    answer: Callable[[UploadBatch], dict[str, Any]],
    status_code: int,
) -> Answer:
    """Receive a batch and answer, unless that was done under this key: then as before.

    What `receive` or `answer` raise leaves the key free: mended, what was refused may
    be sent under it again.
    """
    if key:
        _hold(key, by)
        earlier = ApiHandIn.objects.filter(user=by, key=key).select_related("batch")
        if known := earlier.first():
            if known.sha256 != sha256 or known.batch is None:
                raise KeyReusedError
            return Answer(known.batch, known.status_code, known.answer, True)
    batch = receive()
    try:
        content = answer(batch)
        if key:
            ApiHandIn.objects.create(
                user=by,
                key=key,
                sha256=sha256,
                batch=batch,
                status_code=status_code,
                answer=content,
            )
    except BaseException:
        # The batch is rolled back; the stored file would stay without it.
        batch.file.delete(save=False)
        raise
    return Answer(batch, status_code, content)


def _hold(key: str, by: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"crm.api_hand_in {by.pk} {key}"],
        )
        if not cursor.fetchone()[0]:
            raise InProgressError


def forget_keys() -> int:
    """Forget keys that nobody will send again; how many there were."""
    old = ApiHandIn.objects.filter(sent_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
