"""A row's record, and through it all else the row touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.text import listed
from crm.models import Repair, RepairLine, Sale
from crm.uploads.changes.cars import car_change, owner_changes
from crm.uploads.changes.people import customer_change
from crm.uploads.changes.touched import Change, Touched, text, touched

if TYPE_CHECKING:
    from crm.models import UploadRow
    from crm.uploads.changes.known import Known


def sale_changes(row: UploadRow, given: dict[str, str], known: Known) -> list[Touched]:
    sale: Sale | None = known.records.get(given["sale_no"])
    customer = known.person(row)
    fields = [
        Change(_("Sale number"), sale.sale_no if sale else "", given["sale_no"]),
        Change(
            _("Buyer"),
            sale.customer.name if sale else "",
            known.name(customer, given["buyer"]),
        ),
        Change("VIN", sale.vehicle.vin if sale else "", given["vin"]),
        *(
            Change(label, text(getattr(sale, name, None)), given[name])
            for name, label in (
                ("price", _("Price")),
                ("invoice_no", _("Invoice number")),
                ("invoiced_on", _("Invoiced")),
                ("delivered_on", _("Delivered")),
                ("salesperson", _("Salesperson")),
            )
        ),
    ]
    return [
        _record(_("Sale"), sale, fields, row),
        customer_change(given, customer, known, "buyer"),
        car_change(given, known, ("engine_no", "model", "colour")),
        *owner_changes(given, sale, customer, known),
    ]


def repair_changes(
    row: UploadRow, given: dict[str, str], known: Known
) -> list[Touched]:
    repair: Repair | None = known.records.get(given["order_no"])
    lines = list(repair.lines.all()) if repair else []
    vehicle = known.vehicles.get(given["vin"])
    brought_by = known.person(row) if row.person else known.owner(vehicle)
    was = repair.customer if repair else None
    fields = [
        Change(_("Order number"), repair.order_no if repair else "", given["order_no"]),
        Change(
            _("Customer"),
            was.name if was else "",
            known.name(brought_by, given["customer"] if row.person else ""),
        ),
        Change("VIN", repair.vehicle.vin if repair else "", given["vin"]),
        Change(
            _("Repair type"),
            repair.get_kind_display() if repair else "",
            str(Repair.Kind(given["kind"]).label),
        ),
        *(
            Change(
                label, text(getattr(repair, name, None)), given[name].replace("T", " ")
            )
            for name, label in (
                ("in_at", _("In")),
                ("out_at", _("Out")),
                ("mileage", _("Mileage, km")),
                ("statement", _("Customer's statement")),
                ("labour_cost", _("Labour")),
                ("material_cost", _("Material")),
                ("total", _("Total")),
                ("adviser", _("Service adviser")),
            )
        ),
        *(
            Change(
                label,
                listed(line.name for line in lines if line.kind == kind),
                listed(_items(given[name])),
            )
            for kind, name, label in (
                (RepairLine.Kind.WORK, "work", _("Work done")),
                (RepairLine.Kind.PART, "parts", _("Parts fitted")),
            )
        ),
    ]
    found = [_record(_("Repair"), repair, fields, row)]
    if row.person:
        found.append(customer_change(given, known.person(row), known, "customer"))
    found.append(car_change(given, known, ("plate", "mileage")))
    return found


def _record(
    title: str, record: Sale | Repair | None, fields: list[Change], row: UploadRow
) -> Touched:
    """Content that is the same as before has nothing to post."""
    is_same = record is not None and record.content == row.content
    return touched(title, fields, is_known=record is not None, is_same=is_same)


def _items(listing: str) -> list[str]:
    for mark in ",;/":
        listing = listing.replace(mark, "、")
    return [item.strip() for item in listing.split("、") if item.strip()]
