"""How refused rows are marked on their way out, so that they are known on return.

The mark stands in the header of two columns added to those that were sent: the reason
and the row's number. It holds the upload's number, whatever program saved the file, in
whatever language it was taken out and wherever the columns went.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

_MARK = re.compile(r"(?:upload|上传)\s*#\s*(\d{1,18})\b(\W*csv)?")
_NUMBER_OF_ROW = re.compile(r"row|行")


@dataclass(frozen=True)
class Mark:
    """`upload` is whose refused rows these are; the others are places of columns."""

    upload: int
    added: frozenset[int]
    number_at: int | None
    is_guarded: bool


def headers(upload: int, *, is_guarded: bool = False) -> list[str]:
    """The headers of the two columns that are added: the reason, the row's number."""
    guard = " · CSV" if is_guarded else ""
    return [
        _("What is wrong · upload #%(number)s") % {"number": upload} + guard,
        _("Row · upload #%(number)s") % {"number": upload} + guard,
    ]


def find_mark(header: Sequence[str]) -> Mark | None:
    """The mark in a header, if it is that of refused rows."""
    added: dict[int, re.Match[str]] = {}
    number_at = None
    for at, text in enumerate(header):
        plain = unicodedata.normalize("NFKC", text).casefold().strip(" '")
        if found := _MARK.search(plain):
            added[at] = found
            if _NUMBER_OF_ROW.match(plain):
                number_at = at
    if not added:
        return None
    first = next(iter(added.values()))
    return Mark(
        upload=int(first[1]),
        added=frozenset(added),
        number_at=number_at,
        is_guarded=bool(first[2]),
    )
