"""Whose rows these are: known customers found, new ones made, their numbers kept.

The same person is the one with the same name and a number in common, or with the same
identity number. One who was merged into another is still known by the earlier name and
identity number, as that other one. Works on `posting`, and leaves `people` (person ->
customer_id).

What a file would change is told before it is posted by the same rule, SAME_PEOPLE
(crm/uploads/previewing.py).
"""

from crm.uploads.posting.journal import changing, creating, numbered

# person -> customer_id of those known, from any `posting` that has the columns.
SAME_PEOPLE = """
    SELECT person, min(customer_id) AS customer_id FROM (
        SELECT row.person,
               coalesce(customer.merged_into_id, customer.id) AS customer_id
        FROM posting AS row
        JOIN crm_customer AS customer ON customer.id_number = row.id_number
        WHERE row.id_number <> '' AND row.person > 0
        UNION ALL
        SELECT row.person, customer.id
        FROM posting AS row
        CROSS JOIN unnest(row.phones) AS given(number)
        JOIN crm_phone AS phone ON phone.number = given.number
        JOIN crm_customer AS customer
          ON customer.id = phone.customer_id AND customer.name = row.customer
        WHERE row.person > 0
        UNION ALL
        SELECT row.person, customer.id
        FROM posting AS row
        JOIN crm_customer AS customer
          ON customer.id = row.likely_customer_id AND customer.name = row.customer
        WHERE row.person > 0
        UNION ALL
        SELECT row.person, earlier.merged_into_id
        FROM crm_customer AS earlier
        JOIN posting AS row ON row.customer = earlier.name
        WHERE row.person > 0 AND earlier.merged_into_id IS NOT NULL AND (
            row.likely_customer_id = earlier.merged_into_id OR EXISTS (
                SELECT FROM crm_phone AS phone
                WHERE phone.customer_id = earlier.merged_into_id
                  AND phone.number = ANY(row.phones)
            )
        )
    ) AS found
    GROUP BY person
"""

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

PHONES = """
    INSERT INTO crm_phone (customer_id, number, is_wrong)
    SELECT person.customer_id, given.number, false
    FROM posting AS row
    JOIN people AS person USING (person)
    CROSS JOIN unnest(row.phones) WITH ORDINALITY AS given(number, place)
    ORDER BY row.number, given.place
    ON CONFLICT (number, customer_id) DO NOTHING
"""

STATEMENTS = (
    KNOWN,
    PEOPLE,
    NEW_CUSTOMERS,
    numbered("crm_customer", "customer_id", "people WHERE is_new"),
    changing("crm_customer", CHANGED_CUSTOMERS),
    creating("crm_phone", PHONES),
)
