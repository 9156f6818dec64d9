"""Case numbers: C, the local day, and a count that starts anew each day."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def take_numbers(at: datetime, count: int = 1) -> list[str]:
    """The day's next `count` numbers. Call it inside the transaction that uses them.

    The day's row stays locked until the commit, so no number is given twice and a
    case that was not saved leaves no gap.
    """
    day = timezone.localdate(at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO complaints_caseday AS taken (day, last) VALUES (%s, %s)"
            " ON CONFLICT (day) DO UPDATE SET last = taken.last + EXCLUDED.last"
            " RETURNING last",
            [day, count],
        )
        last: int = cursor.fetchone()[0]
    return [f"C{day:%Y%m%d}-{n:04d}" for n in range(last - count + 1, last + 1)]
