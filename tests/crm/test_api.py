import pytest

from tests.factories.records import make_car, make_customer, make_repair, make_sale


@pytest.fixture
def get(cast, logged_in):
    """The rows of a list as the agent gets them."""

    def read(path, by=cast.agent, **query):
        answer = logged_in(by).get(f"/api/{path}/", query)
        assert answer.status_code == 200, answer.json()
        return answer.json()["results"]

    return read


@pytest.mark.parametrize(
    "written",
    ["13912345678", "139 1234 5678", "+86 139-1234-5678", "Tel: 13912345678", "345678"],
)
def test_a_customer_is_found_by_a_number_however_written(get, written):
    wanted = make_customer(number="+8613912345678")
    make_customer()
    assert [row["id"] for row in get("customers", phone=written)] == [wanted.pk]
    assert [row["id"] for row in get("customers", search=written)] == [wanted.pk]


def test_customers_are_found_by_name_city_and_kind(get):
    make_customer("李雷", city="深圳市")
    make_customer("韩梅梅", city="广州市", kind="company")
    assert [row["name"] for row in get("customers", name="梅")] == ["韩梅梅"]
    assert [row["name"] for row in get("customers", city="深圳")] == ["李雷"]
    assert [row["name"] for row in get("customers", kind="company")] == ["韩梅梅"]
    assert [row["name"] for row in get("customers", search="李雷")] == ["李雷"]


def test_a_wrong_filter_value_is_explained(cast, logged_in):
    answer = logged_in(cast.agent).get("/api/customers/", {"kind": "martian"})
    assert answer.status_code == 400
    assert "kind" in answer.json()


def test_numbers_are_masked_for_everybody(get, cast, places):
    sale = make_sale(places.dealer, make_customer(number="+8613912345678"))
    [row] = get("customers")
    assert row["phones"] == [{"number": "139****5678", "is_wrong": False}]
    [row] = get("customers", by=cast.clerk)
    assert row["id"] == sale.customer_id
    assert "*" in row["phones"][0]["number"]
    assert "12345678" not in row["phones"][0]["number"]


def test_vehicles_are_found_by_vin_its_ending_and_plate(get):
    wanted = make_car(vin="LSVAA4182E2184847", plate="粤B12345")
    make_car(plate="粤A99999")
    for query in (
        {"vin": "lsvaa4182e2184847"},
        {"vin_ending": "184847"},
        {"plate": "粤B1"},
    ):
        assert [row["id"] for row in get("vehicles", **query)] == [wanted.pk]


def test_a_vehicle_names_its_owner_only_to_those_who_may_see_the_owner(
    get, cast, places
):
    sale = make_sale(places.other_dealer)
    make_repair(places.station, sale.vehicle)
    [row] = get("vehicles")
    assert row["owner"] == {"id": sale.customer_id, "name": "王小明"}
    [row] = get("vehicles", by=cast.station_clerk)
    assert row["owner"] is None
    assert get("vehicles", by=cast.station_clerk, owner=sale.customer_id) == []
    assert len(get("vehicles", owner=sale.customer_id)) == 1


def test_customers_come_in_the_order_asked_for(get):
    for name in ("B", "C", "A"):
        make_customer(name)
    assert [row["name"] for row in get("customers", ordering="-name")] == list("CBA")
