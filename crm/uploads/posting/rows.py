"""Accepted rows to customers, vehicles and records: a few statements for any number.

The staged rows that say something new become a temporary table, `posting`; every step
after that is one statement over it. Whatever happens in between, the transaction of
`post_batch` (services/posting.py) makes it all or nothing.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from crm.models import UploadBatch
from crm.uploads.checking.comparing import value
from crm.uploads.planning import give_room, tell_planner
from crm.uploads.posting import repairs, sales
from crm.uploads.posting.outcome import EFFECTS
from crm.uploads.progress import Progress, Stage

# Held to the end of the transaction: files are posted one after the other, so two with
# the same people or cars neither double them nor lock each other out.
_ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtext('crm.uploads.posting'))"
_CORRECTED = "SELECT count(*) FROM posting WHERE NOT is_new"

STATEMENTS: dict[str, Iterable[str]] = {
    UploadBatch.Kind.SALES: sales.STATEMENTS,
    UploadBatch.Kind.REPAIRS: repairs.STATEMENTS,
}
# Costs as much again as finding what is new, so only where there are some.
REPEATED: dict[str, str] = {
    UploadBatch.Kind.SALES: sales.REPEATED,
    UploadBatch.Kind.REPAIRS: repairs.REPEATED,
}
# What posting adds to, and the columns that are asked by.
_PEOPLE = (
    "crm_customer (id, name, id_number, merged_into_id)",
    "crm_phone (number, customer_id)",
    "crm_vehicle (id, vin)",
    "crm_ownership (vehicle_id, customer_id, from_on, to_on)",
)
TABLES: dict[str, tuple[str, ...]] = {
    UploadBatch.Kind.SALES: (
        *_PEOPLE,
        "crm_sale (id, dealer_id, sale_no, vehicle_id, customer_id)",
    ),
    UploadBatch.Kind.REPAIRS: (
        *_PEOPLE,
        "crm_repair (id, station_id, order_no, vehicle_id, customer_id)",
        "crm_repairline (repair_id)",
    ),
}

# How long a statement takes beside the others, by what it says; all others take 1.
SHARES = {
    "TABLE posting": 3,
    "TABLE people": 2,
    "INTO crm_customer": 6,
    "INTO crm_phone": 9,
    "INTO crm_vehicle": 5,
    "INTO crm_ownership": 6,
    "INTO crm_sale": 9,
    "INTO crm_repair ": 9,
    "INTO crm_repairline": 6,
}


@dataclass(frozen=True)
class Posted:
    """How many rows said something new, and how many of these changed a record."""

    rows: int
    corrected: int


def _one_at_a_time(work: Progress) -> None:
    """Until the transaction ends no other file is posted or taken back.

    The lock is asked for again and again, so that work that waits can be cancelled.
    """
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_ONE_AT_A_TIME)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.1)
            work.report(0)


def post_rows(batch: UploadBatch, work: Progress) -> Posted:
    """Post the batch's accepted rows, keeping what that did in the journal."""
    values = {name: value(batch.fields, name) for name in batch.fields}
    params: dict[str, int | str] = {
        "batch": batch.pk,
        "organisation": batch.organisation_id,
        "time_zone": settings.TIME_ZONE,
    }
    work.begin(Stage.POSTING)
    _one_at_a_time(work)
    with connection.cursor() as cursor:
        give_room(cursor)
        # With each statement, not all at the end: a million rows' checks fill memory.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        first, *rest = STATEMENTS[batch.kind]
        shares = [_share(statement) for statement in (first, *rest)]
        work.begin(Stage.POSTING, batch.rows_accepted)
        cursor.execute(first.format(**values), params)
        posted = int(cursor.rowcount)
        cursor.execute("ANALYZE posting (number, person)")
        cursor.execute(_CORRECTED)
        corrected = int(cursor.fetchone()[0])
        if posted < batch.rows_accepted:
            cursor.execute(REPEATED[batch.kind].format(**values), params)
        cursor.execute(EFFECTS, params)
        if posted:
            done = shares[0]
            for statement, share in zip(rest, shares[1:], strict=True):
                work.report(batch.rows_accepted * done // sum(shares))
                cursor.execute(statement, params)
                done += share
        # Several batches may be posted in one transaction.
        cursor.execute("DROP TABLE IF EXISTS posting, known, people, cars")
        tell_planner(posted, *TABLES[batch.kind])
    return Posted(posted, corrected)


def _share(statement: str) -> int:
    return next((share for words, share in SHARES.items() if words in statement), 1)
