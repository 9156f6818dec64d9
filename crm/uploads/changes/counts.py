"""How many records, customers and cars a file would make, change or leave.

Asked before it is posted, for all rows at once, by posting's own rule of who is who.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from crm.models import UploadBatch
from crm.uploads.checking.comparing import value
from crm.uploads.planning import give_room
from crm.uploads.posting.people import SAME_PEOPLE, SPEAKERS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

# What posting's rule and the counts below ask of a row. Only the record handed in
# before, or the car's owner, is looked up: {likely} and {joins}.
_POSTING = """
    SELECT row.number, row.person, {customer} AS customer,
           {customer_kind} AS customer_kind, string_to_array({phone}, ' ') AS phones,
           {gender} AS gender, {id_number} AS id_number, {province} AS province,
           {city} AS city, {address} AS address, {vin} AS vin,
           {engine_no} AS engine_no, {model} AS model, {colour} AS colour,
           {plate} AS plate, nullif({mileage}, '')::integer AS mileage,
           likely.customer_id AS likely_customer_id
    FROM crm_uploadrow AS row
    {joins}
    WHERE row.batch_id = %(batch)s AND row.errors = '[]' AND {only}
"""
_JOINS = {
    UploadBatch.Kind.SALES: """
    LEFT JOIN crm_sale AS likely
      ON likely.dealer_id = %(organisation)s AND likely.sale_no = {sale_no}
    """,
    UploadBatch.Kind.REPAIRS: """
    LEFT JOIN crm_vehicle AS vehicle ON vehicle.vin = {vin}
    LEFT JOIN crm_ownership AS likely
      ON likely.vehicle_id = vehicle.id AND likely.to_on IS NULL
    """,
}
_COLUMNS = [
    *("customer_kind", "phone", "gender", "id_number", "province", "city", "address"),
    *("vin", "engine_no", "model", "colour", "plate", "mileage"),
]

# A car comes once in a file of sales, and may come twice in one of repairs.
_RECORDS = """
    SELECT count(*) FILTER (WHERE effect = 'new'),
           count(*) FILTER (WHERE effect = 'changed'),
           count(*) FILTER (WHERE effect = 'unchanged'),
           count(DISTINCT nullif(person, 0)), {cars}
    FROM crm_uploadrow AS row WHERE batch_id = %(batch)s AND errors = '[]'
"""

# A customer changes by what is not empty and differs, and by a number not known yet.
_CUSTOMERS = f"""
    SELECT count(*) FILTER (WHERE customer.id IS NULL),
           count(*) FILTER (WHERE customer.id IS NOT NULL AND (
               more.person IS NOT NULL
               OR first.gender NOT IN ('', customer.gender)
               OR first.id_number NOT IN ('', customer.id_number)
               OR first.province NOT IN ('', customer.province)
               OR first.city NOT IN ('', customer.city)
               OR first.address NOT IN ('', customer.address)
           )),
           count(*)
    FROM ({SPEAKERS}) AS first
    LEFT JOIN known USING (person)
    LEFT JOIN crm_customer AS customer ON customer.id = known.customer_id
    LEFT JOIN (
        SELECT DISTINCT row.person
        FROM posting AS row
        JOIN known USING (person)
        CROSS JOIN unnest(row.phones) AS given(number)
        LEFT JOIN crm_phone AS phone
          ON phone.number = given.number AND phone.customer_id = known.customer_id
        WHERE phone.id IS NULL
    ) AS more USING (person)
"""  # noqa: S608

_CARS = """
    SELECT count(*) FILTER (WHERE vehicle.id IS NULL),
           count(*) FILTER (WHERE vehicle.id IS NOT NULL AND (
               car.engine_no NOT IN ('', vehicle.engine_no)
               OR car.model NOT IN ('', vehicle.model)
               OR car.colour NOT IN ('', vehicle.colour)
               OR car.plate NOT IN ('', vehicle.plate)
               OR car.mileage > coalesce(vehicle.mileage, -1)
           )),
           count(*)
    FROM (
        SELECT vin, max(engine_no) AS engine_no, max(model) AS model,
               max(colour) AS colour, max(plate) AS plate, max(mileage) AS mileage
        FROM posting GROUP BY vin
    ) AS car
    LEFT JOIN crm_vehicle AS vehicle USING (vin)
