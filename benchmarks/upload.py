"""Sales from a file to posted records, beside two other ways to do it.

- ours: read, check every cell, stage, compare, preview, submit, approve, post, with the
  journal that lets it be taken back;
- django-import-export in bulk mode with the related rows, on the first 5,000;
- the floor: COPY of the file into a temporary table and plain INSERT ... SELECT into
  the same tables, with no check of anything.

From CSV and from XLSX. They run in turn on empty tables, commit and checks of foreign
keys included; the median counts. Then as many rows again on top of the first.

BENCH_ROWS (100,000) of CSV, BENCH_XLSX_ROWS (a tenth of it, at most 100,000) of XLSX,
BENCH_TURNS (3). The whole of it: BENCH_ROWS=1000000 BENCH_TURNS=1, about ten minutes.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection
from django.test.utils import override_settings

from accounts.models import Organisation
from accounts.services import save_organisation
from benchmarks._import_export import import_with_library
from benchmarks._memory import Peaks
from benchmarks._plain import load_plainly
from benchmarks._rows import sale_rows, write_csv, write_xlsx
from crm.models import Sale, UploadBatch
from crm.uploads import services

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
XLSX_ROWS = int(os.environ.get("BENCH_XLSX_ROWS", str(min(100_000, ROWS // 10))))
LIBRARY_ROWS = min(5_000, ROWS)
TURNS = int(os.environ.get("BENCH_TURNS", "3"))

TABLES = "crm_uploadrow, crm_sale, crm_ownership, crm_phone, crm_customer, crm_vehicle"


def run() -> dict[str, Any]:
    dealer = make_dealer()
    largest = 1024**3
    with (
        tempfile.TemporaryDirectory() as folder,
        override_settings(MEDIA_ROOT=folder, UPLOAD_MAX_BYTES=largest),
    ):
        few = list(sale_rows(random.Random(2), LIBRARY_ROWS))
        workbook = Path(folder) / "sales.xlsx"
        write_xlsx(workbook, sale_rows(random.Random(2), XLSX_ROWS))
        text, more = Path(folder) / "sales.csv", Path(folder) / "more.csv"
        write_csv(text, sale_rows(random.Random(2), ROWS))
        write_csv(more, sale_rows(random.Random(3), ROWS, first=ROWS))
        library = median(
            timed(lambda: import_with_library(dealer, few)) for _ in range(TURNS)
        )
        library_rate = LIBRARY_ROWS / library
        from_xlsx = beside_the_floor(dealer, workbook, XLSX_ROWS, library_rate)
        from_csv = beside_the_floor(dealer, text, ROWS, library_rate)
        steps: dict[str, float] = {}
        second = timed(lambda: upload(dealer, more, steps), is_on_top=True)
        assert Sale.objects.count() == 2 * ROWS
    return {
        "import_export_rows_per_second": round(library_rate),
        "csv": {
            **from_csv,
            "second_seconds": round(second, 2),
            "second_of_first": round(from_csv["seconds"] / second, 2),
            "second_steps": rounded(steps),
        },
        "xlsx": from_xlsx,
    }


def beside_the_floor(
    dealer: Organisation, file: Path, rows: int, library_rate: float
) -> dict[str, Any]:
    ours, floor = [], []
    steps: dict[str, float] = {}
    with Peaks() as peaks:
        for _ in range(TURNS):
            floor.append(timed(lambda: load_plainly(dealer, file)))
            ours.append(timed(lambda: upload(dealer, file, steps)))
            assert Sale.objects.count() == rows
    return {
        "rows": rows,
        "seconds": round(median(ours), 2),
        "rows_per_second": round(rows / median(ours)),
        "steps_last_turn": rounded(steps),
        "times_import_export": round(rows / median(ours) / library_rate, 1),
        "plain_sql_seconds": round(median(floor), 2),
        "of_plain_sql": round(median(floor) / median(ours), 2),
        "peak_megabytes": dict(peaks.megabytes),
    }


def timed(work: Callable[[], Any], *, is_on_top: bool = False) -> float:
    with connection.cursor() as cursor:
        if not is_on_top:
            cursor.execute(f"TRUNCATE {TABLES} CASCADE")
        cursor.execute("CHECKPOINT")
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rounded(steps: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in steps.items()}


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
    kept = time.perf_counter()
    batch = services.read_batch(batch.pk)
    checked = time.perf_counter()
    batch = services.submit_batch(batch, by=None)
    batch = services.approve_batch(batch, by=None)
    posted = services.post_batch(batch.pk)
    steps["keep_file"] = kept - start
    steps["read_check_stage_compare_preview"] = checked - kept
    steps["post"] = time.perf_counter() - checked
    assert posted == batch.rows_total
