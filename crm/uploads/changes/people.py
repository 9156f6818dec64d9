"""A row's customer: who it would be taken for, and what would change about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.text import listed
from crm import phones
from crm.models import Customer
from crm.templatetags.crm import masked_id
from crm.uploads.changes.touched import Change, Touched, kept, touched
from crm.uploads.problems import HIDDEN

if TYPE_CHECKING:
    from crm.uploads.changes.known import Known


def customer_change(
    given: dict[str, str], customer: Customer | None, known: Known, name: str
) -> Touched:
    """Numbers are whole only where the row itself says them."""
    seen = known.sees(customer)
    own = given["phone"].split()
    numbers = [phone.number for phone in customer.phones.all()] if customer else []
    after = _numbers_after(numbers, own)

    def shown(number: str) -> str:
        return phones.display(number) if number in own else phones.masked(number)

    fields = [
        Change(
            _("Name"),
            known.name(customer, given[name]) if customer else "",
            known.name(customer, given[name]),
        ),
        Change(
            _("Telephone"),
            listed(shown(n) for n in numbers if seen or n in own),
            listed(shown(n) for n in after if seen or n in own),
        ),
    ]
    for column, label in (
        ("gender", _("Gender")),
        ("id_number", _("Identity number")),
        ("province", _("Province")),
        ("city", _("City")),
        ("address", _("Address")),
    ):
        if column in given:
            sent = given[column]
            now = getattr(customer, column, "")
            then = kept(now, sent)
            fields.append(
                Change(
                    label,
                    _shown(column, now, is_whole=now == sent, seen=seen),
                    _shown(column, then, is_whole=then == sent, seen=seen),
                )
            )
    return touched(_("Customer"), fields, is_known=customer is not None)


def _numbers_after(known: list[str], given: list[str]) -> list[str]:
    """A new number that stands first in its cell is called first."""
    new = [number for number in given if number not in known]
    if new and new[0] == given[0]:
        return [new[0], *known, *new[1:]]
    return [*known, *new]


def _shown(column: str, fact: str, *, is_whole: bool, seen: bool) -> str:
    if not fact:
        return ""
    if not seen and not is_whole:
        return HIDDEN
    if column == "gender":
        return str(Customer.Gender(fact).label)
    if column == "id_number" and not is_whole:
        return masked_id(fact)
    return fact
