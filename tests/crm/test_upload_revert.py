"""Taking back a posted file: the tables are as before, and nothing built on it goes."""

import random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from crm.duplicates import find_duplicates
from crm.models import (
    Customer,
    DuplicatePair,
    Phone,
    Repair,
    Sale,
    UploadBatch,
    Vehicle,
)
from crm.uploads.services import post_batch, revert_batch, submit_batch
from tests.factories.uploads import a_repair, a_sale, a_vin, received

TABLES = (
    "crm_customer", "crm_phone", "crm_vehicle", "crm_ownership", "crm_sale",
    "crm_repair", "crm_repairline", "followups_task", "standards_clock",
)  # fmt: skip

CONTENT = "SELECT to_jsonb(row) FROM {table} AS row ORDER BY id"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def posted(organisation, *rows) -> UploadBatch:
    batch = submit_batch(received(organisation, list(rows)), by=None)
    UploadBatch.objects.filter(pk=batch.pk).update(status="approved")
    post_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def contents() -> dict[str, list[Any]]:
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(CONTENT.format(table=table))
            found[table] = cursor.fetchall()
    return found


def test_new_sales_go_with_their_customers_and_cars(places):
    before = contents()
    batch = posted(places.dealer, a_sale(1), a_sale(2, 车架号=a_vin(7)))
    batch = revert_batch(batch, by=None)
    assert contents() == before
    assert (batch.status, batch.rows_kept) == ("reverted", 0)


def test_one_found_twice_goes_all_the_same(places):
    posted(places.dealer, a_sale(1, 购车人="王小明"))
    before = contents()
    same = {"购车人": "王小明先生", "联系电话": a_sale(1)["联系电话"]}
    batch = posted(places.dealer, a_sale(2, **same))
    assert find_duplicates().kept == 1
    revert_batch(batch, by=None)
    assert contents() == before
    assert not DuplicatePair.objects.exists()


def test_a_corrected_sale_is_again_as_it_was(places):
    posted(places.dealer, a_sale(1))
    before = contents()
    batch = posted(
        places.dealer,
        a_sale(1, 车架号=a_vin(9), 成交价="16万", 购车人="李强", 颜色="红"),
    )
    assert contents() != before
    revert_batch(batch, by=None)
    assert contents() == before


def test_a_car_sold_on_is_the_first_owners_again(places):
    first = {"开票日期": "2024-01-05", "交车日期": "2024-01-10"}
    posted(places.dealer, a_sale(1, **first))
    before = contents()
    batch = posted(places.other_dealer, a_sale(2, 车架号=a_vin(1)))
    revert_batch(batch, by=None)
    assert contents() == before


def test_a_corrected_repair_has_its_old_lines_again(places):
    posted(places.dealer, a_sale(1))
    posted(places.station, a_repair(1))
    before = contents()
    batch = posted(
        places.station, a_repair(1, 维修项目="四轮定位", 行驶里程=90000), a_repair(2)
    )
    revert_batch(batch, by=None)
    assert contents() == before


@pytest.mark.parametrize("seed", range(6))
def test_files_taken_back_in_reverse_leave_the_tables_as_before(places, seed):
    dice = random.Random(seed)
    states, batches = [contents()], []
    for organisation, rows in some_files(places, dice):
        batches.append(posted(organisation, *rows))
        states.append(contents())
    for batch in reversed(batches):
        states.pop()
        revert_batch(batch, by=None)
        assert contents() == states[-1]


def some_files(places, dice: random.Random):
    """Five files; some of their rows stood in an earlier file just so."""
    files = []
    for _ in range(5):
        organisation, rows = some_rows(places, dice)
        key = next(name for name in ("销售单号", "工单号") if name in rows[0])
        said = {
            row[key]: row
            for earlier, its_rows in files
            if earlier == organisation
            for row in its_rows
        }
        again = [
            said[row[key]] if row[key] in said and dice.random() < 0.6 else row
            for row in rows
        ]
        if len({row["车架号"] for row in again}) == len(again):
            rows = again
        files.append((organisation, rows))
    # The last one says only what another said.
    files.append(dice.choice(files))
    return files


