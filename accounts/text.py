"""Words put together the way the reader's language does it."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def listed(words: Iterable[object]) -> str:
    """The words of a list: “a, b” in English, “a、b” in Chinese."""
    return pgettext("between the words of a list", ", ").join(map(str, words))
