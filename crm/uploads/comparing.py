"""What the database knows about a staged file: asked for all rows at once.

Each row's effect (new, changed, unchanged) and the warnings that need other records.
"""

from collections.abc import Sequence

from django.db import connection

from crm.models import UploadBatch

# The names of the table and its columns that a kind is posted to.
RECORDS: dict[str, dict[str, str]] = {
    UploadBatch.Kind.SALES: {
        "table": "crm_sale",
        "number": "sale_no",
        "organisation": "dealer_id",
    },
    UploadBatch.Kind.REPAIRS: {
        "table": "crm_repair",
        "number": "order_no",
        "organisation": "station_id",
    },
}

_EFFECT = """
    UPDATE crm_uploadrow AS row
    SET effect = CASE WHEN record.content = row.content
                      THEN 'unchanged' ELSE 'changed' END,
        warnings = CASE WHEN record.content = row.content THEN row.warnings
                        ELSE row.warnings || {will_update} END
    FROM {table} AS record
    WHERE row.batch_id = %(batch)s AND row.errors = '[]'
      AND record.{organisation} = %(organisation)s
      AND record.{number} = {row_number}
"""

_SOLD_BEFORE = """
    WITH found AS (
        SELECT DISTINCT ON (row.number) row.number, sale.sale_no
        FROM crm_uploadrow AS row
        JOIN crm_vehicle AS vehicle ON vehicle.vin = {vin}
        JOIN crm_sale AS sale ON sale.vehicle_id = vehicle.id
        WHERE row.batch_id = %(batch)s AND row.errors = '[]'
          AND row.effect <> 'unchanged'
          AND (sale.dealer_id, sale.sale_no) <> (%(organisation)s, {row_number})
        ORDER BY row.number, sale.id DESC
    )
    UPDATE crm_uploadrow AS row
    SET warnings = row.warnings || {sold_before}
    FROM found
    WHERE row.batch_id = %(batch)s AND row.number = found.number
"""

_REPAIR_WARNINGS = """
    WITH found AS (
        SELECT row.number, {mileage} AS mileage,
               NULLIF({mileage}, '')::integer < vehicle.mileage AS fell,
               NOT EXISTS (
                   SELECT FROM crm_sale AS sale WHERE sale.vehicle_id = vehicle.id
               ) AS unsold,
               {vin} AS vin
        FROM crm_uploadrow AS row
        LEFT JOIN crm_vehicle AS vehicle ON vehicle.vin = {vin}
        WHERE row.batch_id = %(batch)s AND row.errors = '[]'
          AND row.effect <> 'unchanged'
    )
    UPDATE crm_uploadrow AS row
    SET warnings = row.warnings
            || CASE WHEN found.fell THEN {mileage_fell} ELSE '[]' END
            || CASE WHEN found.unsold THEN {vin_unknown} ELSE '[]' END
    FROM found
    WHERE row.batch_id = %(batch)s AND row.number = found.number
      AND (found.fell OR found.unsold)
"""

_COUNT_WARNED = """
    SELECT count(*) FROM crm_uploadrow
    WHERE batch_id = %(batch)s AND errors = '[]' AND warnings <> '[]'
"""


def compare(batch: UploadBatch) -> int:
    """Fill in effects and warnings; returns how many accepted rows have a warning."""
    record = RECORDS[batch.kind]
    number = record["number"]
    names = {
        **record,
        "row_number": value(batch.fields, number),
        "vin": value(batch.fields, "vin"),
        "will_update": _problem("will_update", number, f"record.{number}"),
    }
    ids = {"batch": batch.pk, "organisation": batch.organisation_id}
    with connection.cursor() as cursor:
        cursor.execute(_EFFECT.format(**names), ids)
        if batch.kind == UploadBatch.Kind.SALES:
            sold = _problem("sold_before", "vin", "found.sale_no")
            cursor.execute(_SOLD_BEFORE.format(**names, sold_before=sold), ids)
        else:
            names["mileage"] = value(batch.fields, "mileage")
            names["mileage_fell"] = _problem("mileage_fell", "mileage", "found.mileage")
            names["vin_unknown"] = _problem("vin_unknown", "vin", "found.vin")
            cursor.execute(_REPAIR_WARNINGS.format(**names), ids)
        cursor.execute(_COUNT_WARNED, ids)
        return int(cursor.fetchone()[0])


def value(fields: Sequence[str], name: str) -> str:
    """SQL for a staged row's value; array subscripts count from 1."""
    return f'row."values"[{list(fields).index(name) + 1}]'


def _problem(code: str, column: str, sql: str) -> str:
    return (
        f"jsonb_build_array(jsonb_build_object('code', '{code}', "
        f"'column', '{column}', 'value', {sql}))"
    )
