"""A posted batch taken back: what it made goes, what it changed is as it was before.

A few statements for any number of rows, in the transaction of `revert_batch`
(services/reverting.py). What something was built on stays: keepers.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Model
from django.db.models.expressions import RawSQL

from crm.models import (
    Customer,
    Ownership,
    Repair,
    RepairLine,
    Sale,
    UploadBatch,
    Vehicle,
)
from crm.signals import records_reverting
from crm.uploads.planning import give_room
from crm.uploads.posting.keepers import (
    RECORDS,
    WRITTEN,
    find_reverting,
    keep_what_was_built_on,
)
from crm.uploads.posting.pointers import nothing_points_at

SHOWN = 200
_GOING = "SELECT id FROM reverting WHERE reason IS NULL"


@dataclass(frozen=True)
class Kept:
    """A row that stays: its number, and why."""

    number: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Reverting:
    """How many rows go, stay, or were only `repeated`; the first of those that stay."""

    going: int
    staying: int
    kept: list[Kept]
    repeated: int

    @property
    def is_worth_it(self) -> bool:
        return bool(self.going or self.repeated)


def look(batch: UploadBatch) -> Reverting:
    """What would go and what would stay.

    Rooms above drop what nobody has worked on meanwhile, so the caller rolls back.
    """
    _begin()
    find_reverting(batch)
    _tell_rooms_above(batch)
    keep_what_was_built_on(batch)
    return _counted(batch)


def take_back(batch: UploadBatch, staying: Iterable[tuple[int, str, str]]) -> Reverting:
    """Take back all but `staying` (id, reason, detail), which `look` has found."""
    _begin()
    find_reverting(batch)
    _keep(staying)
    _tell_rooms_above(batch)
    with connection.cursor() as cursor:
        for statement in _statements(batch):
            cursor.execute(statement, {"batch": batch.pk})
        # Something built on a row at this very moment is found here, not at the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return _counted(batch)


def staying() -> list[tuple[int, str, str]]:
    """All that `look` found to stay, for `take_back`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, reason, detail FROM reverting WHERE reason IS NOT NULL"
        )
        return list(cursor.fetchall())


def _begin() -> None:
    tables = [f"ours_{model._meta.db_table}" for model in WRITTEN]
    with connection.cursor() as cursor:
        give_room(cursor)
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join([*tables, *_OWN_TABLES])}")


_OWN_TABLES = ("reverting", "reverting_cars", "staying_cars", "leaving_customers")


def _tell_rooms_above(batch: UploadBatch) -> None:
    going = RawSQL(_GOING, [])  # noqa: S611 - no part of it comes from outside
    is_sales = batch.kind == UploadBatch.Kind.SALES
    records_reverting.send(
        sender=UploadBatch,
        sales=Sale.objects.filter(pk__in=going) if is_sales else Sale.objects.none(),
        repairs=Repair.objects.none()
        if is_sales
        else Repair.objects.filter(pk__in=going),
    )


def _keep(staying: Iterable[tuple[int, str, str]]) -> None:
    """By COPY into a table of their own: they may be many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE staying (id bigint, reason text, detail text)"
            " ON COMMIT DROP"
        )
        with cursor.copy("COPY staying FROM STDIN") as copy:
            for row in staying:
                copy.write_row(row)
        cursor.execute(
            "UPDATE reverting AS row SET reason = staying.reason,"
            " detail = staying.detail FROM staying WHERE staying.id = row.id"
        )
        cursor.execute("DROP TABLE staying")


def _counted(batch: UploadBatch) -> Reverting:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE reason IS NULL), count(reason)"
            " FROM reverting"
        )
        going, stays = cursor.fetchone()
        cursor.execute(
            "SELECT number, reason, detail FROM reverting WHERE reason IS NOT NULL"
            " ORDER BY id LIMIT %s",
            [SHOWN],
        )
        kept = [Kept(*row) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT coalesce(sum(cardinality(ids)), 0) FROM crm_repeatedrows"
            " WHERE batch_id = %s",
            [batch.pk],
        )
        return Reverting(going, stays, kept, int(cursor.fetchone()[0]))


# --- The statements -------------------------------------------------------------------

# The cars whose owners stay as they are, since a sale of them stays.
_STAYING_CARS = """
    CREATE TEMPORARY TABLE staying_cars ON COMMIT DROP AS
    SELECT DISTINCT car.vehicle_id AS id
    FROM reverting_cars AS car JOIN reverting AS row USING (id)
    WHERE row.reason IS NOT NULL;
    ANALYZE staying_cars;
"""
_FREE = "NOT EXISTS (SELECT FROM staying_cars WHERE staying_cars.id = {vehicle})"

_DROP_MADE = """
    DELETE FROM {table} AS row USING reverting
    WHERE reverting.id = row.id AND reverting.is_new AND reverting.reason IS NULL
"""
_DROP_LINES = """
    DELETE FROM crm_repairline AS line USING reverting
    WHERE reverting.id = line.repair_id AND reverting.reason IS NULL
