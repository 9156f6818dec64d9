"""What a file corrected, old against new, and which files corrected it since."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DecimalField, Model, Q

from crm.models import Customer, EarlierState, Repair, Sale, UploadBatch, Vehicle

RECORDS: dict[str, type[Sale | Repair]] = {
    UploadBatch.Kind.SALES: Sale,
    UploadBatch.Kind.REPAIRS: Repair,
}
NUMBERS: dict[str, str] = {
    UploadBatch.Kind.SALES: "sale_no",
    UploadBatch.Kind.REPAIRS: "order_no",
}
# What says nothing to a reader.
SILENT = {"id", "batch", "content"}
SHOWN = 50


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Correction:
    """A record handed in before that the file changed."""

    number: str
    changes: list[Change]


@dataclass(frozen=True)
class Corrector:
    """A later file, and how many rows of this one it corrected."""

    batch: int
    rows: int


def corrected_by(batch: UploadBatch) -> list[Corrector]:
    table = RECORDS[batch.kind]._meta.db_table
    states = EarlierState.objects.filter(table=table, content__batch_id=batch.pk)
    counted = states.values_list("batch").annotate(rows=Count("pk")).order_by("batch")
    return [Corrector(*row) for row in counted]


def corrections(
    batch: UploadBatch, numbers: Iterable[str] | None = None
) -> list[Correction]:
    """The first of those the file made, in the order of their records.

    With `numbers`, those of the records so numbered.
    """
    model = RECORDS[batch.kind]
    number = NUMBERS[batch.kind]
    table = model._meta.db_table
    states = EarlierState.objects.filter(batch=batch, table=table)
    if numbers is not None:
        states = states.filter(**{f"content__{number}__in": list(numbers)})
    shown = list(states.order_by("row_id")[:SHOWN])
    pairs = [(state.content, state.became or {}) for state in shown]
    names = {
        "customer": _names(Customer, "name", "customer_id", pairs),
        "vehicle": _names(Vehicle, "vin", "vehicle_id", pairs),
    }
    return [
        Correction(old[number], list(_changes(model, old, new, names)))
        for old, new in pairs
    ]


def _names(
    model: type[Model],
    name: str,
    column: str,
    pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]],
) -> dict[int, str]:
    ids = {side.get(column) for pair in pairs for side in pair}
    rows = model._default_manager.filter(Q(pk__in=ids - {None}))
    return dict(rows.values_list("pk", name))


def _changes(
    model: type[Sale | Repair],
    old: dict[str, Any],
    new: dict[str, Any],
    names: dict[str, dict[int, str]],
) -> Iterable[Change]:
    for field in model._meta.concrete_fields:
        was: Any = old.get(field.attname)
        now: Any = new.get(field.attname)
        if field.name in SILENT or was == now:
            continue
        label: Any
        if field.name in names:
            label = Customer if field.name == "customer" else Vehicle
            label = label._meta.verbose_name
            known = names[field.name]
            was, now = known.get(was, ""), known.get(now, "")
        else:
            label = field.verbose_name
            choices = dict(field.flatchoices)
            was, now = choices.get(was, was), choices.get(now, now)
            if isinstance(field, DecimalField):
                was, now = _amount(was), _amount(now)
        yield Change(str(label), _shown(was), _shown(now))


def _amount(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _shown(value: Any) -> str:
    if value in (None, ""):
        return "–"
    text = str(value)
    # A time as JSON has it, to the minute.
    return text[:16].replace("T", " ") if text[10:11] == "T" else text
