"""What something was built on stays when its file is taken back, and is listed."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from crm.models import Customer, Phone, Repair, Sale, UploadBatch, Vehicle
from crm.services import add_phone, record_interaction
from crm.uploads.services import post_batch, preview_revert, revert_batch, submit_batch
from followups.models import Attempt, Task
from followups.services import plan_followups
from standards.models import Clock
from tests.cast import the_places
from tests.factories.complaints import make_case
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


def kept(batch: UploadBatch) -> list[tuple[str, str, str]]:
    batch = revert_batch(batch, by=None)
    return [(row["number"], row["reason"], row["detail"]) for row in batch.kept]


def planned(places, *rows) -> UploadBatch:
    """A batch whose calls are planned."""
    old = timezone.localdate() - timezone.timedelta(days=3)
    when = {"开票日期": str(old), "交车日期": str(old)}
    batch = posted(places.dealer, *(row | when for row in rows))
    plan_followups(timezone.localdate())
    return batch


def test_calls_nobody_has_tried_go_with_their_sales(places):
    batch = planned(places, a_sale(1), a_sale(2))
    assert Task.objects.count() == Clock.objects.count() == 2
    assert preview_revert(batch).going == 2
    assert Task.objects.count() == Clock.objects.count() == 2  # only looked at
    assert kept(batch) == []
    assert not Task.objects.exists()
    assert not Clock.objects.exists()


def test_a_sale_whose_buyer_was_called_stays_and_the_others_go(places, cast):
    batch = planned(places, a_sale(1), a_sale(2))
    task = Task.objects.get(sale__sale_no="XS0000001")
    call = record_interaction(
        type="other",
        direction="out",
        customer=task.customer,
        vehicle=task.vehicle,
        agent=cast.agent,
        started_at=timezone.now(),
    )
    Attempt.objects.create(
        task=task, number=1, outcome="no_answer", at=timezone.now(), by=cast.agent,
        interaction=call,
    )  # fmt: skip
    assert kept(batch) == [("XS0000001", "built_on", "followups.task")]
    assert Sale.objects.get().customer.phones.count() == 1
    assert Sale.objects.get().vehicle.ownerships.count() == 1
    assert Customer.objects.count() == Vehicle.objects.count() == 1
    assert Task.objects.get() == task


def test_a_call_in_an_agents_hands_stays(places, cast):
    batch = planned(places, a_sale(1), a_sale(2))
    Task.objects.filter(sale__sale_no="XS0000001").update(
        status="assigned", assigned_to=cast.agent, assigned_at=timezone.now()
    )
    assert [row[0] for row in kept(batch)] == ["XS0000001"]


def test_a_case_of_the_new_buyer_keeps_the_sale(places, cast):
    batch = posted(places.dealer, a_sale(1), a_sale(2))
    sale = Sale.objects.get(sale_no="XS0000002")
    make_case(cast.agent, customer=sale.customer)
    assert kept(batch) == [("XS0000002", "built_on", "complaints.case")]


def test_a_number_an_agent_added_keeps_its_customers_row(places, cast):
    batch = posted(places.dealer, a_sale(1), a_sale(2))
    customer = Sale.objects.get(sale_no="XS0000001").customer
    add_phone(customer, by=cast.agent, number="13912345678")
    assert kept(batch) == [("XS0000001", "built_on", "crm.phone")]


def test_a_row_corrected_since_stays_with_the_number_of_the_upload(places):
    batch = posted(places.dealer, a_sale(1), a_sale(2))
    later = posted(places.dealer, a_sale(1, 成交价="16万"))
    assert kept(batch) == [("XS0000001", "corrected", str(later.pk))]
    assert Sale.objects.get().price == 160000


def test_a_later_repair_of_the_new_car_keeps_its_sale(places):
    batch = posted(places.dealer, a_sale(1), a_sale(2))
    posted(places.station, a_repair(1, 送修人="", 联系电话=""))
    assert kept(batch) == [("XS0000001", "built_on", "crm.repair")]
    assert Repair.objects.get().customer == Sale.objects.get().customer


def test_a_car_sold_on_since_keeps_its_first_sale(places):
    first = {"开票日期": "2024-01-05", "交车日期": "2024-01-10"}
    batch = posted(places.dealer, a_sale(1, **first), a_sale(2, **first))
    posted(places.other_dealer, a_sale(3, 车架号=a_vin(1)))
    assert [row[:2] for row in kept(batch)] == [("XS0000001", "owners_changed")]


def test_a_customer_who_came_again_with_another_car_stays_and_the_row_goes(places):
    buyer = {"购车人": "王芳", "联系电话": "13800138000"}
    batch = posted(places.dealer, a_sale(1, **buyer))
    posted(places.dealer, a_sale(2, **buyer))
    assert kept(batch) == []
    assert Sale.objects.get().customer == Customer.objects.get()
    assert Phone.objects.count() == Vehicle.objects.count() == 1


def test_what_somebody_has_put_right_since_is_not_undone(places):
    posted(places.dealer, a_sale(1, 购车人="王芳", 地址="旧", 证件号码=""))
    again = {"购车人": "王芳", "联系电话": "13800000001"}
    batch = posted(places.dealer, a_sale(2, **again, 地址="新", 城市="佛山市"))
    Customer.objects.update(city="珠海市")
    revert_batch(batch, by=None)
    customer = Customer.objects.get()
    assert (customer.address, customer.city) == ("旧", "珠海市")


def test_a_batch_all_of_which_is_built_on_cannot_be_taken_back(places, cast):
    batch = posted(places.dealer, a_sale(1))
    add_phone(Customer.objects.get(), by=cast.agent, number="13912345678")
    with pytest.raises(ValidationError):
        revert_batch(batch, by=None)
    batch.refresh_from_db()
    assert batch.status == "posted"


def test_the_page_says_what_goes_and_what_stays_before_and_after(
    places, cast, logged_in
):
    batch = posted(places.dealer, a_sale(1), a_sale(2))
    later = posted(places.dealer, a_sale(1, 成交价="16万"))
    client = logged_in(cast.reviewer)
    page = reverse("crm:batch_revert", args=[batch.pk])
    shown = client.get(page).content.decode()
    assert f"corrected since by upload {later.pk}" in shown
    assert Sale.objects.count() == 2
    done = client.post(page, follow=True).content.decode()
    assert "1 row stayed" in done
    assert f"corrected since by upload {later.pk}" in done
    assert Sale.objects.count() == 1
    again = client.post(page, follow=True).content.decode()
    assert "already at" in again


def test_the_page_shows_old_against_new(places, cast, logged_in):
    first = posted(places.dealer, a_sale(1), a_sale(2))
    later = posted(places.dealer, a_sale(1, 成交价="16万", 购车人="李强"))
    assert later.rows_corrected == 1
    client = logged_in(cast.clerk)
    new = client.get(reverse("crm:batch", args=[later.pk])).content.decode()
    assert "150000.00" in new
    assert "160000.00" in new
    assert "李强" in new
    old = client.get(reverse("crm:batch", args=[first.pk])).content.decode()
    assert f"1 row was corrected by upload {later.pk}" in old


@pytest.mark.usefixtures("real_db")
def test_two_who_take_back_at_once_and_one_who_posts_wait_for_each_other():
    places = the_places()
    batch = posted(places.dealer, *(a_sale(n) for n in range(1, 20)))
    other = submit_batch(
        received(places.other_dealer, [a_sale(n) for n in range(10, 30)]), by=None
    )
    UploadBatch.objects.filter(pk=other.pk).update(status="approved")
    refused = []

    def run(work, *args) -> None:
        try:
            work(*args)
        except ValidationError as error:
            refused.append(error)
        finally:
            connections.close_all()

    def take_back() -> None:
        revert_batch(batch, by=None)

    threads = [
        threading.Thread(target=run, args=[take_back]),
        threading.Thread(target=run, args=[take_back]),
        threading.Thread(target=run, args=[post_batch, other.pk]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    sales = Sale.objects.values_list("batch_id", flat=True)
    assert sales.filter(batch=other).count() == 20
    # Cars that both sold stay with the first, if the other came before it went.
    assert sales.filter(batch=batch).count() in {0, 10}