def some_rows(places, dice: random.Random):
    """A file of few people, numbers, cars and record numbers, so that they meet."""
    make = dice.choice([a_sale, a_sale, a_repair])
    key, who = ("销售单号", "购车人") if make is a_sale else ("工单号", "送修人")
    numbers = dice.sample(range(1, 7), 4)
    cars = dice.sample(range(1, 7), 4)
    rows = []
    for number, car in zip(numbers, cars, strict=True):
        person = dice.randrange(1, 5)
        row = make(
            car,
            **{
                key: f"N{number}",
                who: f"张{'一二三四五'[person]}",
                "联系电话": f"1380000000{dice.choice([person, person, 9])}",
            },
        )
        day = f"2024-{dice.randrange(1, 13):02}-{dice.randrange(1, 28):02}"
        if make is a_sale:
            row |= {"开票日期": day, "交车日期": dice.choice([day, ""])}
            row |= {
                "颜色": dice.choice("白黑红"),
                "地址": dice.choice(["", "甲", "乙"]),
            }
            row["证件号码"] = dice.choice(["", f"44010119900101123{person}"])
        else:
            row |= {"进厂时间": f"{day} 08:00", "出厂时间": f"{day} 09:00"}
            row |= {"行驶里程": dice.randrange(9000), "维修项目": dice.choice("甲乙丙")}
            if dice.random() < 0.3:
                row |= {"送修人": "", "联系电话": ""}
        rows.append(row)
    organisations = (
        [places.dealer, places.other_dealer]
        if make is a_sale
        else [places.station, places.other_station]
    )
    return dice.choice(organisations), rows


@pytest.mark.parametrize("seed", range(6))
def test_files_taken_back_in_any_order_never_break_and_lose_nothing(places, seed):
    dice = random.Random(100 + seed)
    batches = [
        posted(organisation, *rows) for organisation, rows in some_files(places, dice)
    ]
    dice.shuffle(batches)
    for batch in batches:
        kept = {
            (sale.dealer_id, sale.sale_no) for sale in Sale.objects.exclude(batch=batch)
        }
        try:
            revert_batch(batch, by=None)
        except ValidationError:
            continue
        left = set(Sale.objects.values_list("dealer_id", "sale_no"))
        assert kept <= left
        assert_all_that_stands_is_there()


def assert_all_that_stands_is_there() -> None:
    """Each row of each file that was not taken back has its record."""
    there = {
        *Sale.objects.values_list("dealer_id", "sale_no"),
        *Repair.objects.values_list("station_id", "order_no"),
    }
    for batch in UploadBatch.objects.filter(status="posted"):
        name = "sale_no" if batch.kind == "sales" else "order_no"
        place = batch.fields.index(name)
        for values in batch.rows.filter(errors=[]).values_list("values", flat=True):
            assert (batch.organisation_id, values[place]) in there


def test_a_row_said_again_stays_while_the_second_file_stands(places):
    first = posted(places.dealer, a_sale(1), a_sale(3))
    second = posted(places.dealer, a_sale(1), a_sale(2))
    batch = revert_batch(first, by=None)
    assert batch.kept == [
        {"number": "XS0000001", "reason": "repeated", "detail": str(second.pk)}
    ]
    assert_all_that_stands_is_there()


def test_a_file_that_only_said_rows_again_is_taken_back_and_lets_them_go(places):
    before = contents()
    first = posted(places.dealer, a_sale(1))
    second = posted(places.dealer, a_sale(1))
    with pytest.raises(ValidationError, match="nothing to take back"):
        revert_batch(first, by=None)
    revert_batch(second, by=None)
    assert Sale.objects.count() == 1
    revert_batch(first, by=None)
    assert contents() == before


def test_a_repair_said_again_stays(places):
    first = posted(places.station, a_repair(1), a_repair(2))
    posted(places.station, a_repair(1))
    assert revert_batch(first, by=None).rows_kept == 1
    assert Repair.objects.get().lines.exists()


def test_the_same_file_can_be_posted_again(places):
    batch = posted(places.dealer, a_sale(1), a_sale(2))
    revert_batch(batch, by=None)
    again = posted(places.dealer, a_sale(1), a_sale(2))
    assert again.rows_posted == 2
    assert Sale.objects.count() == Customer.objects.count() == Vehicle.objects.count()
    assert Phone.objects.count() == 2
