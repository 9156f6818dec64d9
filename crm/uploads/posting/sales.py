"""Sales: customers, their numbers, cars, who owns them from when, and the sales."""

from crm.uploads.posting import people
from crm.uploads.posting.journal import changing, creating, deleting, numbered, repeated

# A record whose content is the same has nothing new to say and is left out.
POSTING = """
    CREATE TEMPORARY TABLE posting ON COMMIT DROP AS
    SELECT row.number, row.person, row.content,
           {sale_no} AS sale_no, {buyer} AS customer, {customer_kind} AS customer_kind,
           {gender} AS gender, string_to_array({phone}, ' ') AS phones,
           {id_number} AS id_number, {province} AS province, {city} AS city,
           {address} AS address, {vin} AS vin, {engine_no} AS engine_no,
           {model} AS model, {colour} AS colour,
           nullif({price}, '')::numeric AS price, {invoice_no} AS invoice_no,
           {invoiced_on}::date AS invoiced_on,
           nullif({delivered_on}, '')::date AS delivered_on,
           coalesce(nullif({delivered_on}, ''), {invoiced_on})::date AS from_on,
           {salesperson} AS salesperson,
           sale.id AS sale_id, sale.id IS NULL AS is_new,
           sale.vehicle_id AS old_vehicle_id,
           sale.customer_id AS likely_customer_id,
           coalesce(sale.delivered_on, sale.invoiced_on) AS old_from_on,
           vehicle.id IS NULL AS is_new_vehicle,
           coalesce(
               vehicle.id, nextval(pg_get_serial_sequence('crm_vehicle', 'id'))
           ) AS vehicle_id
    FROM crm_uploadrow AS row
    LEFT JOIN crm_sale AS sale
      ON sale.dealer_id = %(organisation)s AND sale.sale_no = {sale_no}
    LEFT JOIN crm_vehicle AS vehicle ON vehicle.vin = {vin}
    WHERE row.batch_id = %(batch)s AND row.errors = '[]'
      AND sale.content IS DISTINCT FROM row.content
"""

NEW_VEHICLES = """
    INSERT INTO crm_vehicle (id, vin, engine_no, model, colour, plate)
    SELECT vehicle_id, vin, engine_no, model, colour, ''
    FROM posting WHERE is_new_vehicle
    ORDER BY vin
"""

CHANGED_VEHICLES = """
    UPDATE crm_vehicle AS changed
    SET engine_no = coalesce(nullif(row.engine_no, ''), changed.engine_no),
        model = coalesce(nullif(row.model, ''), changed.model),
        colour = coalesce(nullif(row.colour, ''), changed.colour)
    FROM posting AS row
    WHERE changed.id = row.vehicle_id AND NOT row.is_new_vehicle
      AND (row.engine_no, row.model, row.colour)
       <> (changed.engine_no, changed.model, changed.colour)
"""

# A sale corrected to another car, buyer or day never began the ownership it began.
DROP_MISTAKEN_OWNERSHIPS = """
    DELETE FROM crm_ownership AS gone
    USING posting AS row JOIN people AS person USING (person)
    WHERE row.sale_id IS NOT NULL
      AND gone.vehicle_id = row.old_vehicle_id
      AND gone.customer_id = row.likely_customer_id
      AND gone.from_on = row.old_from_on
      AND (row.vehicle_id, person.customer_id, row.from_on)
       <> (row.old_vehicle_id, row.likely_customer_id, row.old_from_on)
"""

REOPEN_EARLIER_OWNERSHIPS = """
    UPDATE crm_ownership AS changed
    SET to_on = (
        SELECT min(later.from_on) FROM crm_ownership AS later
        WHERE later.vehicle_id = changed.vehicle_id
          AND later.from_on >= changed.from_on AND later.id <> changed.id
    )
    FROM posting AS row
    WHERE row.sale_id IS NOT NULL
      AND changed.vehicle_id = row.old_vehicle_id
      AND changed.to_on = row.old_from_on
"""

CLOSE_EARLIER_OWNERSHIPS = """
    UPDATE crm_ownership AS changed
    SET to_on = row.from_on
    FROM posting AS row JOIN people AS person USING (person)
    WHERE NOT row.is_new_vehicle AND changed.vehicle_id = row.vehicle_id
      AND changed.customer_id <> person.customer_id
      AND changed.from_on <= row.from_on
      AND (changed.to_on IS NULL OR changed.to_on > row.from_on)
"""

# A sale that comes late, after the car was sold on, ends where the next one begins.
NEW_OWNERSHIPS = """
    INSERT INTO crm_ownership (vehicle_id, customer_id, from_on, to_on)
    SELECT row.vehicle_id, person.customer_id, row.from_on,
           CASE WHEN NOT row.is_new_vehicle THEN (
               SELECT min(later.from_on) FROM crm_ownership AS later
               WHERE later.vehicle_id = row.vehicle_id AND later.from_on > row.from_on
           ) END
    FROM posting AS row JOIN people AS person USING (person)
    WHERE row.is_new_vehicle OR NOT EXISTS (
        SELECT FROM crm_ownership AS same
        WHERE same.vehicle_id = row.vehicle_id
          AND same.customer_id = person.customer_id
          AND same.from_on <= row.from_on
          AND (same.to_on IS NULL OR same.to_on > row.from_on)
    )
"""

CHANGED_SALES = """
    UPDATE crm_sale AS changed
    SET customer_id = person.customer_id, vehicle_id = row.vehicle_id,
        salesperson = row.salesperson, price = row.price, invoice_no = row.invoice_no,
        invoiced_on = row.invoiced_on, delivered_on = row.delivered_on,
        content = row.content, batch_id = %(batch)s
    FROM posting AS row JOIN people AS person USING (person)
    WHERE changed.id = row.sale_id
"""

NEW_SALES = """
    INSERT INTO crm_sale (dealer_id, sale_no, customer_id, vehicle_id, salesperson,
                          price, invoice_no, invoiced_on, delivered_on, content,
                          batch_id)
    SELECT %(organisation)s, row.sale_no, person.customer_id, row.vehicle_id,
           row.salesperson, row.price, row.invoice_no, row.invoiced_on,
           row.delivered_on, row.content, %(batch)s
    FROM posting AS row JOIN people AS person USING (person)
    WHERE row.sale_id IS NULL
"""

REPEATED = repeated("crm_sale", "dealer_id", "sale_no", "{sale_no}")

STATEMENTS = (
    POSTING,
    *people.STATEMENTS,
    NEW_VEHICLES,
    numbered("crm_vehicle", "vehicle_id", "posting WHERE is_new_vehicle"),
    changing("crm_vehicle", CHANGED_VEHICLES),
    deleting("crm_ownership", DROP_MISTAKEN_OWNERSHIPS),
    changing("crm_ownership", REOPEN_EARLIER_OWNERSHIPS),
    changing("crm_ownership", CLOSE_EARLIER_OWNERSHIPS),
    creating("crm_ownership", NEW_OWNERSHIPS),
    changing("crm_sale", CHANGED_SALES),
    creating("crm_sale", NEW_SALES),
)
