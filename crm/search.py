"""One box for all: a customer by phone, name, plate or VIN, however it is written.

Each way reads one index and gives customers' ids; the ways are joined by UNION, which
the planner runs one by one, where an OR over joined tables would read them whole.
"""

import re
from typing import Any

from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Upper

from accounts.models import User
from crm import plates
from crm.models import Customer, Ownership, Phone, Repair, Vehicle
from crm.models.columns import each_character_twice
from crm.phones import PhoneError, digits, parse, visible
from crm.querysets import CustomerQuerySet

PHONE_LIKE = re.compile(r"[\d\s+()（）\-–—./、,，;；#*转]+")
PLATE_LIKE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{2,6}[\u4e00-\u9fff]?")
VIN_PART = re.compile(r"[A-Z0-9]{6,17}")
FEWEST_DIGITS = 4
FEWEST_OF_A_NUMBER = 7

Ids = QuerySet[Any, Any]


def find_customers(text: str, user: User) -> CustomerQuerySet:
    """Those `user` may see whom `text` fits, exact fits first; none for no text."""
    text = visible(text)[:100]
    ids = [*_by_phone(text), *_by_car(text), *_by_name(text)]
    seen = Customer.objects.visible_to(user)
    if not ids:
        return seen.none()
    found = seen.filter(pk__in=ids[0].union(*ids[1:]) if len(ids) > 1 else ids[0])
    return found.order_by(_rank(text), "name", "pk")


def find_by_phone(text: str, user: User) -> CustomerQuerySet:
    """Those `user` may see with this number, or one that ends in these digits."""
    seen = Customer.objects.visible_to(user)
    ids = _by_phone(visible(text)[:100])
    return seen.filter(pk__in=ids[0]) if ids else seen.none()


def _by_phone(text: str) -> list[Ids]:
    phones = Phone.objects.order_by()
    if numbers := _numbers(text):
        phones = phones.filter(number__in=numbers)
    elif ending := _ending(text):
        phones = phones.filter(number_reversed__startswith=ending[::-1])
    else:
        return []
    return [phones.values("customer")]


def _by_car(text: str) -> list[Ids]:
    condition = Q()
    if vin := _vin(text):
        condition |= (
            Q(vin=vin) if len(vin) == 17 else Q(vin_reversed__startswith=vin[::-1])
        )
    for plate in _plates(text):
        condition |= Q(plate__startswith=plate)
    if not condition:
        return []
    cars = Vehicle.objects.filter(condition).order_by().values("pk")
    return [
        rows.objects.filter(vehicle__in=cars)
        .exclude(customer=None)
        .order_by()
        .values("customer")
        for rows in (Ownership, Repair)
    ]


def _by_name(text: str) -> list[Ids]:
    """One character begins a name; more may stand anywhere in it."""
    if not text or PHONE_LIKE.fullmatch(text) or _numbers(text):
        return []
    customers = Customer.objects.order_by()
    if len(text) == 1:
        found = customers.filter(name__startswith=text)
    else:
        twice = "".join(character * 2 for character in text.upper())
        doubled = customers.alias(doubled=each_character_twice(Upper("name")))
        found = doubled.filter(doubled__contains=twice)
    # A name that somebody had before they were merged leads to who they are now.
    return [found.values(now=Coalesce("merged_into", "pk"))]


def _rank(text: str) -> Case:
    """0 for the whole number, plate, VIN or name, 1 for a name's beginning, 2 else."""
    whole = Q(name__iexact=text)
    if numbers := _numbers(text):
        whole |= Q(
            Exists(Phone.objects.filter(customer=OuterRef("pk"), number__in=numbers))
        )
    car = Q()
    if vin := _vin(text):
        car |= Q(vehicle__vin=vin)
    if plates_meant := _plates(text):
        car |= Q(vehicle__plate__in=plates_meant)
    if car:
        owned = Ownership.objects.filter(car, customer=OuterRef("pk"))
        whole |= Q(Exists(owned))
    return Case(
        When(whole, then=Value(0)),
        When(name__istartswith=text, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )


def _numbers(text: str) -> list[str]:
    """Also with a label, a name or an extension beside it, as uploads take it."""
    if len(digits(text)) < FEWEST_OF_A_NUMBER:
        return []
    try:
        return parse(text)
    except PhoneError:
        return []


def _ending(text: str) -> str:
    """The digits, when they are enough to look for numbers that end in them."""
    found = digits(text) if PHONE_LIKE.fullmatch(text) else ""
    return found if len(found) >= FEWEST_DIGITS else ""


def _vin(text: str) -> str:
    compact = plates.clean(text)
    return compact if VIN_PART.fullmatch(compact) else ""


def _plates(text: str) -> list[str]:
    """A plate's beginning as it may have been handed in: with the dot or without."""
    compact = plates.clean(text)
    if not PLATE_LIKE.fullmatch(compact):
        return []
    return [compact, f"{compact[:2]}·{compact[2:]}"]
