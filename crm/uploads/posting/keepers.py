"""Which rows of a batch stay when it is taken back, since something was built on them.

Works on `reverting`, one row for each record the batch made or changed; a reason in
`reason` keeps it. Beside it stands `ours_<table>` for each table the batch wrote to:
the ids it made (`is_new`) or changed.
"""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Model

from crm.models import (
    Customer,
    Ownership,
    Phone,
    Repair,
    RepairLine,
    Sale,
    UploadBatch,
    Vehicle,
)
from crm.uploads.posting.pointers import Pointer, pointers_at

RECORDS: dict[str, type[Sale | Repair]] = {
    UploadBatch.Kind.SALES: Sale,
    UploadBatch.Kind.REPAIRS: Repair,
}
WRITTEN: tuple[type[Model], ...] = (
    Customer, Phone, Vehicle, Ownership, Sale, Repair, RepairLine
)  # fmt: skip

_OURS = """
    CREATE TEMPORARY TABLE ours_{table} ON COMMIT DROP AS
    SELECT unnest(ids) AS id, true AS is_new FROM crm_postedrows
    WHERE batch_id = %(batch)s AND "table" = '{table}'
    UNION ALL
    SELECT row_id, false FROM crm_earlierstate
    WHERE batch_id = %(batch)s AND "table" = '{table}';
    ANALYZE ours_{table};
"""

# A record changed by the batch is about two cars where that changed its car.
_REVERTING = """
    CREATE TEMPORARY TABLE reverting ON COMMIT DROP AS
    SELECT record.id, record.{number} AS number, ours.is_new, record.customer_id,
           record.vehicle_id, record.batch_id,
           (earlier.content->>'vehicle_id')::bigint AS old_vehicle_id,
           (earlier.content->>'customer_id')::bigint AS old_customer_id,
           NULL::text AS reason, ''::text AS detail
    FROM ours_{table} AS ours
    JOIN {table} AS record USING (id)
    LEFT JOIN crm_earlierstate AS earlier
      ON earlier.batch_id = %(batch)s AND earlier."table" = '{table}'
     AND earlier.row_id = record.id;
    ANALYZE reverting;
    CREATE TEMPORARY TABLE reverting_cars ON COMMIT DROP AS
    SELECT id, vehicle_id FROM reverting
    UNION
    SELECT id, old_vehicle_id FROM reverting WHERE old_vehicle_id IS NOT NULL;
    ANALYZE reverting_cars;
"""

_KEEP = """
    UPDATE reverting AS row SET reason = '{reason}', detail = {detail}
    FROM {source}
    WHERE row.reason IS NULL AND ({condition})
"""

# Files that came after this one say the same, and stand.
_REPEATED = """(
    SELECT again.id, max(later.id) AS batch_id
    FROM crm_uploadbatch AS ours
    JOIN crm_uploadbatch AS later
      ON later.organisation_id = ours.organisation_id AND later.kind = ours.kind
     AND later.status = 'posted' AND later.posted_at > ours.posted_at
    JOIN crm_repeatedrows AS repeated ON repeated.batch_id = later.id
    CROSS JOIN unnest(repeated.ids) AS again (id)
    WHERE ours.id = %(batch)s
    GROUP BY again.id
) AS repeated"""

# An owner the batch gave a car to, or whose time it ended, has been touched since; or
# the car has a new owner since, whether after this one or before.
_OWNERS_CHANGED = """(
    SELECT (earlier.content->>'vehicle_id')::bigint AS vehicle_id
    FROM crm_earlierstate AS earlier
    LEFT JOIN crm_ownership AS owner ON owner.id = earlier.row_id
    WHERE earlier.batch_id = %(batch)s AND earlier."table" = 'crm_ownership'
      AND earlier.became IS NOT NULL
      AND (owner.vehicle_id::text, owner.from_on::text, owner.to_on::text)
          IS DISTINCT FROM (earlier.became->>'vehicle_id',
                            earlier.became->>'from_on', earlier.became->>'to_on')
    UNION
    SELECT (later.content->>'vehicle_id')::bigint
    FROM ours_crm_ownership AS ours
    JOIN crm_earlierstate AS later
      ON later."table" = 'crm_ownership' AND later.row_id = ours.id
     AND later.batch_id <> %(batch)s
    WHERE ours.is_new
    UNION
    SELECT owner.vehicle_id
    FROM crm_ownership AS owner JOIN reverting_cars USING (vehicle_id)
    WHERE owner.id > (SELECT max(id) FROM ours_crm_ownership WHERE is_new)
      AND NOT EXISTS (
          SELECT FROM ours_crm_ownership AS ours WHERE ours.id = owner.id
      )
    UNION
    SELECT owner.vehicle_id
    FROM crm_earlierstate AS earlier
    JOIN crm_ownership AS owner
      ON owner.vehicle_id = (earlier.content->>'vehicle_id')::bigint
     AND owner.to_on IS NULL
    WHERE earlier.batch_id = %(batch)s AND earlier."table" = 'crm_ownership'
      AND earlier.became IS NULL AND earlier.content->>'to_on' IS NULL
      AND NOT EXISTS (
          SELECT FROM ours_crm_ownership AS ours WHERE ours.id = owner.id
      )
) AS car JOIN reverting_cars USING (vehicle_id)"""