"""
# Whose customer has become one with another since goes to that one.
_FOLLOW_MERGES = """
    WITH RECURSIVE chain (id, kept_id) AS (
        SELECT id, merged_into_id FROM crm_customer WHERE merged_into_id IS NOT NULL
        UNION ALL
        SELECT chain.id, customer.merged_into_id
        FROM chain JOIN crm_customer AS customer ON customer.id = chain.kept_id
        WHERE customer.merged_into_id IS NOT NULL
    ), kept AS (
        SELECT chain.id, chain.kept_id
        FROM chain JOIN crm_customer AS customer ON customer.id = chain.kept_id
        WHERE customer.merged_into_id IS NULL
    )
    UPDATE {table} AS row SET customer_id = kept.kept_id
    FROM kept
    WHERE row.customer_id = kept.id
      AND row.id IN (SELECT row_id FROM crm_earlierstate
                     WHERE batch_id = %(batch)s AND "table" = '{table}')
"""
_DROP_OWNERS = """
    DELETE FROM crm_ownership AS owner USING ours_crm_ownership AS ours
    WHERE ours.id = owner.id AND ours.is_new AND {free}
"""
# A later file may have brought the number again.
_DROP_NUMBERS = """
    DELETE FROM crm_phone AS phone USING ours_crm_phone AS ours
    WHERE ours.id = phone.id AND ours.is_new
      AND NOT EXISTS (
          SELECT FROM ours_crm_customer AS made
          WHERE made.id = phone.customer_id AND made.is_new
      )
      AND NOT {known_since}
"""
_LEAVING_CUSTOMERS = """
    CREATE TEMPORARY TABLE leaving_customers ON COMMIT DROP AS
    SELECT customer.id
    FROM ours_crm_customer AS ours JOIN crm_customer AS customer USING (id)
    WHERE ours.is_new AND {nothing} AND NOT {mentioned};
    ANALYZE leaving_customers;
"""
_DROP_CUSTOMERS = """
    DELETE FROM crm_phone AS phone USING leaving_customers AS leaving
    WHERE leaving.id = phone.customer_id;
    DELETE FROM crm_duplicatepair AS pair USING leaving_customers AS leaving
    WHERE leaving.id = pair.first_id;
    DELETE FROM crm_duplicatepair AS pair USING leaving_customers AS leaving
    WHERE leaving.id = pair.second_id;
    DELETE FROM crm_customer AS customer USING leaving_customers AS leaving
    WHERE leaving.id = customer.id;
"""
_DROP_VEHICLES = """
    DELETE FROM crm_vehicle AS vehicle USING ours_crm_vehicle AS ours
    WHERE ours.id = vehicle.id AND ours.is_new AND {nothing} AND NOT {mentioned}
"""
# Another batch that is taken back later will want it.
_MENTIONED = """EXISTS (
    SELECT FROM other_states AS other WHERE other.{column} = {row}.id
)"""
_OTHER_STATES = """
    CREATE TEMPORARY TABLE other_states ON COMMIT DROP AS
    SELECT (state.content->>'customer_id')::bigint AS customer_id,
           (state.content->>'vehicle_id')::bigint AS vehicle_id
    FROM crm_earlierstate AS state
    WHERE state.batch_id <> %(batch)s AND ({of_ours});
    ANALYZE other_states;
"""
_OF_OURS = """
    state."table" = '{table}' AND state.row_id IN (SELECT id FROM ours_{table})
"""
# Files that came after this one say the same, or rows of this one stay.
_KNOWN_SINCE = """EXISTS (
    SELECT FROM {table} AS record JOIN crm_uploadbatch AS batch
      ON batch.id = record.batch_id
    WHERE record.{column} = {row}
      AND (batch.id = %(batch)s OR batch.posted_at > (
          SELECT posted_at FROM crm_uploadbatch WHERE id = %(batch)s
      ))
)"""

_RESTORE_WHOLE = """
    UPDATE {table} AS row SET {sets}
    FROM crm_earlierstate AS state
    JOIN {table} AS now ON now.id = state.row_id
    CROSS JOIN LATERAL jsonb_populate_record(now, state.content) AS was
    WHERE state.batch_id = %(batch)s AND state."table" = '{table}'
      AND state.became IS NOT NULL AND row.id = state.row_id AND {condition}
"""
# Only the columns this batch changed, and of these only those that still are as it
# left them: what somebody has put right since stays.
_RESTORE_COLUMNS = """
    UPDATE {table} AS row SET {sets}
    FROM crm_earlierstate AS state
    CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, state.content) AS was
    CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, state.became) AS became
    WHERE state.batch_id = %(batch)s AND state."table" = '{table}'
      AND row.id = state.row_id AND {condition}
"""
_COLUMN = (
    "{0} = CASE WHEN was.{0} IS DISTINCT FROM became.{0}"
    " AND row.{0} IS NOT DISTINCT FROM became.{0} THEN was.{0} ELSE row.{0} END"
)
_PUT_BACK = """
    INSERT INTO {table} (id, {columns})
    SELECT was.id, {values}
    FROM crm_earlierstate AS state
    CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, state.content) AS was
    WHERE state.batch_id = %(batch)s AND state."table" = '{table}'
      AND state.became IS NULL AND {condition}
    ORDER BY was.id
