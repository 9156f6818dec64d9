"""Posting: people, cars and owners come out right, however often rows come."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import connection, connections, transaction

from crm.models import Customer, Ownership, Phone, Repair, Sale, UploadBatch, Vehicle
from crm.uploads.services import post_batch, submit_batch
from tests.cast import the_places
from tests.factories.uploads import a_repair, a_sale, a_vin, received


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def posted(organisation, *rows) -> UploadBatch:
    batch = approved(organisation, *rows)
    post_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def approved(organisation, *rows) -> UploadBatch:
    batch = submit_batch(received(organisation, list(rows)), by=None)
    UploadBatch.objects.filter(pk=batch.pk).update(status="approved")
    return batch


def test_the_same_person_with_a_new_number_stays_one(places):
    identity = {"购车人": "王芳", "证件号码": "44010119900101123X"}
    posted(places.dealer, a_sale(1, **identity))
    posted(places.other_dealer, a_sale(2, **identity))
    customer = Customer.objects.get()
    assert customer.phones.count() == 2
    assert customer.sales.count() == 2


def test_a_second_number_beside_the_first_joins_them(places):
    posted(places.dealer, a_sale(1, 购车人="王芳", 联系电话="13800138000"))
    both = "13800138000/13900139000"
    posted(places.dealer, a_sale(2, 购车人="王芳", 联系电话=both))
    numbers = Customer.objects.get().phones.values_list("number", flat=True)
    assert list(numbers) == ["+8613800138000", "+8613900139000"]


def test_two_people_on_one_number_stay_two(places):
    posted(
        places.dealer,
        a_sale(1, 购车人="王芳", 联系电话="13800138000"),
        a_sale(2, 购车人="李强", 联系电话="13800138000"),
    )
    assert Customer.objects.count() == 2
    assert Phone.objects.filter(number="+8613800138000").count() == 2


def test_a_company_fleet_is_one_customer(places):
    fleet = {"购车人": "深圳远行出租汽车有限公司", "联系电话": "0755-85816511"}
    posted(places.dealer, *(a_sale(n, **fleet) for n in range(1, 6)))
    company = Customer.objects.get()
    assert company.kind == Customer.Kind.COMPANY
    assert company.ownerships.count() == 5


def test_a_car_sold_on_ends_the_earlier_ownership(places):
    first = {"开票日期": "2024-01-05", "交车日期": "2024-01-10"}
    posted(places.dealer, a_sale(1, **first))
    batch = posted(places.other_dealer, a_sale(2, 车架号=a_vin(1)))
    earlier, later = Ownership.objects.order_by("from_on")
    assert earlier.to_on == later.from_on
    assert later.to_on is None
    warning = batch.rows.get().warnings[0]
    # It was another dealer's, whose numbers are nobody else's business.
    assert (warning["code"], warning["value"]) == ("sold_before", "***")
    again = posted(places.other_dealer, a_sale(3, 车架号=a_vin(1)))
    assert again.rows.get().warnings[0]["value"] == a_sale(2)["销售单号"]


def test_a_sale_handed_in_late_ends_where_the_next_began(places):
    posted(places.dealer, a_sale(2, 车架号=a_vin(1)))
    late = {"开票日期": "2024-01-05", "交车日期": "2024-01-10"}
    posted(places.other_dealer, a_sale(1, **late))
    earlier, later = Ownership.objects.order_by("from_on")
    assert earlier.to_on == later.from_on
    assert later.to_on is None


def test_a_corrected_row_changes_the_sale_it_corrects(places):
    posted(places.dealer, a_sale(1))
    corrected = received(places.dealer, [a_sale(1, 车架号=a_vin(9), 成交价="16万")])
    row = corrected.rows.get()
    assert (row.effect, row.warnings[0]["code"]) == ("changed", "will_update")
    batch = posted(places.dealer, a_sale(1, 车架号=a_vin(9), 成交价="16万"))
    assert batch.rows_posted == 1
    sale = Sale.objects.get()
    assert (sale.vehicle.vin, sale.price) == (a_vin(9), 160000)
    assert Ownership.objects.get().vehicle.vin == a_vin(9)


def test_a_repair_without_a_name_is_the_owners(places):
    posted(places.dealer, a_sale(1))
    posted(places.station, a_repair(1, 送修人="", 联系电话=""))
    assert Repair.objects.get().customer == Sale.objects.get().customer
    vehicle = Vehicle.objects.get()
    assert (vehicle.mileage, vehicle.plate) == (1001, "粤A00001")


def test_mileage_that_falls_and_cars_never_sold_are_worth_a_look(places):
    posted(places.station, a_repair(1, 行驶里程=5000))
    batch = received(
        places.station, [a_repair(2, 车架号=a_vin(1), 行驶里程="4,000公里")]
    )
    codes = [p["code"] for p in batch.rows.get().warnings]
    assert codes == ["mileage_fell", "vin_unknown"]
    posted(places.station, a_repair(2, 车架号=a_vin(1), 行驶里程=4000))
    assert Vehicle.objects.get().mileage == 5000


def test_rows_handed_in_again_are_unchanged(places):
    posted(places.dealer, a_sale(1), a_sale(2))
    batch = posted(places.dealer, a_sale(1), a_sale(2, 颜色="黑"), a_sale(3))
    effects = list(batch.rows.values_list("effect", flat=True))
    assert effects == ["unchanged", "changed", "new"]
    assert batch.rows_posted == 2


def test_posting_twice_posts_once(places):
    batch = approved(places.dealer, a_sale(1))
    assert post_batch(batch.pk) == 1
    assert post_batch(batch.pk) == 0
    assert Sale.objects.count() == 1


@pytest.mark.usefixtures("real_db")
def test_two_workers_with_the_same_rows_equal_one():
    places = the_places()
    rows = [a_sale(n) for n in range(1, 60)]
    batches = [approved(places.dealer, *rows) for _ in range(2)]
    ids = [batches[0].pk, batches[0].pk, batches[1].pk, batches[1].pk]
    counts = []

    def work(pk: int) -> None:
        try:
            counts.append(post_batch(pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[pk]) for pk in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 0, 0, 59]
    assert Sale.objects.count() == Vehicle.objects.count() == 59
    assert Customer.objects.count() == Phone.objects.count() == 59


WORKER = """
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = "{database}"
django.setup()
from crm.uploads.tasks import post
post({batch})
"""
WAITING = """
    SELECT pid FROM pg_locks
    JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE NOT granted AND datname = current_database()
"""


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return result


def waiting() -> list[tuple[int]]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchall()


@pytest.mark.usefixtures("real_db")
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_posts_once():
    places = the_places()
    batch = approved(places.dealer, *(a_sale(n) for n in range(1, 30)))
    script = WORKER.format(database=connection.settings_dict["NAME"], batch=batch.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        # Holds the worker up after customers and cars, before owners and sales.
        cursor.execute("LOCK TABLE crm_ownership IN EXCLUSIVE MODE")
        worker = subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        )
        until(waiting)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    # The server finds its client gone, and takes back what was done.
    until(lambda: not waiting())
    batch.refresh_from_db()
    assert batch.status == "approved"
    assert not Customer.objects.exists()
    assert not Vehicle.objects.exists()
    assert post_batch(batch.pk) == 29
    assert post_batch(batch.pk) == 0
    assert Sale.objects.count() == Ownership.objects.count() == 29