def find_reverting(batch: UploadBatch) -> None:
    model = RECORDS[batch.kind]
    table = model._meta.db_table
    number = "sale_no" if model is Sale else "order_no"
    ids = {"batch": batch.pk}
    with connection.cursor() as cursor:
        for written in WRITTEN:
            cursor.execute(_OURS.format(table=written._meta.db_table), ids)
        cursor.execute(_REVERTING.format(table=table, number=number), ids)


def keep_what_was_built_on(batch: UploadBatch) -> None:
    """Fill in `reason` and `detail`: an upload's number, or what was built."""
    ids = {"batch": batch.pk}
    with connection.cursor() as cursor:
        for rule in _rules(RECORDS[batch.kind]):
            cursor.execute(rule, ids)
        if batch.kind == UploadBatch.Kind.SALES:
            # What stays keeps its cars' owners, and so the other sales of those cars.
            cursor.execute(_TIED, ids)
            while cursor.rowcount:
                cursor.execute(_TIED, ids)


def _keep(reason: str, detail: str, source: str, condition: str) -> str:
    return _KEEP.format(
        reason=reason, detail=detail, source=source, condition=condition
    )


def _rules(model: type[Model]) -> Iterator[str]:
    yield _keep(
        "corrected",
        "row.batch_id::text",
        "(SELECT) AS nothing",
        "row.batch_id IS DISTINCT FROM %(batch)s",
    )
    yield _keep(
        "repeated", "repeated.batch_id::text", _REPEATED, "repeated.id = row.id"
    )
    yield _keep(
        "owners_changed",
        "''",
        _OWNERS_CHANGED,
        "reverting_cars.id = row.id",
    )
    for pointer in pointers_at(model):
        yield _built_on(pointer, f"pointing.{pointer.column} = row.id")
    for pointer in pointers_at(Vehicle):
        yield _built_on(
            pointer,
            f"pointing.{pointer.column} = row.vehicle_id AND "
            "EXISTS (SELECT FROM ours_crm_vehicle AS ours "
            "WHERE ours.id = row.vehicle_id AND ours.is_new)",
        )
    for pointer in pointers_at(Customer):
        yield _built_on_customer(pointer, "row.customer_id")
    yield _keep("merged", "''", _MERGED, "merged.kept_id = row.customer_id")
    yield _keep("touched", "''", _TOUCHED, "touched.id = row.customer_id")
    yield _keep("gone", "''", "(SELECT) AS nothing", _GONE)


def _built_on(pointer: Pointer, condition: str) -> str:
    if pointer.model in WRITTEN:
        condition += (
            f" AND NOT EXISTS (SELECT FROM ours_{pointer.table} AS same "
            "WHERE same.id = pointing.id)"
        )
    thing = pointer.model._meta.label_lower
    return _keep("built_on", f"'{thing}'", f"{pointer.table} AS pointing", condition)


def _built_on_customer(pointer: Pointer, customer: str) -> str:
    """A customer who has come again with another car keeps that, and not this row."""
    condition = (
        f"pointing.{pointer.column} = {customer} AND "
        "EXISTS (SELECT FROM ours_crm_customer AS ours "
        f"WHERE ours.id = {customer} AND ours.is_new)"
    )
    if car := pointer.vehicle_column:
        condition += f" AND coalesce(pointing.{car}, row.vehicle_id) = row.vehicle_id"
    return _built_on(pointer, condition)


# Made by the batch, and now one with somebody else, who has the records.
_MERGED = """(
    SELECT pair.kept_id FROM crm_merge AS pair
    JOIN ours_crm_customer AS ours ON ours.id = pair.merged_id AND ours.is_new
    WHERE pair.undone_at IS NULL
) AS merged"""

# Somebody has spoken with them, or tried to.
_TOUCHED = """(
    SELECT customer.id FROM crm_customer AS customer
    JOIN ours_crm_customer AS ours USING (id)
    WHERE ours.is_new AND customer.do_not_call
    UNION
    SELECT phone.customer_id FROM crm_phone AS phone
    JOIN ours_crm_phone AS ours USING (id)
    WHERE ours.is_new AND phone.is_wrong
) AS touched"""

# What it said before cannot come back: its customer or car is no more.
_GONE = """
    NOT row.is_new AND (
        NOT EXISTS (SELECT FROM crm_vehicle WHERE id = row.old_vehicle_id)
        OR (row.old_customer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM crm_customer WHERE id = row.old_customer_id
        ))
    )
"""

_TIED = """
    UPDATE reverting AS row SET reason = 'tied', detail = tie.number
    FROM (
        SELECT other.id, min(stays.number) AS number
        FROM reverting AS stays
        JOIN reverting_cars AS its ON its.id = stays.id
        JOIN reverting_cars AS other ON other.vehicle_id = its.vehicle_id
        WHERE stays.reason IS NOT NULL
        GROUP BY other.id
    ) AS tie
    WHERE tie.id = row.id AND row.reason IS NULL
"""
