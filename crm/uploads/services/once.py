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


@transaction.atomic
def once(
    key: str, *, by: User, sha256: str, work: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """Do `work` unless it was done under this key; and whether it was.

    What `work` raises leaves the key free: mended, it may be sent under it again.
    """
    if not key:
        return work(), False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"crm.api_hand_in {by.pk} {key}"],
        )
        if not cursor.fetchone()[0]:
            raise InProgressError
    earlier = ApiHandIn.objects.filter(user=by, key=key).select_related("batch").first()
    if earlier is None:
        answer = work()
        ApiHandIn.objects.create(
            user=by,
            key=key,
            sha256=sha256,
            batch=answer.batch,
            status_code=answer.status_code,
            answer=answer.content,
        )
        return answer, False
    if earlier.sha256 != sha256 or earlier.batch is None:
        raise KeyReusedError
    return Answer(earlier.batch, earlier.status_code, earlier.answer), True


def forget_keys() -> int:
    """Forget keys that nobody will send again; how many there were."""
    old = ApiHandIn.objects.filter(sent_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
