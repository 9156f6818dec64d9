"""A row's car: what would change about it, and who would own it from when to when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from crm.uploads.changes.touched import Change, Touched, kept, text, touched
from crm.uploads.problems import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crm.models import Customer, Sale, Vehicle
    from crm.uploads.changes.known import Known


def car_change(given: dict[str, str], known: Known, columns: Sequence[str]) -> Touched:
    vehicle = known.vehicles.get(given["vin"])
    labels = {
        "engine_no": _("Engine number"),
        "model": _("Model"),
        "colour": _("Colour"),
        "plate": _("Plate"),
        "mileage": _("Mileage, km"),
    }
    fields = [Change("VIN", vehicle.vin if vehicle else "", given["vin"])]
    for column in columns:
        sent = given[column]
        now = text(getattr(vehicle, column, None))
        after = kept(now, sent)
        if column == "mileage" and now and after:
            after = str(max(int(now), int(after)))
        if not known.sees(vehicle):
            # What the row itself says gives nothing away.
            now, after = (
                fact if fact in {"", sent} else HIDDEN for fact in (now, after)
            )
        fields.append(Change(labels[column], now, after))
    return touched(_("Car"), fields, is_known=vehicle is not None)


@dataclass(frozen=True)
class Span:
    """An ownership; `key` tells it from others, `owner` is 0 for a new customer."""

    key: int
    owner: int
    name: str
    since: date
    to: date | None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.to is None or self.to > day)

    def __str__(self) -> str:
        if self.to is None:
            return _("since %(day)s") % {"day": self.since}
        return _("%(since)s to %(to)s") % {"since": self.since, "to": self.to}


def owner_changes(
    given: dict[str, str], sale: Sale | None, customer: Customer | None, known: Known
) -> list[Touched]:
    """The owners of the car, and of the one the sale was recorded with before."""
    vehicle = known.vehicles.get(given["vin"])
    from_on = date.fromisoformat(given["delivered_on"] or given["invoiced_on"])
    buyer = customer.pk if customer else 0
    now = after = _spans(vehicle, known)
    others = []
    if sale:
        began = sale.delivered_on or sale.invoiced_on
        if vehicle and sale.vehicle_id == vehicle.pk:
            is_moved = (sale.customer_id, began) != (buyer, from_on)
            after = _taken_back(now, sale.customer_id, began, is_moved=is_moved)
        else:
            was = _spans(sale.vehicle, known)
            left = _taken_back(was, sale.customer_id, began, is_moved=True)
            title = _("Owners of %(vin)s") % {"vin": sale.vehicle.vin}
            others.append(_lines(title, was, left))
    name = known.name(customer, given["buyer"])
    after = _begun(after, buyer, name, from_on)
    return [_lines(_("Owners of the car"), now, after), *others]


def _spans(vehicle: Vehicle | None, known: Known) -> list[Span]:
    return [
        Span(own.pk, own.customer_id, known.name(own.customer), own.from_on, own.to_on)
        for own in (known.owned.get(vehicle.pk, []) if vehicle else [])
    ]


def _taken_back(
    spans: list[Span], owner: int, began: date, *, is_moved: bool
) -> list[Span]:
    """As a corrected sale leaves them: what it began is gone, what it ended goes on."""
    left = [s for s in spans if not (is_moved and (s.owner, s.since) == (owner, began))]

    def next_after(span: Span) -> date | None:
        later = (s.since for s in left if s.key != span.key and s.since >= span.since)
        return min(later, default=None)

    return [replace(s, to=next_after(s)) if s.to == began else s for s in left]


def _begun(spans: list[Span], buyer: int, name: str, from_on: date) -> list[Span]:
    """As a sale leaves them: earlier owners end, the buyer's lasts till the next."""
    ended = [
        replace(s, to=from_on) if s.owner != buyer and s.covers(from_on) else s
        for s in spans
    ]
    if buyer and any(s.owner == buyer and s.covers(from_on) for s in ended):
        return ended
    later = [s.since for s in ended if s.since > from_on]
    return [*ended, Span(0, buyer, name, from_on, min(later, default=None))]


def _lines(title: str, now: list[Span], after: list[Span]) -> Touched:
    was, becomes = ({span.key: span for span in spans} for spans in (now, after))
    both = sorted(
        (becomes | was).values(), key=lambda span: (span.since, span.key or 1 << 62)
    )
    fields = [
        Change(span.name, *(str(spans.get(span.key, "")) for spans in (was, becomes)))
        for span in both
    ]
    return touched(title, fields, is_known=bool(now))
