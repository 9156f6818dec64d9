"""Numbers masked until somebody asks, on the record, to see more; lists of words."""

from collections.abc import Iterable
from functools import partial

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join

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
def row_links(numbers: Iterable[int], batch_id: int) -> str:
    """Row numbers, each a link to the page about the row."""
    row_page = partial(reverse, "crm:batch_row")
    links = [
        format_html('<a href="{}">{}</a>', row_page(args=[batch_id, number]), number)
        for number in numbers
    ]
    return format_html_join(text.listed(["", ""]), "{}", ((link,) for link in links))


@register.filter
def listed(words: Iterable[object]) -> str:
    return text.listed(words)