"""

# Cars that are somebody's and become another's.
_SOLD_ON = """
    SELECT count(*)
    FROM posting AS row
    JOIN crm_vehicle AS vehicle USING (vin)
    JOIN crm_ownership AS ownership
      ON ownership.vehicle_id = vehicle.id AND ownership.to_on IS NULL
    LEFT JOIN known USING (person)
    WHERE ownership.customer_id IS DISTINCT FROM known.customer_id
"""


# Said once, at the first row about them: a batch is counted anew when rows go back.
_KNOWN_TWICE = """
    UPDATE crm_uploadrow AS row
    SET warnings = row.warnings || jsonb_build_array(jsonb_build_object(
        'code', 'known_twice', 'column', '', 'value', posting.customer
    ))
    FROM known JOIN posting USING (person)
    WHERE known.are_more AND posting.number = known.person
      AND row.batch_id = %(batch)s AND row.number = posting.number
      AND NOT row.warnings @> '[{"code": "known_twice"}]'
"""


def preview(batch: UploadBatch) -> dict[str, dict[str, int]]:
    """What posting the batch would do, by "records", "customers", "cars"; "owners".

    Of a batch whose rows are compared (comparing.py); for `UploadBatch.preview`.
    """
    is_sales = batch.kind == UploadBatch.Kind.SALES
    ids = {"batch": batch.pk, "organisation": batch.organisation_id}
    with connection.cursor() as cursor:

        def asked(sql: str) -> Sequence[int]:
            cursor.execute(sql, ids)
            row: Sequence[int] = cursor.fetchone()
            return row

        give_room(cursor)
        rows = _posting(batch, "row.effect <> 'unchanged'")
        cursor.execute(f"CREATE TEMPORARY TABLE posting ON COMMIT DROP AS {rows}", ids)
        cursor.execute("ANALYZE posting (number, person)")
        cursor.execute(f"CREATE TEMPORARY TABLE known ON COMMIT DROP AS {SAME_PEOPLE}")
        cursor.execute(_KNOWN_TWICE, ids)
        vin = value(batch.fields, "vin")
        cars = "count(*)" if is_sales else f"count(DISTINCT {vin})"
        new, changed, unchanged, people, vins = asked(_RECORDS.format(cars=cars))
        found = {
            "records": {"new": new, "changed": changed, "unchanged": unchanged},
            "customers": _effects(asked(_CUSTOMERS), people),
            "cars": _effects(asked(_CARS), vins),
            "owners": {"changed": asked(_SOLD_ON)[0] if is_sales else 0},
        }
        cursor.execute("DROP TABLE posting, known")
    return found


def _effects(counted: Sequence[int], of: int) -> dict[str, int]:
    new, changed, _touched = counted
    return {"new": new, "changed": changed, "unchanged": of - new - changed}


def known_people(batch: UploadBatch, people: Collection[int]) -> dict[int, int]:
    """person -> the id of the customer that posting would take them for."""
    if not people:
        return {}
    rows = _posting(batch, "row.person = ANY(%(people)s)")
    ids: dict[str, Any] = {
        "batch": batch.pk,
        "organisation": batch.organisation_id,
        "people": list(people),
    }
    with connection.cursor() as cursor:
        cursor.execute(f"WITH posting AS MATERIALIZED ({rows}) {SAME_PEOPLE}", ids)
        return {person: customer for person, customer, _more in cursor.fetchall()}


def _posting(batch: UploadBatch, only: str) -> str:
    """SQL for the columns of the batch's accepted rows that posting's rule asks for."""
    fields = batch.fields
    parts = {
        name: value(fields, name) if name in fields else "''::text" for name in _COLUMNS
    }
    is_sales = batch.kind == UploadBatch.Kind.SALES
    parts["customer"] = value(fields, "buyer" if is_sales else "customer")
    number = value(fields, "sale_no") if is_sales else ""
    joins = _JOINS[UploadBatch.Kind(batch.kind)].format(
        vin=parts["vin"], sale_no=number
    )
    return _POSTING.format(**parts, joins=joins, only=only)
