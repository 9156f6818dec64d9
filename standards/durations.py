"""Spans of time in words."""

from django.utils.translation import gettext as _


def in_words(seconds: float, *, working: bool = False) -> str:
    """The two largest units, as "2 h 5 min"; below a minute, seconds.

    Working time is told in hours: 24 of them are more than one working day.
    """
    left = abs(round(seconds))
    units = [
        *([] if working else [(86_400, _("{n} d"))]),
        (3_600, _("{n} h")),
        (60, _("{n} min")),
        (1, _("{n} s")),
    ]
    parts = []
    for size, words in units:
        count, left = divmod(left, size)
        if count:
            parts.append(words.format(n=count))
        elif parts:
            break
    return " ".join(parts[:2]) or _("{n} s").format(n=0)
