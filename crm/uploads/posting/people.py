"""Whose rows these are: known customers found, new ones made, their numbers kept.

Works on `posting`, and leaves `people` (person -> customer_id). The same customer is
the one

1. with the same identity number, which for a company is its credit code;
2. with the same name who is the record's already, or owns the car;
3. with the same name and a number in common;
4. with the same full name, if it is a company: its name is registered only once.

Names may be written in different ways (crm/names.py). Two identity numbers are two
people, whatever else they share, unless a corrected record puts its own right. The rule
with the lower number decides, then the customer known for longer. One who was merged
into another is still known by the earlier name and identity number, as that other one.

What a file would change is told before it is posted by the same rule, SAME_PEOPLE
(crm/uploads/changes/counts.py).
"""

from crm import names
from crm.uploads.posting.journal import changing, creating, numbered

_SAME_NAME = f"""(
    {names.same_sql("customer.name", "row.customer")} OR EXISTS (
        SELECT FROM crm_customer AS earlier
        WHERE earlier.merged_into_id = customer.id
          AND {names.same_sql("earlier.name", "row.customer")}
    )
)"""
_NOT_ANOTHER = """(
    '' IN (row.id_number, customer.id_number) OR row.id_number = customer.id_number
)"""
_NUMBER_IN_COMMON = """EXISTS (
    SELECT FROM crm_phone AS phone
    WHERE phone.customer_id = customer.id AND phone.number = ANY(row.phones)
)"""
# A company's name with its form, "…有限公司", is at least this long.
FULL_NAME = 8

# person -> customer_id of those known, from any `posting` that has the columns;
# `are_more` where several could be meant.
SAME_PEOPLE = f"""
    SELECT person, (min(ARRAY[rule, customer_id]))[2] AS customer_id,
           min(customer_id) < max(customer_id) AS are_more
    FROM (
        SELECT row.person, 1 AS rule,
               coalesce(customer.merged_into_id, customer.id) AS customer_id
        FROM posting AS row
        JOIN crm_customer AS customer ON customer.id_number = row.id_number
        WHERE row.id_number <> '' AND row.person > 0
        UNION ALL
        SELECT row.person, 2, customer.id
        FROM posting AS row
        JOIN crm_customer AS customer ON customer.id = row.likely_customer_id
        WHERE row.person > 0 AND {_SAME_NAME}
          AND ({_NOT_ANOTHER} OR {_NUMBER_IN_COMMON})
        UNION ALL
        SELECT row.person, 2, customer.id
        FROM posting AS row
        JOIN crm_vehicle AS vehicle USING (vin)
        JOIN crm_ownership AS owner
          ON owner.vehicle_id = vehicle.id AND owner.to_on IS NULL
        JOIN crm_customer AS customer ON customer.id = owner.customer_id
        WHERE row.person > 0 AND {_SAME_NAME} AND {_NOT_ANOTHER}
        UNION ALL
        SELECT row.person, 3, customer.id
        FROM posting AS row
        CROSS JOIN unnest(row.phones) AS given(number)
        JOIN crm_phone AS phone ON phone.number = given.number
        JOIN crm_customer AS customer ON customer.id = phone.customer_id
        WHERE row.person > 0 AND {_SAME_NAME} AND {_NOT_ANOTHER}
        UNION ALL
        SELECT row.person, 4, coalesce(customer.merged_into_id, customer.id)
        FROM posting AS row
        JOIN crm_customer AS customer
          ON customer.name = row.customer AND customer.kind = 'company'
        WHERE row.person > 0 AND row.customer_kind = 'company'
          AND char_length(row.customer) >= {FULL_NAME} AND {_NOT_ANOTHER}
    ) AS found
    GROUP BY person
"""  # noqa: S608 - the names are our own

KNOWN = f"CREATE TEMPORARY TABLE known ON COMMIT DROP AS {SAME_PEOPLE}"

# A person's first row has the person's number, but may be left out as unchanged; then
# the next one speaks for the person. Sorting all rows to find it would cost far more.
SPEAKERS = """
    SELECT person, customer, customer_kind, gender, id_number, province, city,
           address
    FROM posting WHERE person = number
    UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (person)
               person, customer, customer_kind, gender, id_number, province, city,
               address
        FROM posting AS row
        WHERE person > 0 AND person <> number AND NOT EXISTS (
            SELECT FROM posting AS first WHERE first.number = row.person
        )
        ORDER BY person, number
    ) AS later
"""

_PEOPLE = """
    CREATE TEMPORARY TABLE people ON COMMIT DROP AS
    SELECT first.*, known.customer_id IS NULL AS is_new,
           coalesce(
               known.customer_id,
               nextval(pg_get_serial_sequence('crm_customer', 'id'))
           ) AS customer_id
    FROM ({speakers}) AS first
    LEFT JOIN known USING (person);
    ANALYZE people (person, customer_id);
"""
PEOPLE = _PEOPLE.format(speakers=SPEAKERS)

NEW_CUSTOMERS = """
    INSERT INTO crm_customer (id, kind, name, gender, id_number, province, city,
                              address, do_not_call, created_at)
    SELECT customer_id, customer_kind, customer, gender, id_number, province, city,
           address, false, now()
    FROM people WHERE is_new
"""

# What a file leaves empty stays as it is known.
CHANGED_CUSTOMERS = """
    UPDATE crm_customer AS changed
    SET gender = coalesce(nullif(person.gender, ''), changed.gender),
        id_number = coalesce(nullif(person.id_number, ''), changed.id_number),
        province = coalesce(nullif(person.province, ''), changed.province),
        city = coalesce(nullif(person.city, ''), changed.city),
        address = coalesce(nullif(person.address, ''), changed.address)
    FROM people AS person
    WHERE changed.id = person.customer_id AND NOT person.is_new
      AND (person.gender, person.id_number, person.province, person.city,
           person.address)
       <> (changed.gender, changed.id_number, changed.province, changed.city,
           changed.address)
"""

# A known customer's new number, if it stands first in its cell, is called first.
PHONES = """
    INSERT INTO crm_phone (customer_id, number, is_wrong, place)
    SELECT person.customer_id, given.number, false,
           CASE WHEN person.is_new OR given.place > 1 THEN 0 ELSE (
               SELECT coalesce(min(known.place), 1) - 1 FROM crm_phone AS known
               WHERE known.customer_id = person.customer_id
           ) END
    FROM posting AS row
    JOIN people AS person USING (person)
    CROSS JOIN unnest(row.phones) WITH ORDINALITY AS given(number, place)
    ORDER BY row.number, given.place
    ON CONFLICT (number, customer_id) DO NOTHING
"""

# Until the file is posted nobody makes a customer with one of these numbers. With more
# numbers than this agents would wait too long, and the server has so many locks only.
MOST_LOCKED = 500
LOCK_NUMBERS = f"""
    WITH numbers AS MATERIALIZED (
        SELECT DISTINCT given.number COLLATE "C" AS number
        FROM posting AS row CROSS JOIN unnest(row.phones) AS given(number)
        WHERE (SELECT count(*) FROM posting) <= {MOST_LOCKED}
        ORDER BY number
    )
    SELECT count(pg_advisory_xact_lock(hashtext('crm.phone'), hashtext(number)))
    FROM numbers
"""  # noqa: S608 - a number of our own

STATEMENTS = (
    LOCK_NUMBERS,
    KNOWN,
    PEOPLE,
    NEW_CUSTOMERS,
    numbered("crm_customer", "customer_id", "people WHERE is_new"),
    changing("crm_customer", CHANGED_CUSTOMERS),
    creating("crm_phone", PHONES),
)
