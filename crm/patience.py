"""How long somebody who looks at a page waits for others: seconds, not a long file."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

LONGEST_WAIT = "5s"
# Files are posted or taken back, and customers merged, one after the other.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('crm.uploads.posting'))"


@contextmanager
def not_for_long(busy: str) -> Iterator[None]:
    """A transaction that ends with the message `busy` if others are in its way.

    They hold a lock for too long, or this one holds what they wait for in turn.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('lock_timeout', %s, true)", [LONGEST_WAIT]
                )
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
            raise
        raise ValidationError(busy, code="busy") from error


def one_at_a_time() -> None:
    """Until the transaction ends nothing else is posted, taken back or merged."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
