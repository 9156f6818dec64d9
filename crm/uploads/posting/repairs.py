"""Repairs: the car, who brought it, the visit, its work and its parts."""

from crm.uploads.posting import people

# Who brought the car is its owner, unless a name and number say otherwise.
POSTING = """
    CREATE TEMPORARY TABLE posting ON COMMIT DROP AS
    SELECT row.number, row.person, row.content,
           {order_no} AS order_no, {customer} AS customer,
           {customer_kind} AS customer_kind, string_to_array({phone}, ' ') AS phones,
           ''::text AS gender, ''::text AS id_number, ''::text AS province,
           ''::text AS city, ''::text AS address,
           {vin} AS vin, {plate} AS plate, {kind} AS kind,
           {in_at}::timestamp AT TIME ZONE %(time_zone)s AS in_at,
           nullif({out_at}, '')::timestamp AT TIME ZONE %(time_zone)s AS out_at,
           nullif({mileage}, '')::integer AS mileage, {statement} AS statement,
           {work} AS work, {parts} AS parts,
           nullif({labour_cost}, '')::numeric AS labour_cost,
           nullif({material_cost}, '')::numeric AS material_cost,
           nullif({total}, '')::numeric AS total, {adviser} AS adviser,
           repair.id IS NULL AS is_new,
           coalesce(
               repair.id, nextval(pg_get_serial_sequence('crm_repair', 'id'))
           ) AS repair_id,
           ownership.customer_id AS likely_customer_id
    FROM crm_uploadrow AS row
    LEFT JOIN crm_repair AS repair
      ON repair.station_id = %(organisation)s AND repair.order_no = {order_no}
    LEFT JOIN crm_vehicle AS vehicle ON vehicle.vin = {vin}
    LEFT JOIN crm_ownership AS ownership
      ON ownership.vehicle_id = vehicle.id AND ownership.to_on IS NULL
    WHERE row.batch_id = %(batch)s AND row.errors = '[]'
      AND repair.content IS DISTINCT FROM row.content
"""

# A car may come twice in one file: its latest plate, its highest mileage.
CARS = """
    CREATE TEMPORARY TABLE cars ON COMMIT DROP AS
    SELECT vin, max(mileage) AS mileage,
           coalesce(
               (array_agg(plate ORDER BY in_at DESC) FILTER (WHERE plate <> ''))[1], ''
           ) AS plate
    FROM posting GROUP BY vin
"""

VEHICLES = """
    INSERT INTO crm_vehicle (vin, engine_no, model, colour, plate, mileage)
    SELECT vin, '', '', '', plate, mileage FROM cars ORDER BY vin
    ON CONFLICT (vin) DO UPDATE
    SET plate = coalesce(nullif(excluded.plate, ''), crm_vehicle.plate),
        mileage = greatest(crm_vehicle.mileage, excluded.mileage)
    WHERE (coalesce(nullif(excluded.plate, ''), crm_vehicle.plate),
           greatest(crm_vehicle.mileage, excluded.mileage))
      IS DISTINCT FROM (crm_vehicle.plate, crm_vehicle.mileage)
"""

REPAIRS = """
    INSERT INTO crm_repair (id, station_id, order_no, vehicle_id, customer_id, kind,
                            in_at, out_at, mileage, statement, labour_cost,
                            material_cost, total, adviser, content, batch_id)
    SELECT row.repair_id, %(organisation)s, row.order_no, vehicle.id,
           coalesce(person.customer_id, row.likely_customer_id), row.kind,
           row.in_at, row.out_at, row.mileage, row.statement, row.labour_cost,
           row.material_cost, row.total, row.adviser, row.content, %(batch)s
    FROM posting AS row
    JOIN crm_vehicle AS vehicle USING (vin)
    LEFT JOIN people AS person ON person.person = row.person AND row.person > 0
    ON CONFLICT (station_id, order_no) DO UPDATE
    SET vehicle_id = excluded.vehicle_id, customer_id = excluded.customer_id,
        kind = excluded.kind, in_at = excluded.in_at, out_at = excluded.out_at,
        mileage = excluded.mileage, statement = excluded.statement,
        labour_cost = excluded.labour_cost, material_cost = excluded.material_cost,
        total = excluded.total, adviser = excluded.adviser,
        content = excluded.content, batch_id = excluded.batch_id
"""

DROP_OLD_LINES = """
    DELETE FROM crm_repairline USING posting AS row
    WHERE NOT row.is_new AND crm_repairline.repair_id = row.repair_id
"""

LINES = """
    INSERT INTO crm_repairline (repair_id, kind, name)
    SELECT row.repair_id, listed.kind, left(btrim(item.name), 200)
    FROM posting AS row
    CROSS JOIN LATERAL (VALUES ('work', row.work), ('part', row.parts))
      AS listed(kind, text)
    CROSS JOIN LATERAL regexp_split_to_table(listed.text, '[、,;/]')
      WITH ORDINALITY AS item(name, place)
    WHERE btrim(item.name) <> ''
    ORDER BY row.number, listed.kind DESC, item.place
"""

STATEMENTS = (
    POSTING,
    *people.STATEMENTS,
    CARS,
    VEHICLES,
    REPAIRS,
    DROP_OLD_LINES,
    LINES,
)
