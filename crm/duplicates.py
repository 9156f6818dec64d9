"""Customers who are probably one: found for all at once, kept as pairs with reasons.

Whoever shares a number, an identity number, a car or an address is compared; the names
decide. Two people of different names on one number are a family, not a duplicate.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import log_action
from crm.models import Customer, DuplicatePair
from crm.permissions import may_merge

# More than this on one number or at one address are a fleet or a block of flats.
MOST_HOLDERS = 20
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('crm.duplicates'))"

# What customers may have in common: all that more than one has, or what those touched
# lately have. The first letter of the name keeps a block of flats apart.
_SHARED_BY_ANY = """
    CREATE TEMPORARY TABLE shared ON COMMIT DROP AS
    SELECT 'number' AS what, number AS key, NULL::bigint AS vehicle_id
    FROM crm_phone
    GROUP BY number HAVING count(*) > 1
    UNION ALL
    SELECT 'identity', id_number, NULL FROM crm_customer
    WHERE id_number <> '' AND merged_into_id IS NULL
    GROUP BY id_number HAVING count(*) > 1
    UNION ALL
    SELECT 'car', vehicle_id::text, vehicle_id FROM (
        SELECT vehicle_id, customer_id FROM crm_ownership
        UNION
        SELECT vehicle_id, customer_id FROM crm_repair WHERE customer_id IS NOT NULL
    ) AS drivers
    GROUP BY vehicle_id HAVING count(*) > 1
    UNION ALL
    SELECT 'address', {address}, NULL FROM crm_customer
    WHERE address <> '' AND merged_into_id IS NULL
    GROUP BY {address} HAVING count(*) > 1
"""
_TOUCHED = """
    CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
    SELECT customer.id FROM crm_customer AS customer
    WHERE customer.created_at > %(since)s
    UNION
    SELECT sale.customer_id FROM crm_sale AS sale
    JOIN crm_uploadbatch AS batch ON batch.id = sale.batch_id
    WHERE batch.posted_at > %(since)s
    UNION
    SELECT repair.customer_id FROM crm_repair AS repair
    JOIN crm_uploadbatch AS batch ON batch.id = repair.batch_id
    WHERE batch.posted_at > %(since)s AND repair.customer_id IS NOT NULL
"""
_SHARED_BY_TOUCHED = """
    CREATE TEMPORARY TABLE shared ON COMMIT DROP AS
    SELECT 'number' AS what, phone.number AS key, NULL::bigint AS vehicle_id
    FROM touched JOIN crm_phone AS phone ON phone.customer_id = touched.id
    UNION
    SELECT 'identity', id_number, NULL FROM touched JOIN crm_customer USING (id)
    WHERE id_number <> ''
    UNION
    SELECT 'car', vehicle_id::text, vehicle_id
    FROM touched JOIN crm_ownership AS owned ON owned.customer_id = touched.id
    UNION
    SELECT 'car', vehicle_id::text, vehicle_id
    FROM touched JOIN crm_repair AS repair ON repair.customer_id = touched.id
    UNION
    SELECT 'address', {address}, NULL FROM touched JOIN crm_customer USING (id)
    WHERE address <> ''
"""

_HOLDERS = """
    CREATE TEMPORARY TABLE holders ON COMMIT DROP AS
    SELECT what, key, customer_id FROM (
        SELECT held.*, count(*) OVER (PARTITION BY what, key) AS size FROM (
            SELECT what, key, phone.customer_id
            FROM shared JOIN crm_phone AS phone ON phone.number = key
            WHERE what = 'number'
            UNION ALL
            SELECT what, key, customer.id
            FROM shared JOIN crm_customer AS customer ON customer.id_number = key
            WHERE what = 'identity' AND customer.id_number <> ''
              AND customer.merged_into_id IS NULL
            UNION ALL
            SELECT what, key, drivers.customer_id FROM (
                SELECT what, key, owned.customer_id
                FROM shared JOIN crm_ownership AS owned USING (vehicle_id)
                UNION
                SELECT what, key, repair.customer_id
                FROM shared JOIN crm_repair AS repair USING (vehicle_id)
                WHERE repair.customer_id IS NOT NULL
            ) AS drivers
            UNION ALL
            SELECT what, key, customer.id
            FROM shared JOIN crm_customer AS customer ON {address} = key
            WHERE what = 'address' AND customer.address <> ''
              AND customer.merged_into_id IS NULL
        ) AS held
    ) AS counted
    WHERE size BETWEEN 2 AND %(most)s;
    ANALYZE holders
