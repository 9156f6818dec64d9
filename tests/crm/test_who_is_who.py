"""Which customer a row is taken for, case by case as they come from dealers."""

import pytest
from django.db import connection

from crm.merging import merge_customers
from crm.models import Customer, Phone, UploadBatch
from crm.names import key, key_sql
from crm.services import create_customer
from crm.uploads.services import post_batch, submit_batch
from tests.factories.uploads import a_repair, a_sale, a_vin, received

FATHERS_ID, SONS_ID = "440101195001011234", "440101198001011239"
KEYS = "SELECT {key} FROM crm_customer ORDER BY id"
FLEET = "深圳远行出租汽车有限公司"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def posted(organisation, *rows) -> UploadBatch:
    batch = submit_batch(received(organisation, list(rows)), by=None)
    UploadBatch.objects.filter(pk=batch.pk).update(status="approved")
    post_batch(batch.pk)
    batch.refresh_from_db()
    return batch


def sale(n: int, name: str, phone: str = "", identity: str = "", **more):
    phone = phone or f"1390000{n:04}"
    return a_sale(n, 购车人=name, 联系电话=phone, 证件号码=identity, **more)


def numbers(customer: Customer) -> list[str]:
    return [phone.number[-4:] for phone in customer.phones.all()]


# --- One person -----------------------------------------------------------------------


def test_the_same_person_with_a_new_number_is_known_by_the_identity_number(places):
    posted(places.dealer, sale(1, "王芳", "13900000001", FATHERS_ID))
    posted(places.other_dealer, sale(2, "王芳", "13900000002", FATHERS_ID))
    assert numbers(Customer.objects.get()) == ["0002", "0001"]  # the new one first


def test_the_same_person_with_a_new_number_is_known_by_the_car(places):
    posted(places.dealer, sale(1, "王芳", "13900000001"))
    posted(places.station, a_repair(1, 送修人="王芳", 联系电话="13900000002"))
    posted(places.other_dealer, sale(1, "王芳", "13900000003", 销售单号="B1"))
    assert numbers(Customer.objects.get()) == ["0003", "0002", "0001"]


def test_a_person_whose_number_moves_is_known_by_the_one_in_common(places):
    posted(places.dealer, sale(1, "王芳", "13900000001"))
    posted(places.dealer, sale(2, "王芳", "13900000002/13900000001"))
    posted(places.dealer, sale(3, "王芳", "13900000002"))
    customer = Customer.objects.get()
    assert numbers(customer) == ["0002", "0001"]
    assert customer.sales.count() == 3


def test_rows_of_one_file_join_through_a_row_between_them(places):
    both = "13900000001/13900000002"
    batch = posted(
        places.dealer,
        sale(1, "王芳", "13900000001"),
        sale(2, "王芳", "13900000002"),
        sale(3, "王芳", both),
    )
    assert set(batch.rows.values_list("person", flat=True)) == {2}
    assert Customer.objects.get().sales.count() == 3


@pytest.mark.parametrize(
    "written", ["陳 國強", "陳国强", "陈国强 ", "陈·国强", "陈\u3000国强"]
)
def test_a_name_written_another_way_is_the_same_name(places, written):
    posted(places.dealer, sale(1, "陈国强", "13900000001"))
    posted(places.dealer, sale(2, written, "13900000001"))
    assert Customer.objects.get().name == "陈国强"


def test_a_name_an_agent_typed_full_width_is_known_too(places, cast):
    create_customer(by=cast.agent, name="Ａｌｉ·买买提", phone="13900000001")
    posted(places.dealer, sale(2, "ali买买提", "13900000001"))
    assert Customer.objects.count() == 1


def test_an_agent_finds_who_a_file_has_written_another_way(places, cast):
    posted(places.dealer, sale(1, "陳國強", "13900000001"))
    create_customer(by=cast.agent, name="陈国强", phone="13900000001")
    assert Customer.objects.count() == 1


def test_an_identity_number_that_was_not_known_is_added(places):
    posted(places.dealer, sale(1, "王芳", "13900000001"))
    posted(places.dealer, sale(2, "王芳", "13900000001", FATHERS_ID))
    assert Customer.objects.get().id_number == FATHERS_ID


def test_an_identity_number_that_was_mistyped_is_put_right(places):
    posted(places.dealer, sale(1, "王芳", "13900000001", FATHERS_ID))
    posted(places.dealer, sale(1, "王芳", "13900000001", SONS_ID))
    assert Customer.objects.get().id_number == SONS_ID


# --- Two people -----------------------------------------------------------------------


@pytest.mark.parametrize("in_one_file", [True, False])
def test_two_people_on_one_number_stay_two(places, in_one_file):
    rows = [sale(1, "王芳", "13900000001"), sale(2, "李强", "13900000001")]
    for file in [rows] if in_one_file else [[row] for row in rows]:
        posted(places.dealer, *file)
    assert Customer.objects.count() == 2
    assert Phone.objects.filter(number="+8613900000001").count() == 2


