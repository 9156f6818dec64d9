"""Rows as people name them: “3, 12-20”, with the marks a Chinese keyboard gives."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_TO = re.compile(r"\s*(?:[-\u2013\u2014~\uff0d\uff5e]+|至|到)\s*")
_APART = re.compile(r"[\s,;、\uff0c\uff1b]+")
_SPAN = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
MOST = 200_000


def read_numbers(text: str) -> set[int]:
    """The numbers and spans of numbers; raises ValidationError for anything else."""
    numbers: set[int] = set()
    for part in filter(None, _APART.split(_TO.sub("-", text.strip()))):
        found = _SPAN.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if last < first:
            raise ValidationError(
                _("Give rows by their numbers, as 3, 12-20; not: %(part)s."),
                params={"part": part[:50]},
            )
        if last - first + len(numbers) >= MOST:
            raise ValidationError(_("These are too many rows."))
        numbers.update(range(first, last + 1))
    return numbers
