"""How often a program may ask: counted in the database, for all web processes."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from django.db import connection
from rest_framework.throttling import ScopedRateThrottle

if TYPE_CHECKING:
    # REST framework's views look for this throttle while they are being loaded.
    from rest_framework.request import Request
    from rest_framework.views import APIView

# One time a caller is all there is to keep: until when what they asked so far is paid
# for, if each request costs its part of the period (a leaky bucket, known as GCRA).
# One statement decides, so two requests at once can never both be the last allowed.
# Half a request more is allowed than is meant: of two at once, who asked first may
# come second.
_TAKE = """
    INSERT INTO accounts_throttle AS known (key, free_at)
    VALUES (%(key)s, statement_timestamp() + %(each)s * interval '1 second')
    ON CONFLICT (key) DO UPDATE
    SET free_at = greatest(known.free_at, statement_timestamp())
                  + %(each)s * interval '1 second'
    WHERE known.free_at
          <= statement_timestamp() + (%(period)s - %(each)s / 2) * interval '1 second'
    RETURNING key
"""
_WAIT = """
    SELECT extract(epoch FROM free_at - statement_timestamp())
    FROM accounts_throttle WHERE key = %(key)s
"""


class SharedThrottle(ScopedRateThrottle):
    """At most so many at once, and as many again over each period.

    REST framework's own throttles count in the cache, here each process for itself, and
    two at once may count as one.
    """

    left_to_wait: int | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.scope = getattr(view, self.scope_attr, None)
        if not self.scope:
            return True
        many, period = self.parse_rate(self.get_rate())
        if not many or not period:
            return True
        each = period / many
        key = self.get_cache_key(request, view)
        facts = {"key": key, "period": period, "each": each}
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, facts)
            if cursor.fetchone():
                return True
            cursor.execute(_WAIT, facts)
            found = cursor.fetchone()
        ahead = float(found[0]) if found else 0.0
        self.left_to_wait = max(1, ceil(ahead - period + each / 2))
        return False

    def wait(self) -> float | None:
        return self.left_to_wait
