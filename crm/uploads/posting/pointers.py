"""Who points at the records, customers and cars: found from the models, so that rooms
above, which may not be imported here, are asked too."""

from dataclasses import dataclass

from django.db.models import ForeignKey, Model, OneToOneRel
from django.db.models.fields.reverse_related import ManyToOneRel

from crm.models import Customer, DuplicatePair, Phone, RepairLine, Vehicle

# Parts of a row, or found by looking at it, rather than something built on it.
PARTS: tuple[type[Model], ...] = (RepairLine, DuplicatePair)


@dataclass(frozen=True)
class Pointer:
    """A column of some table that refers to a row of another."""

    model: type[Model]
    column: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def vehicle_column(self) -> str | None:
        """The column that names the car the row is about, if it has one."""
        for field in self.model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.related_model is Vehicle:
                return field.column
        return None


def pointers_at(model: type[Model]) -> list[Pointer]:
    """Hidden relations and those of many-to-many tables included."""
    return [
        Pointer(relation.related_model, relation.field.column)
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, ManyToOneRel | OneToOneRel)
        and relation.related_model not in PARTS
        and not isinstance(relation.related_model, str)
    ]


def nothing_points_at(model: type[Model], row: str) -> str:
    """SQL: no table refers to the row of `model` that is called `row`.

    A customer's numbers go with the customer.
    """
    return " AND ".join(
        f"NOT EXISTS (SELECT FROM {pointer.table} AS pointing "
        f"WHERE pointing.{pointer.column} = {row}.id)"
        for pointer in pointers_at(model)
        if not (model is Customer and pointer.model is Phone)
    )
