"""Posting twice, one after the other or at the same time, equals posting once."""

import random
import threading
from itertools import chain

import pytest
from django.db import connection, connections

from crm.models import UploadBatch
from crm.uploads.services import post_batch, submit_batch
from crm.uploads.tasks import post
from tests.cast import the_places
from tests.factories.uploads import a_repair, a_sale, a_vin, received

pytestmark = pytest.mark.usefixtures("real_db")

# The records as people know them: no ids, and no word of which batch they came by.
RECORDS = {
    "customers": """
        SELECT customer.name, customer.kind, customer.id_number, customer.address,
               (SELECT array_agg(number ORDER BY number) FROM crm_phone
                WHERE customer_id = customer.id) AS numbers
        FROM crm_customer AS customer
    """,
    "vehicles": "SELECT vin, plate, mileage, colour, model FROM crm_vehicle",
    "ownerships": """
        SELECT vin, name, from_on, to_on
        FROM crm_ownership AS ownership
        JOIN crm_vehicle AS vehicle ON vehicle.id = vehicle_id
        JOIN crm_customer AS customer ON customer.id = customer_id
    """,
    "sales": """
        SELECT sale_no, vin, name, price, delivered_on FROM crm_sale AS sale
        JOIN crm_vehicle AS vehicle ON vehicle.id = vehicle_id
        JOIN crm_customer AS customer ON customer.id = customer_id
    """,
    "repairs": """
        SELECT order_no, vin, name, repair.mileage, repair.total,
               (SELECT array_agg(line.name ORDER BY line.name) FROM crm_repairline
                AS line WHERE line.repair_id = repair.id) AS lines
        FROM crm_repair AS repair
        JOIN crm_vehicle AS vehicle ON vehicle.id = vehicle_id
        LEFT JOIN crm_customer AS customer ON customer.id = customer_id
    """,
}
TABLES = """
    crm_uploadbatch, crm_sale, crm_repair, crm_ownership, crm_phone, crm_customer,
    crm_vehicle
"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def records() -> dict[str, list]:
    found = {}
    with connection.cursor() as cursor:
        for name, question in RECORDS.items():
            cursor.execute(question)
            found[name] = sorted(cursor.fetchall(), key=str)
    return found


def start_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")


def some_sales(dice: random.Random) -> list[dict]:
    """Few names, numbers, identities and cars, so that they meet in every way."""
    return [
        a_sale(
            n,
            购车人=dice.choice(["王芳", "李强", "深圳远行出租汽车有限公司"]),
            联系电话=dice.choice(["13800138000", "13900139000 / 13800138000"]),
            证件号码=dice.choice(["", "", "44010119900101123X"]),
            车架号=a_vin(dice.randrange(30)),
            交车日期=f"2024-0{dice.randrange(1, 10)}-1{dice.randrange(10)}",
        )
        for n in range(1, 25)
    ]


def some_repairs(dice: random.Random) -> list[dict]:
    return [
        a_repair(
            n,
            送修人=dice.choice(["王芳", "李强", ""]),
            车架号=a_vin(dice.randrange(30)),
            行驶里程=dice.randrange(100_000),
        )
        for n in range(1, 25)
    ]


def approved(organisation, rows) -> UploadBatch:
    batch = submit_batch(received(organisation, rows), by=None)
    UploadBatch.objects.filter(pk=batch.pk).update(status="approved")
    return batch


def at_the_same_time(*batches: UploadBatch) -> None:
    start = threading.Barrier(len(batches))

    def work(pk: int) -> None:
        try:
            start.wait()
            post(pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[batch.pk]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("seed", range(4))
def test_posting_twice_equals_posting_once(seed):
    dice = random.Random(seed)
    places = the_places()
    files = [
        (places.dealer, some_sales(dice)),
        (places.station, some_repairs(dice)),
        # Some of the same cars and people, sold on.
        (places.other_dealer, some_sales(dice)),
    ]
    for organisation, rows in files:
        post_batch(approved(organisation, rows).pk)
    once = records()
    assert once["sales"]
    assert once["repairs"]

    # Each batch twice, one after the other.
    start_empty()
    for organisation, rows in files:
        batch = approved(organisation, rows)
        assert post_batch(batch.pk) > 0
        assert post_batch(batch.pk) == 0
    assert records() == once

    # Two batches with the same rows, and each of them twice, at the same time.
    start_empty()
    for organisation, rows in files:
        pair = [approved(organisation, rows) for _ in range(2)]
        at_the_same_time(*chain(pair, pair))
        posted = UploadBatch.objects.filter(pk__in=[batch.pk for batch in pair])
        assert set(posted.values_list("status", flat=True)) == {"posted"}
        assert 0 in posted.values_list("rows_posted", flat=True)
    assert records() == once