@pytest.mark.parametrize("in_one_file", [True, False])
def test_father_and_son_of_one_name_and_number_stay_two(places, in_one_file):
    rows = [
        sale(1, "王伟", "13900000001", FATHERS_ID),
        sale(2, "王伟", "13900000001", SONS_ID),
        sale(3, "王伟", "13900000001", SONS_ID),
    ]
    for file in [rows] if in_one_file else [[row] for row in rows]:
        posted(places.dealer, *file)
    father, son = Customer.objects.order_by("pk")
    assert (father.id_number, son.id_number) == (FATHERS_ID, SONS_ID)
    assert (father.sales.count(), son.sales.count()) == (1, 2)


def test_a_married_couple_shares_a_number_and_each_keeps_the_own_car(places):
    posted(places.dealer, sale(1, "王芳", "13900000001"))
    posted(places.dealer, sale(2, "李强", "13900000001/13900000002"))
    posted(places.station, a_repair(2, 送修人="王芳", 联系电话="13900000001"))
    wife, husband = Customer.objects.order_by("pk")
    assert husband.ownerships.get().vehicle.vin == a_vin(2)
    assert wife.repairs.get().vehicle.vin == a_vin(2)
    assert wife.ownerships.get().vehicle.vin == a_vin(1)


def test_somebody_else_who_bought_the_car_is_not_its_owner_of_the_same_name(places):
    before = {"开票日期": "2024-01-05", "交车日期": "2024-01-05"}
    posted(places.dealer, sale(1, "王伟", "13900000001", FATHERS_ID, **before))
    posted(places.dealer, sale(2, "王伟", "13900000002", SONS_ID, 车架号=a_vin(1)))
    assert Customer.objects.count() == 2


def test_one_known_twice_is_the_one_known_longer_and_worth_a_look(places):
    first = Customer.objects.create(name="王芳")
    second = Customer.objects.create(name="王芳")
    for customer in (second, first):
        Phone.objects.create(customer=customer, number="+8613900000001")
    batch = posted(places.dealer, sale(1, "王芳", "13900000001"))
    assert batch.sales.get().customer == first
    assert [w["code"] for w in batch.rows.get().warnings] == ["known_twice"]
    assert batch.rows_warned == 1


# --- Companies ------------------------------------------------------------------------


@pytest.mark.parametrize("in_one_file", [True, False])
def test_a_fleet_is_one_company_whoever_answers_for_each_car(places, in_one_file):
    rows = [sale(n, FLEET, f"1390000000{n}") for n in range(1, 5)]
    for file in [rows] if in_one_file else [[row] for row in rows]:
        posted(places.dealer, *file)
    company = Customer.objects.get()
    assert company.kind == Customer.Kind.COMPANY
    assert company.ownerships.count() == company.phones.count() == 4


def test_a_company_is_known_by_its_credit_code_under_a_new_name(places):
    code = "91440300MA5EXAMPL8"
    posted(places.dealer, sale(1, FLEET, "13900000001", code))
    posted(places.dealer, sale(2, "深圳远行科技有限公司", "13900000002", code))
    assert Customer.objects.get().sales.count() == 2


def test_a_company_with_another_credit_code_is_another(places):
    posted(places.dealer, sale(1, FLEET, "13900000001", "91440300MA5EXAMPL8"))
    posted(places.dealer, sale(2, FLEET, "13900000001", "91440300MA5EXAMPL9"))
    assert Customer.objects.count() == 2


def test_a_short_name_alone_does_not_make_a_company_the_same(places):
    posted(places.dealer, sale(1, "远行公司", "13900000001"))
    posted(places.dealer, sale(2, "远行公司", "13900000002"))
    assert Customer.objects.count() == 2


# --- Merged ---------------------------------------------------------------------------


def test_who_was_merged_is_known_as_the_one_kept(places, cast):
    posted(places.dealer, sale(1, "王芳"), sale(2, "王方", "13900000002"))
    kept, merged = Customer.objects.order_by("pk")
    merge_customers(kept, merged, by=cast.administrator)
    posted(places.dealer, sale(3, "王方", "13900000002"))
    assert kept.sales.count() == 3
    assert Customer.objects.count() == 2


def test_names_have_the_same_key_in_python_and_in_sql(db):
    names = ["陳國強", "ＡＢＣ 有限公司", "阿不都•热合曼", "O'Brien", "葉 葉（父）"]
    for name in names:
        Customer.objects.create(name=name)
    with connection.cursor() as cursor:
        cursor.execute(KEYS.format(key=key_sql("name")))
        assert [found for (found,) in cursor.fetchall()] == [key(n) for n in names]