"""
# What is as it was before is none of this batch's doing any more.
_FORGET = """
    DELETE FROM crm_earlierstate AS state USING reverting AS row
    WHERE state.batch_id = %(batch)s AND row.reason IS NULL
      AND ((state."table" = '{table}' AND state.row_id = row.id)
           OR (state."table" = 'crm_repairline'
               AND (state.content->>'repair_id')::bigint = row.id));
    DELETE FROM crm_earlierstate AS state
    WHERE state.batch_id = %(batch)s AND state."table" = 'crm_ownership'
      AND NOT EXISTS (
          SELECT FROM staying_cars
          WHERE staying_cars.id = (state.content->>'vehicle_id')::bigint
      );
    DELETE FROM crm_earlierstate AS state
    WHERE state.batch_id = %(batch)s AND NOT {stays};
    DELETE FROM crm_postedrows AS posted
    WHERE posted.batch_id = %(batch)s AND NOT {stays};
    DELETE FROM crm_repeatedrows AS said WHERE said.batch_id = %(batch)s;
"""
_STAYS = "EXISTS (SELECT FROM reverting WHERE reason IS NOT NULL)"


def _statements(batch: UploadBatch) -> Iterable[str]:
    model = RECORDS[batch.kind]
    table = model._meta.db_table
    going = "row.id IN (" + _GOING + ")"
    yield _STAYING_CARS
    yield _OTHER_STATES.format(
        of_ours=" OR ".join(
            _OF_OURS.format(table=each._meta.db_table)
            for each in (Sale, Repair, Ownership)
        )
    )
    if model is Repair:
        yield _DROP_LINES
    yield _DROP_MADE.format(table=table)
    yield _restore_whole(model, going)
    yield _FOLLOW_MERGES.format(table=table)
    if model is Repair:
        repair = "was.repair_id IN (" + _GOING + ")"
        yield _put_back(RepairLine, repair)
    else:
        yield from _owners()
    sales, repairs = (
        _KNOWN_SINCE.format(table=each._meta.db_table, column="{column}", row="{row}")
        for each in (Sale, Repair)
    )
    known_since = f"({sales} OR {repairs})"
    yield _DROP_NUMBERS.format(
        known_since=known_since.format(column="customer_id", row="phone.customer_id")
    )
    yield _LEAVING_CUSTOMERS.format(
        nothing=nothing_points_at(Customer, "customer"),
        mentioned=_MENTIONED.format(column="customer_id", row="customer"),
    )
    yield _DROP_CUSTOMERS
    yield _DROP_VEHICLES.format(
        nothing=nothing_points_at(Vehicle, "vehicle"),
        mentioned=_MENTIONED.format(column="vehicle_id", row="vehicle"),
    )
    for each, column in ((Customer, "customer_id"), (Vehicle, "vehicle_id")):
        known = known_since.format(column=column, row="row.id")
        yield _restore_columns(each, f"NOT {known}")
    yield _FORGET.format(table=table, stays=_STAYS)
    yield "DROP TABLE staying_cars, other_states, leaving_customers"


def _owners() -> Iterable[str]:
    """First who goes, then whose time ends, then who owns it: never two at once."""
    yield _DROP_OWNERS.format(free=_FREE.format(vehicle="owner.vehicle_id"))
    free = _FREE.format(vehicle="row.vehicle_id")
    as_left = "(now.vehicle_id, now.from_on, now.to_on) IS NOT DISTINCT FROM " + (
        "((state.became->>'vehicle_id')::bigint, (state.became->>'from_on')::date,"
        " (state.became->>'to_on')::date)"
    )
    for to_on in ("IS NOT NULL", "IS NULL"):
        yield _restore_whole(
            Ownership, f"{free} AND {as_left} AND was.to_on {to_on}", but="customer_id"
        )
    yield _put_back(Ownership, _FREE.format(vehicle="was.vehicle_id"))
    yield _FOLLOW_MERGES.format(table=Ownership._meta.db_table)


def _columns(model: type[Model]) -> list[str]:
    return [
        field.column
        for field in model._meta.concrete_fields
        if field.column and not field.primary_key and not field.generated
    ]


def _restore_whole(model: type[Model], condition: str, but: str = "") -> str:
    return _RESTORE_WHOLE.format(
        table=model._meta.db_table,
        sets=", ".join(f"{c} = was.{c}" for c in _columns(model) if c != but),
        condition=condition,
    )


def _restore_columns(model: type[Model], condition: str) -> str:
    return _RESTORE_COLUMNS.format(
        table=model._meta.db_table,
        sets=", ".join(_COLUMN.format(column) for column in _columns(model)),
        condition=condition,
    )


def _put_back(model: type[Model], condition: str) -> str:
    columns = _columns(model)
    return _PUT_BACK.format(
        table=model._meta.db_table,
        columns=", ".join(columns),
        values=", ".join(f"was.{column}" for column in columns),
        condition=condition,
    )
