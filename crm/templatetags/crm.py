"""Numbers masked until somebody asks, on the record, to see more; lists of words."""

from collections.abc import Iterable

from django import template

from accounts import text
from crm import phones

register = template.Library()


@register.filter
def masked_phone(number: str) -> str:
    return phones.masked(number) if number else ""


@register.filter
def phone(number: str) -> str:
    """In full, the way people write it."""
    return phones.display(number) if number else ""


@register.filter
def masked_id(number: str) -> str:
    """The first three and the last two: 110***********21."""
    if len(number) < 8:
        return "*" * len(number)
    return f"{number[:3]}{'*' * (len(number) - 5)}{number[-2:]}"


@register.filter
def short_vin(vin: str) -> str:
    return f"…{vin[-6:]}" if vin else ""


@register.filter
def listed(words: Iterable[object]) -> str:
    return text.listed(words)
