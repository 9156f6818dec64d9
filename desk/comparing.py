"""Two customers side by side: what each is known by, and how much hangs on each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.text import listed
from complaints.models import Case
from crm.models import Customer, Interaction, Repair, Sale
from crm.phones import masked
from crm.templatetags.crm import masked_id, short_vin
from followups.models import Task

COUNTED: list[tuple[Any, Any]] = [
    (_("Sales"), Sale),
    (_("Repairs"), Repair),
    (_("Calls"), Interaction),
    (_("Cases"), Case),
    (_("Follow-up calls"), Task),
]


@dataclass(frozen=True)
class Line:
    """What is compared, and what it is for each of the two."""

    label: Any
    values: list[str]
    is_number: bool = False

    @property
    def differs(self) -> bool:
        return self.values[0] != self.values[1]


def compare(one: Customer, other: Customer) -> list[Line]:
    both = (one, other)
    return [
        *(Line(label, [show(person) for person in both]) for label, show in SHOWN),
        *(
            Line(label, [str(number[person.pk]) for person in both], is_number=True)
            for label, number in counts(one, other)
        ),
    ]


def counts(one: Customer, other: Customer) -> list[tuple[Any, dict[int, int]]]:
    found = []
    for label, model in COUNTED:
        rows = model.objects.filter(customer__in=[one, other]).order_by()
        number = dict(rows.values_list("customer").annotate(number=Count("pk")))
        found.append(
            (label, {person.pk: number.get(person.pk, 0) for person in (one, other)})
        )
    return found


def better_known(one: Customer, other: Customer) -> Customer:
    """Who is kept unless somebody says otherwise: on whom more hangs, else the older.

    Nothing is lost either way; only the name, and what both say differently, is.
    """
    records = {one.pk: 0, other.pk: 0}
    for _label, number in counts(one, other):
        for pk in records:
            records[pk] += number[pk]
    return max(
        (one, other),
        key=lambda person: (records[person.pk], -person.created_at.timestamp()),
    )


def numbers(person: Customer) -> str:
    return listed(
        _("%(number)s (wrong)") % {"number": masked(phone.number)}
        if phone.is_wrong
        else masked(phone.number)
        for phone in person.phones.all()
    )


def cars(person: Customer) -> str:
    owned = [ownership.vehicle for ownership in person.ownerships.all()]
    told = dict.fromkeys(
        " ".join(filter(None, [car.model, car.plate, short_vin(car.vin)]))
        for car in owned
    )
    return listed(told)


def place(person: Customer) -> str:
    parts = (person.province, person.city, person.address)
    return " ".join(filter(None, parts))


SHOWN: list[tuple[Any, Callable[[Customer], str]]] = [
    (_("Kind"), lambda person: str(person.get_kind_display())),
    (_("Phone"), numbers),
    (_("Identity"), lambda person: masked_id(person.id_number)),
    (_("Gender"), lambda person: str(person.get_gender_display())),
    (_("Place"), place),
    (_("Cars"), cars),
    (
        _("Asked not to be called"),
        lambda person: str(_("yes") if person.do_not_call else _("no")),
    ),
    (_("Since"), lambda person: date_format(person.created_at, "Y-m-d")),
]
