from contextlib import suppress
from datetime import timedelta

from django.core.exceptions import ValidationError

from crm import duplicates, merging

# Longer than from one run to the next, for one that was missed or came late.
LATELY = timedelta(hours=2)


def find_duplicates() -> int:
    return duplicates.find_duplicates().kept


def find_duplicates_lately() -> int:
    """Around what was posted lately; and what a merge has missed is gathered."""
    with suppress(ValidationError):  # A long file is being posted: next time, then.
        merging.gather_strays()
    return duplicates.find_duplicates(lately=LATELY).kept
