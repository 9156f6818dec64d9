"""What the database holds about the rows of one page, in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.translation import gettext as _

from crm.models import (
    Customer,
    Ownership,
    Repair,
    Sale,
    UploadBatch,
    UploadRow,
    Vehicle,
)
from crm.uploads.changes.counts import known_people

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User


@dataclass
class Known:
    """Records by their number, cars by VIN, people as posting would take them."""

    records: dict[str, Any]
    vehicles: dict[str, Vehicle]
    customers: dict[int, Customer]
    people: dict[int, int]
    owned: dict[int, list[Ownership]]
    may_see: set[tuple[type[Model], int]]

    def person(self, row: UploadRow) -> Customer | None:
        return self.customers.get(self.people.get(row.person, 0))

    def sees(self, thing: Customer | Vehicle | None) -> bool:
        return thing is None or (type(thing), thing.pk) in self.may_see

    def name(self, customer: Customer | None, given: str = "") -> str:
        """Under which name they go on: known under another one they keep theirs.

        What the row itself gives, gives nothing away.
        """
        if customer is None:
            return given
        if customer.name == given or self.sees(customer):
            return customer.name
        return _("another customer")

    def owner(self, vehicle: Vehicle | None) -> Customer | None:
        owned = self.owned.get(vehicle.pk, []) if vehicle else []
        return next((own.customer for own in owned if own.to_on is None), None)


def known_about(
    batch: UploadBatch,
    rows: Iterable[UploadRow],
    given: dict[int, dict[str, str]],
    user: User | None,
) -> Known:
    is_sales = batch.kind == UploadBatch.Kind.SALES
    key = "sale_no" if is_sales else "order_no"
    numbers = [values[key] for values in given.values()]
    if is_sales:
        found: Any = Sale.objects.filter(
            dealer=batch.organisation_id, sale_no__in=numbers
        )
    else:
        found = Repair.objects.filter(
            station=batch.organisation_id, order_no__in=numbers
        ).prefetch_related("lines")
    records = {
        getattr(record, key): record
        for record in found.select_related("customer", "vehicle")
    }
    vins = [values["vin"] for values in given.values()]
    vehicles = {v.vin: v for v in Vehicle.objects.filter(vin__in=vins)}
    people = known_people(batch, {row.person for row in rows if row.person})
    customers = Customer.objects.prefetch_related("phones").in_bulk(people.values())
    cars = {vehicle.pk for vehicle in vehicles.values()}
    cars |= {record.vehicle_id for record in records.values()}
    owned: dict[int, list[Ownership]] = defaultdict(list)
    ownerships = Ownership.objects.filter(vehicle__in=cars)
    for ownership in ownerships.select_related("customer").order_by("from_on"):
        owned[ownership.vehicle_id].append(ownership)
    owners = {own.customer_id for owns in owned.values() for own in owns}
    may_see = _seen(user, owners | set(customers), cars)
    return Known(records, vehicles, customers, people, owned, may_see)


def _seen(
    user: User | None, customers: set[int], cars: set[int]
) -> set[tuple[type[Model], int]]:
    wanted: list[tuple[type[Model], set[int], Any]] = [
        (Customer, customers, Customer.objects),
        (Vehicle, cars, Vehicle.objects),
    ]
    return {
        (model, pk)
        for model, ids, rows in wanted
        for pk in (
            ids
            if user is None or user.sees_everything
            else rows.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)
        )
    }
