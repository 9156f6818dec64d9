"""100,000 sales from a CSV file to posted records, beside two other ways to do it.

- ours: read, check every cell, stage, compare, submit, approve, post;
- django-import-export in bulk mode with the related rows, on the first 5,000;
- the floor: COPY of the file into a temporary table and plain INSERT ... SELECT into
  the same tables, with no check of anything.

They run in turn on empty tables, commit and checks of foreign keys included; the median
counts.
"""

import csv
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection, transaction
from django.test.utils import override_settings

from accounts.models import Organisation
from accounts.services import save_organisation
from benchmarks._import_export import import_with_library
from benchmarks._rows import HEADER, sale_rows
from crm.models import Sale, UploadBatch
from crm.uploads import services

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
LIBRARY_ROWS = 5_000
TURNS = int(os.environ.get("BENCH_TURNS", "3"))

TABLES = "crm_uploadrow, crm_sale, crm_ownership, crm_phone, crm_customer, crm_vehicle"


def run() -> dict[str, Any]:
    dealer = make_dealer()
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        file = Path(folder) / "sales.csv"
        rows = sale_rows(random.Random(2), ROWS)
        with file.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([HEADER, *rows])
        few = rows[:LIBRARY_ROWS]
        ours, floor, library = [], [], []
        steps: dict[str, float] = {}
        for _ in range(TURNS):
            floor.append(timed(lambda: load_plainly(dealer, file)))
            ours.append(timed(lambda: upload(dealer, file, steps)))
            library.append(timed(lambda: import_with_library(dealer, few)))
    per_second = ROWS / median(ours)
    library_per_second = LIBRARY_ROWS / median(library)
    floor_per_second = ROWS / median(floor)
    return {
        "rows": ROWS,
        "seconds": round(median(ours), 2),
        "rows_per_second": round(per_second),
        "steps_last_turn": {name: round(value, 2) for name, value in steps.items()},
        "import_export_rows_per_second": round(library_per_second),
        "times_import_export": round(per_second / library_per_second, 1),
        "plain_sql_rows_per_second": round(floor_per_second),
        "of_plain_sql": round(per_second / floor_per_second, 2),
    }


def timed(work: Callable[[], Any]) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
        cursor.execute("CHECKPOINT")
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def make_dealer() -> Organisation:
    kinds = Organisation.Kind
    parent = None
    for kind in (kinds.HEADQUARTERS, kinds.REGION, kinds.BRANCH, kinds.DEALER):
        parent = save_organisation(
            Organisation(
                code=f"BENCH-{kind}", name=str(kind.label), kind=kind, parent=parent
            )
        )
    assert parent is not None
    return parent


def upload(dealer: Organisation, path: Path, steps: dict[str, float]) -> None:
    start = time.perf_counter()
    with path.open("rb") as file:
        batch = services.receive_file(
            kind=UploadBatch.Kind.SALES,
            organisation=dealer,
            by=None,
            file=file,
            name=path.name,
            queue=False,
        )
    batch = services.read_batch(batch.pk)
    checked = time.perf_counter()
    batch = services.submit_batch(batch, by=None)
    batch = services.approve_batch(batch, by=None)
    posted = services.post_batch(batch.pk)
    steps["read_check_stage"] = checked - start
    steps["post"] = time.perf_counter() - checked
    assert posted == Sale.objects.count() == ROWS


PLAIN = """
    CREATE TEMPORARY TABLE plain (
        {columns},
        customer_id bigint DEFAULT nextval(pg_get_serial_sequence('crm_customer', 'id'))
    ) ON COMMIT DROP;
"""
PLAIN_INSERTS = """
    INSERT INTO crm_vehicle (vin, engine_no, model, colour, plate)
    SELECT vin, engine_no, model, colour, '' FROM plain ON CONFLICT (vin) DO NOTHING;
    INSERT INTO crm_customer (id, kind, name, gender, id_number, province, city,
                              address, do_not_call, created_at)
    SELECT customer_id, 'person', buyer, CASE gender WHEN '男' THEN 'm' ELSE 'f' END,
           id_number, province, city, address, false, now()
    FROM plain;
    INSERT INTO crm_phone (customer_id, number, is_wrong)
    SELECT customer_id, '+86' || phone, false FROM plain;
    INSERT INTO crm_ownership (vehicle_id, customer_id, from_on)
    SELECT v.id, customer_id, delivered_on::date
    FROM plain JOIN crm_vehicle v USING (vin);
    INSERT INTO crm_sale (dealer_id, sale_no, customer_id, vehicle_id, salesperson,
                          price, invoice_no, invoiced_on, delivered_on, batch_id)
    SELECT {dealer}, sale_no, customer_id, v.id, salesperson, price::numeric,
           invoice_no, invoiced_on::date, delivered_on::date, {batch}
    FROM plain JOIN crm_vehicle v USING (vin);
"""
PLAIN_COLUMNS = [
    "line", "sale_no", "buyer", "gender", "phone", "id_number", "province", "city",
    "address", "vin", "engine_no", "model", "colour", "price", "invoice_no",
    "invoiced_on", "delivered_on", "salesperson",
]  # fmt: skip


@transaction.atomic
def load_plainly(dealer: Organisation, path: Path) -> None:
    batch = UploadBatch.objects.create(kind="sales", organisation=dealer)
    names = ", ".join(PLAIN_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            PLAIN.format(columns=", ".join(f"{n} text" for n in PLAIN_COLUMNS))
        )
        copy_in = f"COPY plain ({names}) FROM STDIN (FORMAT csv, HEADER, NULL 'NULL')"
        with path.open("rb") as file, cursor.copy(copy_in) as copy:
            while block := file.read(256 * 1024):
                copy.write(block)
        cursor.execute("ANALYZE plain")
        cursor.execute(PLAIN_INSERTS.format(dealer=dealer.pk, batch=batch.pk))
