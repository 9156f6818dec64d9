from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Let the services believe it is `moment`, so that history is made by them."""
    with patch("django.utils.timezone.now", lambda: moment):
        yield moment