"""
_ADDRESS = "left(name, 1) || '|' || city || '|' || address"

_CANDIDATES = """
    CREATE TEMPORARY TABLE candidates ON COMMIT DROP AS
    SELECT one.customer_id AS first, other.customer_id AS second,
           bool_or(what = 'number') AS number, bool_or(what = 'identity') AS identity,
           bool_or(what = 'car') AS car, bool_or(what = 'address') AS address
    FROM holders AS one JOIN holders AS other USING (what, key)
    WHERE one.customer_id < other.customer_id
    GROUP BY first, second;
    ANALYZE candidates
"""

# A name without what people add to it or leave out: spaces and marks, titles, what kind
# of company, which branch of it.
_CORE = r"""
    regexp_replace(regexp_replace(regexp_replace(
        upper(normalize(name, NFKC)), '[\s·・•.,，。()''"\-–—_/]', '', 'g'),
        '(先生|女士|小姐|太太|老师|师傅)$', ''),
        '(股份|责任)?有限(责任)?公司.*$|[分总]?公司$', '')
"""
_GENDER = r"""
    coalesce(nullif(gender, ''), CASE
        WHEN name ~ '先生\s*$' THEN 'm'
        WHEN name ~ '(女士|小姐|太太)\s*$' THEN 'f' END)
"""
_NAMED = """
    CREATE TEMPORARY TABLE named ON COMMIT DROP AS
    SELECT id, {core} AS core, {gender} AS gender, id_number
    FROM crm_customer AS customer
    WHERE merged_into_id IS NULL
      AND id IN (SELECT first FROM candidates UNION SELECT second FROM candidates);
    ANALYZE named
"""
_COMPARED = """
    CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
    SELECT pair.*,
           short = long AND short <> '' AS same_name,
           short <> long AND short <> '' AND left(short, 1) = left(long, 1)
               AND starts_with(long, short)
           OR short <> long AND length(short) > 1 AND strpos(long, short) > 0
           AS is_part,
           length(short) = length(long) AND length(long) BETWEEN 3 AND 4
               AND left(short, -2) = left(long, -2)
               AND (right(short, 1) = right(long, 1)
                    OR left(short, -1) = left(long, -1))
           OR length(short) > 4 AND similarity(short, long) >= 0.6
           AS is_slip
    FROM (
        SELECT candidates.*,
               CASE WHEN length(one.core) <= length(other.core)
                    THEN one.core ELSE other.core END AS short,
               CASE WHEN length(one.core) <= length(other.core)
                    THEN other.core ELSE one.core END AS long,
               coalesce(one.gender <> other.gender, false) AS unlike,
               one.id_number <> '' AND other.id_number <> ''
                   AND one.id_number <> other.id_number AS other_identity
        FROM candidates
        JOIN named AS one ON one.id = first
        JOIN named AS other ON other.id = second
    ) AS pair
"""
_FOUND = """
    CREATE TEMPORARY TABLE found ON COMMIT DROP AS
    SELECT first, second, array_remove(ARRAY[
               CASE WHEN identity THEN 'identity' END,
               CASE WHEN same_name THEN 'same_name'
                    WHEN is_part OR is_slip THEN 'like_name' END,
               CASE WHEN number THEN 'number' END,
               CASE WHEN car THEN 'car' END,
               CASE WHEN address THEN 'address' END
           ]::varchar[], NULL) AS reasons,
           least(100, base + 3 * greatest(
               0, number::int + car::int + address::int - 1
           )) AS score
    FROM (
        SELECT compared.*, CASE
            WHEN identity AND (same_name OR is_part OR is_slip) THEN 97
            WHEN identity THEN 90
            WHEN same_name AND unlike AND length(short) = 1 THEN NULL
            WHEN same_name AND (number OR car) THEN
                CASE WHEN number THEN 88 ELSE 82 END
                - CASE WHEN other_identity THEN 30 WHEN unlike THEN 10 ELSE 0 END
            WHEN same_name AND address AND NOT other_identity AND NOT unlike THEN 72
            WHEN number AND NOT other_identity AND NOT unlike THEN
                CASE WHEN is_part THEN 62 WHEN is_slip THEN 52 END
            END AS base
        FROM compared
    ) AS judged
    WHERE base IS NOT NULL
