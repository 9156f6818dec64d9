"""What posting a batch came to, counted in its transaction: no forecast is kept."""

from collections.abc import Mapping
from typing import Any

from django.db import connection

# The forecast of the rows was made when the file was checked; others came since.
EFFECTS = """
    UPDATE crm_uploadrow AS row SET effect = came.effect
    FROM (
        SELECT staged.number, CASE
            WHEN posting.number IS NULL THEN 'unchanged'
            WHEN posting.is_new THEN 'new' ELSE 'changed' END AS effect
        FROM crm_uploadrow AS staged LEFT JOIN posting USING (number)
        WHERE staged.batch_id = %(batch)s AND staged.errors = '[]'
    ) AS came
    WHERE row.batch_id = %(batch)s AND row.number = came.number
      AND row.effect <> came.effect
"""

_MADE = """
    SELECT "table", cardinality(ids) FROM crm_postedrows
    WHERE batch_id = %(batch)s AND "table" IN ('crm_customer', 'crm_vehicle')
"""
# A customer with another number is a changed one too.
_CHANGED = """
    WITH earlier AS (SELECT * FROM crm_earlierstate WHERE batch_id = %(batch)s),
    made AS (SELECT "table", unnest(ids) AS id FROM crm_postedrows
             WHERE batch_id = %(batch)s AND "table" IN ('crm_customer', 'crm_phone')),
    people AS (
        (SELECT row_id FROM earlier WHERE "table" = 'crm_customer'
         UNION
         SELECT (content->>'customer_id')::bigint FROM earlier
         WHERE "table" = 'crm_phone'
         UNION
         SELECT phone.customer_id FROM crm_phone AS phone
         JOIN made ON made.id = phone.id AND made."table" = 'crm_phone')
        EXCEPT
        SELECT id FROM made WHERE "table" = 'crm_customer'
    )
    SELECT (SELECT count(*) FROM people),
           (SELECT count(*) FROM earlier WHERE "table" = 'crm_vehicle'),
           (SELECT count(DISTINCT owned.vehicle_id) FROM earlier
            JOIN crm_ownership AS owned
              ON owned.vehicle_id = (earlier.content->>'vehicle_id')::bigint
             AND owned.to_on IS NULL
             AND owned.customer_id <> (earlier.content->>'customer_id')::bigint
            WHERE earlier."table" = 'crm_ownership'
              AND earlier.content->>'to_on' IS NULL)
"""


def outcome(
    batch_id: int, foretold: Mapping[str, Mapping[str, int]], records: dict[str, int]
) -> dict[str, Any]:
    """In the form of the forecast; the file names as many people and cars as before."""
    params = {"batch": batch_id}
    with connection.cursor() as cursor:
        cursor.execute(_MADE, params)
        made: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(_CHANGED, params)
        people, cars, owners = cursor.fetchone()

    def counted(name: str, table: str, changed: int) -> dict[str, int]:
        new = made.get(table, 0)
        left = sum(foretold.get(name, {}).values()) - new - changed
        return {"new": new, "changed": changed, "unchanged": max(left, 0)}

    return {
        "records": records,
        "customers": counted("customers", "crm_customer", people),
        "cars": counted("cars", "crm_vehicle", cars),
        "owners": {"changed": owners},
    }
