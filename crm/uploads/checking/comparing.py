"""What the database knows about a staged file: asked for all rows at once.

Each row's effect (new, changed, unchanged) and the warnings that need other records.
"""

from collections.abc import Sequence

from django.db import connection

from crm.models import UploadBatch
from crm.uploads.planning import give_room
from crm.uploads.problems import HIDDEN

# The planner knows nothing yet about a file that has just come in, and its guess (one
# row) is fatal for a hundred thousand. This narrow copy it can be told about.
_STAGED = """
    CREATE TEMPORARY TABLE staged ON COMMIT DROP AS
    SELECT row.number, row.content, {record_number} AS record_number, {vin} AS vin,
           {mileage} AS mileage
    FROM crm_uploadrow AS row
    WHERE row.batch_id = %(batch)s AND row.errors = '[]'
"""

_SALES = """
    CREATE TEMPORARY TABLE found ON COMMIT DROP AS
    SELECT row.number, sale.id IS NOT NULL AS is_known,
           sale.content IS NOT DISTINCT FROM row.content AS is_same,
           CASE WHEN sale.id IS NOT NULL THEN {will_update} ELSE '[]' END
           || CASE WHEN other.sale_no IS NOT NULL THEN {sold_before} ELSE '[]' END
           AS warnings
    FROM staged AS row
    LEFT JOIN crm_sale AS sale
      ON sale.dealer_id = %(organisation)s AND sale.sale_no = row.record_number
    LEFT JOIN (
        SELECT DISTINCT ON (again.number) again.number,
               CASE WHEN earlier.dealer_id = %(organisation)s THEN earlier.sale_no
                    ELSE '{hidden}' END AS sale_no
        FROM staged AS again
        JOIN crm_vehicle AS vehicle ON vehicle.vin = again.vin
        JOIN crm_sale AS earlier ON earlier.vehicle_id = vehicle.id
        WHERE (earlier.dealer_id, earlier.sale_no)
           <> (%(organisation)s, again.record_number)
        ORDER BY again.number, earlier.id DESC
    ) AS other ON other.number = row.number
    WHERE sale.id IS NOT NULL OR other.sale_no IS NOT NULL
"""

_REPAIRS = """
    CREATE TEMPORARY TABLE found ON COMMIT DROP AS
    SELECT row.number, repair.id IS NOT NULL AS is_known,
           repair.content IS NOT DISTINCT FROM row.content AS is_same,
           CASE WHEN repair.id IS NOT NULL THEN {will_update} ELSE '[]' END
           || CASE WHEN nullif(row.mileage, '')::integer < vehicle.mileage
                   THEN {mileage_fell} ELSE '[]' END
           || CASE WHEN sold.vehicle_id IS NULL THEN {vin_unknown} ELSE '[]' END
           AS warnings
    FROM staged AS row
    LEFT JOIN crm_repair AS repair
      ON repair.station_id = %(organisation)s AND repair.order_no = row.record_number
    LEFT JOIN crm_vehicle AS vehicle ON vehicle.vin = row.vin
    LEFT JOIN LATERAL (
        SELECT sale.vehicle_id FROM crm_sale AS sale
        WHERE sale.vehicle_id = vehicle.id LIMIT 1
    ) AS sold ON true
    WHERE repair.id IS NOT NULL OR sold.vehicle_id IS NULL
       OR nullif(row.mileage, '')::integer < vehicle.mileage
"""

_FILL_IN = """
    UPDATE crm_uploadrow AS row
    SET effect = CASE WHEN NOT found.is_known THEN 'new'
                      WHEN found.is_same THEN 'unchanged' ELSE 'changed' END,
        warnings = CASE WHEN found.is_known AND found.is_same THEN row.warnings
                        ELSE row.warnings || found.warnings END
    FROM found
    WHERE row.batch_id = %(batch)s AND row.number = found.number
"""

_COUNT_WARNED = """
    SELECT count(*) FROM crm_uploadrow
    WHERE batch_id = %(batch)s AND errors = '[]' AND warnings <> '[]'
"""


def compare(batch: UploadBatch) -> None:
    """Fill in effects and warnings."""
    is_sales = batch.kind == UploadBatch.Kind.SALES
    number = "sale_no" if is_sales else "order_no"
    staged = _STAGED.format(
        record_number=value(batch.fields, number),
        vin=value(batch.fields, "vin"),
        mileage="''" if is_sales else value(batch.fields, "mileage"),
    )
    found = (_SALES if is_sales else _REPAIRS).format(
        hidden=HIDDEN,
        will_update=_problem("will_update", number, "row.record_number"),
        sold_before=_problem("sold_before", "vin", "other.sale_no"),
        mileage_fell=_problem("mileage_fell", "mileage", "row.mileage"),
        vin_unknown=_problem("vin_unknown", "vin", "row.vin"),
    )
    ids = {"batch": batch.pk, "organisation": batch.organisation_id}
    with connection.cursor() as cursor:
        give_room(cursor)
        cursor.execute(staged, ids)
        cursor.execute("ANALYZE staged")
        cursor.execute(found, ids)
        if cursor.rowcount:
            # The batch is gone through once either way; looping over it would not be.
            cursor.execute("SET LOCAL enable_nestloop = off")
            cursor.execute(_FILL_IN, ids)
            cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute("DROP TABLE staged, found")


def count_warned(batch: UploadBatch) -> int:
    """How many accepted rows have a warning."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_WARNED, {"batch": batch.pk})
        return int(cursor.fetchone()[0])


def value(fields: Sequence[str], name: str) -> str:
    """SQL for a staged row's value; array subscripts count from 1."""
    return f'row."values"[{list(fields).index(name) + 1}]'


def _problem(code: str, column: str, sql: str) -> str:
    return (
        f"jsonb_build_array(jsonb_build_object('code', '{code}', "
        f"'column', '{column}', 'value', {sql}))"
    )
