"""Whose a car is, from when to when, however files come in."""

import pytest

from crm.models import Customer, Ownership, Sale, UploadBatch, Vehicle
from crm.uploads.services import post_batch, submit_batch
from tests.factories.uploads import a_repair, a_sale, a_vin, received


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def posted(organisation, *rows) -> UploadBatch:
    batch = submit_batch(received(organisation, list(rows)), by=None)
    UploadBatch.objects.filter(pk=batch.pk).update(status="approved")
    post_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def sold(number: str, name: str, day: str, **more):
    """Car 1, to somebody whose number goes with the name."""
    return a_sale(
        1,
        **{
            "销售单号": number,
            "购车人": name,
            "联系电话": f"1390000{ord(name[0]) % 10000:04}",
            "开票日期": day,
            "交车日期": day,
            **more,
        },
    )


def owners() -> list[tuple[str, str, str]]:
    return [
        (row.customer.name, str(row.from_on), str(row.to_on or ""))
        for row in Ownership.objects.order_by("from_on", "pk")
    ]


def test_a_car_sold_on_ends_the_first_ownership_and_keeps_its_history(places):
    posted(places.dealer, sold("A1", "王芳", "2024-01-10"))
    posted(places.station, a_repair(1, 送修人="王芳", 联系电话="13900000001"))
    posted(places.other_dealer, sold("B1", "李强", "2025-03-01"))
    assert owners() == [
        ("王芳", "2024-01-10", "2025-03-01"),
        ("李强", "2025-03-01", ""),
    ]
    first = Customer.objects.get(name="王芳")
    assert first.sales.count() == first.repairs.count() == 1


def test_a_car_sold_back_is_the_first_owners_twice(places):
    posted(places.dealer, sold("A1", "王芳", "2024-01-10"))
    posted(places.dealer, sold("A2", "李强", "2024-06-01"))
    posted(places.dealer, sold("A3", "王芳", "2025-02-01"))
    assert owners() == [
        ("王芳", "2024-01-10", "2024-06-01"),
        ("李强", "2024-06-01", "2025-02-01"),
        ("王芳", "2025-02-01", ""),
    ]
    assert Customer.objects.count() == 2


def test_a_sale_handed_in_late_after_a_resale_goes_before_it(places):
    posted(places.dealer, sold("A2", "李强", "2024-06-01"))
    posted(places.other_dealer, sold("B1", "王芳", "2024-01-10"))
    assert owners() == [
        ("王芳", "2024-01-10", "2024-06-01"),
        ("李强", "2024-06-01", ""),
    ]


def test_the_same_sale_in_two_files_is_one(places):
    first = posted(places.dealer, sold("A1", "王芳", "2024-01-10"))
    again = posted(places.dealer, sold("A1", "王芳", "2024-01-10"), a_sale(2))
    assert (first.rows_posted, again.rows_posted, again.rows_corrected) == (1, 1, 0)
    assert Sale.objects.count() == Ownership.objects.count() == 2


def test_two_dealers_who_report_one_sale_leave_one_owner(places):
    posted(places.dealer, sold("A1", "王芳", "2024-01-10"))
    posted(places.other_dealer, sold("B1", "王芳", "2024-01-10"))
    assert owners() == [("王芳", "2024-01-10", "")]


def test_a_repair_brought_by_another_leaves_the_owner_the_owner(places):
    posted(places.dealer, sold("A1", "王芳", "2024-01-10"))
    posted(places.station, a_repair(1, 送修人="司机", 联系电话="13912345678"))
    assert owners() == [("王芳", "2024-01-10", "")]
    assert Customer.objects.get(name="司机").repairs.count() == 1


def test_a_corrected_vin_moves_the_owner_to_the_right_car(places):
    posted(places.dealer, sold("A1", "王芳", "2024-01-10", 车架号=a_vin(8)))
    batch = posted(places.dealer, sold("A1", "王芳", "2024-01-10", 车架号=a_vin(9)))
    assert batch.rows_corrected == 1
    assert Ownership.objects.get().vehicle.vin == a_vin(9)
    assert Sale.objects.get().vehicle.vin == a_vin(9)


def test_a_corrected_vin_gives_the_other_car_back_to_its_owner(places):
    posted(places.dealer, sold("A1", "王芳", "2024-01-10"))
    posted(places.dealer, sold("A2", "李强", "2024-06-01"))  # of the wrong car
    posted(places.dealer, sold("A2", "李强", "2024-06-01", 车架号=a_vin(9)))
    assert owners() == [("王芳", "2024-01-10", ""), ("李强", "2024-06-01", "")]


def test_a_plate_that_moves_to_another_car_is_the_old_ones_no_more(places):
    posted(places.station, a_repair(1, 车牌号="粤A12345", 进厂时间="2024-01-10 08:00"))
    posted(places.station, a_repair(2, 车牌号="粤A12345", 进厂时间="2024-06-10 08:00"))
    plates = dict(Vehicle.objects.values_list("vin", "plate"))
    assert plates == {a_vin(1): "", a_vin(2): "粤A12345"}


def test_a_plate_seen_on_another_car_later_stays_there(places):
    posted(
        places.station,
        a_repair(1, 车牌号="粤A12345", 进厂时间="2024-06-10 08:00"),
        a_repair(2, 车牌号="粤A12345", 进厂时间="2024-01-10 08:00"),
    )
    plates = dict(Vehicle.objects.values_list("vin", "plate"))
    assert plates == {a_vin(1): "粤A12345", a_vin(2): ""}
