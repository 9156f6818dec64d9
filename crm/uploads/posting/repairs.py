"""Repairs: the car, who brought it, the visit, its work and its parts."""

from crm.uploads.posting import people
from crm.uploads.posting.journal import changing, deleting, numbered, repeated

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
    SELECT latest.*, vehicle.id IS NULL AS is_new,
           coalesce(
               vehicle.id, nextval(pg_get_serial_sequence('crm_vehicle', 'id'))
           ) AS vehicle_id
    FROM (
        SELECT vin, max(mileage) AS mileage,
               max(in_at) FILTER (WHERE plate <> '') AS plate_at,
               coalesce(
                   (array_agg(plate ORDER BY in_at DESC, number DESC)
                    FILTER (WHERE plate <> ''))[1], ''
               ) AS plate
        FROM posting GROUP BY vin
    ) AS latest
    LEFT JOIN crm_vehicle AS vehicle USING (vin);
    UPDATE cars SET plate = ''
    FROM cars AS later
    WHERE cars.plate <> '' AND later.plate = cars.plate AND later.vin <> cars.vin
      AND (later.plate_at, later.vin) > (cars.plate_at, cars.vin);
    ANALYZE cars (vin, vehicle_id, plate);
"""

# A plate is on one car at a time: who came with it last.
MOVED_PLATES = """
    UPDATE crm_vehicle AS changed
    SET plate = ''
    FROM cars AS car
    WHERE car.plate <> '' AND changed.plate = car.plate
      AND changed.id <> car.vehicle_id
      AND NOT EXISTS (
          SELECT FROM crm_repair AS visit
          WHERE visit.vehicle_id = changed.id AND visit.in_at > car.plate_at
      )
"""

NEW_VEHICLES = """
    INSERT INTO crm_vehicle (id, vin, engine_no, model, colour, plate, mileage)
    SELECT vehicle_id, vin, '', '', '', plate, mileage FROM cars WHERE is_new
    ORDER BY vin
"""

CHANGED_VEHICLES = """
    UPDATE crm_vehicle AS changed
    SET plate = coalesce(nullif(car.plate, ''), changed.plate),
        mileage = greatest(changed.mileage, car.mileage)
    FROM cars AS car
    WHERE changed.id = car.vehicle_id AND NOT car.is_new
      AND (coalesce(nullif(car.plate, ''), changed.plate),
           greatest(changed.mileage, car.mileage))
       IS DISTINCT FROM (changed.plate, changed.mileage)
"""

CHANGED_REPAIRS = """
    UPDATE crm_repair AS changed
    SET vehicle_id = car.vehicle_id,
        customer_id = coalesce(person.customer_id, row.likely_customer_id),
        kind = row.kind, in_at = row.in_at, out_at = row.out_at,
        mileage = row.mileage, statement = row.statement,
        labour_cost = row.labour_cost, material_cost = row.material_cost,
        total = row.total, adviser = row.adviser,
        content = row.content, batch_id = %(batch)s
    FROM posting AS row
    JOIN cars AS car USING (vin)
    LEFT JOIN people AS person ON person.person = row.person AND row.person > 0
    WHERE NOT row.is_new AND changed.id = row.repair_id
"""

NEW_REPAIRS = """
    INSERT INTO crm_repair (id, station_id, order_no, vehicle_id, customer_id, kind,
                            in_at, out_at, mileage, statement, labour_cost,
                            material_cost, total, adviser, content, batch_id)
    SELECT row.repair_id, %(organisation)s, row.order_no, car.vehicle_id,
           coalesce(person.customer_id, row.likely_customer_id), row.kind,
           row.in_at, row.out_at, row.mileage, row.statement, row.labour_cost,
           row.material_cost, row.total, row.adviser, row.content, %(batch)s
    FROM posting AS row
    JOIN cars AS car USING (vin)
    LEFT JOIN people AS person ON person.person = row.person AND row.person > 0
    WHERE row.is_new
"""

DROP_OLD_LINES = """
    DELETE FROM crm_repairline AS gone USING posting AS row
    WHERE NOT row.is_new AND gone.repair_id = row.repair_id
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

REPEATED = repeated("crm_repair", "station_id", "order_no", "{order_no}")

STATEMENTS = (
    POSTING,
    *people.STATEMENTS,
    CARS,
    NEW_VEHICLES,
    numbered("crm_vehicle", "vehicle_id", "cars WHERE is_new"),
    changing("crm_vehicle", MOVED_PLATES),
    changing("crm_vehicle", CHANGED_VEHICLES),
    changing("crm_repair", CHANGED_REPAIRS),
    NEW_REPAIRS,
    numbered("crm_repair", "repair_id", "posting WHERE is_new"),
    deleting("crm_repairline", DROP_OLD_LINES),
    LINES,
)