"""

# Known to be two: as the pair was dismissed, and as the two are called after merges.
_DROP_DISMISSED = """
    DELETE FROM found USING (
        SELECT coalesce(one.merged_into_id, one.id) AS one,
               coalesce(other.merged_into_id, other.id) AS other
        FROM crm_duplicatepair AS pair
        JOIN crm_customer AS one ON one.id = pair.first_id
        JOIN crm_customer AS other ON other.id = pair.second_id
        WHERE pair.dismissed_at IS NOT NULL
    ) AS two
    WHERE first = least(one, other) AND second = greatest(one, other)
"""
_KEEP = """
    INSERT INTO crm_duplicatepair (first_id, second_id, reasons, score, found_at)
    SELECT first, second, reasons, score, now() FROM found
    ORDER BY score, first, second
    ON CONFLICT (first_id, second_id) DO UPDATE
    SET reasons = excluded.reasons, score = excluded.score
    WHERE (crm_duplicatepair.reasons, crm_duplicatepair.score)
      IS DISTINCT FROM (excluded.reasons, excluded.score)
"""
_FORGET = """
    DELETE FROM crm_duplicatepair AS pair
    WHERE dismissed_at IS NULL AND NOT EXISTS (
        SELECT FROM found WHERE first = first_id AND second = second_id
    )
"""
_TABLES = ("touched", "shared", "holders", "candidates", "named", "compared", "found")


@dataclass(frozen=True)
class Search:
    """What one search changed, in numbers of pairs."""

    kept: int
    forgotten: int


@transaction.atomic
def find_duplicates(*, lately: timedelta | None = None) -> Search:
    """Keep the pairs there are now; with `lately` only look around new records.

    Safe to repeat, and to run twice at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        if lately is None:
            cursor.execute(_SHARED_BY_ANY.format(address=_ADDRESS))
        else:
            cursor.execute(_TOUCHED, {"since": timezone.now() - lately})
            cursor.execute("ANALYZE touched")
            cursor.execute(_SHARED_BY_TOUCHED.format(address=_ADDRESS))
        cursor.execute("ANALYZE shared")
        cursor.execute(_HOLDERS.format(address=_ADDRESS), {"most": MOST_HOLDERS})
        cursor.execute(_CANDIDATES)
        cursor.execute(_NAMED.format(core=_CORE, gender=_GENDER))
        cursor.execute(_COMPARED)
        cursor.execute(_FOUND)
        cursor.execute(_DROP_DISMISSED)
        cursor.execute(_KEEP)
        kept = cursor.rowcount
        if lately is None:
            cursor.execute(_FORGET)
        forgotten = cursor.rowcount if lately is None else 0
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(_TABLES)}")
    return Search(kept, forgotten)


@transaction.atomic
def dismiss(one: Customer, other: Customer, *, by: User) -> DuplicatePair:
    """Two different people: whatever they have in common, they are not listed again."""
    if not may_merge(by):
        raise PermissionDenied
    if one.pk == other.pk:
        raise ValidationError(_("This is the same customer."), code="same")
    first, second = sorted([one, other], key=lambda customer: customer.pk)
    pair, _made = DuplicatePair.objects.get_or_create(
        first=first, second=second, defaults={"reasons": [], "score": 0}
    )
    changed = DuplicatePair.objects.filter(pk=pair.pk, dismissed_at=None).update(
        dismissed_by=by, dismissed_at=timezone.now()
    )
    if changed:
        for customer, named in ((first, second), (second, first)):
            data = {"name": customer.name, "other": named.name}
            log_action(by, "customer.not_the_same", customer, data)
    pair.refresh_from_db()
    return pair
