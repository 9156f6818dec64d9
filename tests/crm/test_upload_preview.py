"""What a file would change is told before it is posted, and posting does just that."""

import pytest
from django.urls import reverse

from crm.models import Customer, Ownership, UploadBatch, Vehicle
from crm.uploads.changes import changes
from crm.uploads.services import approve_batch, submit_batch
from tests.factories.uploads import a_repair, a_sale, a_vin, received
from tests.queries import queries_of

EARLY = {"开票日期": "2024-01-05", "交车日期": "2024-01-10"}
LATER = {"开票日期": "2024-06-05", "交车日期": "2024-06-10"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def post(batch: UploadBatch) -> UploadBatch:
    batch = approve_batch(submit_batch(batch, by=None), by=None)
    batch.refresh_from_db()
    assert batch.status == "posted"
    return batch


def test_customers_and_cars_are_counted_as_posting_makes_them(places):
    post(received(places.dealer, [a_sale(1, **EARLY), a_sale(2), a_sale(3)]))
    post(received(places.other_dealer, [a_sale(8, **EARLY)]))
    batch = received(
        places.dealer,
        [
            a_sale(1, **EARLY),
            a_sale(2, 成交价="16万"),
            a_sale(3, 联系电话="13900000003/13800000003", 颜色="黑"),
            a_sale(4, 车架号=a_vin(8)),
            a_sale(5, 购车人="王芳"),
            a_sale(6, 购车人="王芳", 联系电话="13800000005"),
            a_sale(7, 联系电话="x"),
        ],
    )
    assert batch.preview == {
        "records": {"new": 3, "changed": 2, "unchanged": 1},
        "customers": {"new": 2, "changed": 1, "unchanged": 2},
        "cars": {"new": 2, "changed": 2, "unchanged": 2},
        "owners": {"changed": 1},
    }
    people, cars = Customer.objects.count(), Vehicle.objects.count()
    post(batch)
    assert Customer.objects.count() - people == 2
    assert Vehicle.objects.count() - cars == 2


def test_repairs_are_counted_by_car_and_by_who_brought_it(places):
    post(received(places.dealer, [a_sale(1)]))
    batch = received(
        places.station,
        [
            a_repair(1, 送修人="", 联系电话=""),
            a_repair(2, 车架号=a_vin(1)),
            a_repair(3),
        ],
    )
    assert batch.preview["records"]["new"] == 3
    assert batch.preview["customers"] == {"new": 2, "changed": 0, "unchanged": 0}
    assert batch.preview["cars"] == {"new": 1, "changed": 1, "unchanged": 0}


IDENTITY = "44010119900101123X"
BEFORE = [a_sale(1, **EARLY), a_sale(2, **LATER, 证件号码=IDENTITY)]
FORETOLD = {
    "a new sale": a_sale(9),
    "a price": a_sale(1, **EARLY, 成交价="16万"),
    "another car": a_sale(1, **EARLY, 车架号=a_vin(9)),
    "a car of another": a_sale(1, **EARLY, 车架号=a_vin(2)),
    "another buyer": a_sale(1, **EARLY, 购车人="王芳"),
    "another day": a_sale(1, **LATER),
    "another number": a_sale(1, **EARLY, 联系电话="13800000001/13900000001"),
    "nothing said": a_sale(1, **EARLY, 地址="", 颜色="", 车型="", 性别=""),
    "sold on": a_sale(3, 车架号=a_vin(2)),
    "sold on, handed in late": a_sale(3, **EARLY, 车架号=a_vin(2)),
    "another number first": a_sale(1, **EARLY, 联系电话="13900000001/13800000001"),
    "known by another name": a_sale(3, 购车人="王芳", 证件号码=IDENTITY),
    "sold to who has it": a_sale(
        3, 车架号=a_vin(2), 购车人=a_sale(2)["购车人"], 联系电话=a_sale(2)["联系电话"]
    ),
}


@pytest.mark.parametrize("row", FORETOLD.values(), ids=FORETOLD)
def test_a_sale_does_what_was_foretold(places, row):
    post(received(places.dealer, BEFORE))
    batch = received(places.dealer, [row])
    foretold = told(batch)
    post(batch)
    left = foretold.pop(f"Owners of {a_vin(1)}", [])
    if left:
        assert as_foretold(left) == owners_of(a_vin(1))
    found = told(batch)
    assert {t: as_foretold(lines) for t, lines in foretold.items()} == {
        t: as_it_is(lines) for t, lines in found.items()
    }


def as_foretold(lines):
    return [(label, after) for label, _now, after in lines if after]


def as_it_is(lines):
    return [(label, now) for label, now, _after in lines if now]


def owners_of(vin):
    return [
        (own.customer.name, f"since {own.from_on}")
        for own in Ownership.objects.filter(vehicle__vin=vin)
    ]


@pytest.mark.parametrize(
    "row",
    [
        a_repair(9),
        a_repair(1, 维修项目="换机油;洗车", 合计金额=""),
        a_repair(1, 行驶里程=1),
        a_repair(2, 车架号=a_vin(1), 车牌号="粤B99999", 送修人="", 联系电话=""),
    ],
)
def test_a_repair_does_what_was_foretold(places, row):
    post(received(places.dealer, BEFORE))
    post(received(places.station, [a_repair(1)]))
    batch = received(places.station, [row])
    foretold = told(batch)
    post(batch)
    assert {t: as_foretold(lines) for t, lines in foretold.items()} == {
        t: as_it_is(lines) for t, lines in told(batch).items()
    }


def told(batch: UploadBatch) -> dict[str, list[tuple[str, str, str]]]:
    row = batch.rows.get()
    return {
        touched.title: [(f.label, f.now, f.after) for f in touched.fields]
        for touched in changes(batch, [row], None)[row.number]
    }


def test_a_changed_row_shows_old_beside_new(places, cast, logged_in):
    post(received(places.dealer, [a_sale(1), a_sale(2)], by=cast.clerk))
    again = [a_sale(1), a_sale(2, 成交价="16万")]
    batch = received(places.dealer, again, by=cast.clerk)
    client = logged_in(cast.clerk)
    url = reverse("crm:batch_rows", args=[batch.pk])
    page = client.get(url, {"show": "changed"})
    assert [line.row.number for line in page.context["lines"]] == [3]
    assert "<del>150000.00</del>" in page.content.decode()
    row = client.get(reverse("crm:batch_row", args=[batch.pk, 3]))
    assert "<ins>160000.00</ins>" in row.content.decode()
    assert row.content.decode().count("<ins>") == 1


def test_rows_are_chosen_and_paged(places, cast, logged_in):
    good = [a_sale(n) for n in range(1, 31)]
    batch = received(places.dealer, [*good, a_sale(40, 联系电话="x")], by=cast.clerk)
    client = logged_in(cast.clerk)
    url = reverse("crm:batch_rows", args=[batch.pk])
    first = client.get(url).context
    assert (len(first["lines"]), first["following"]) == (25, 27)
    second = client.get(url, {"start": 27}).context
    assert (len(second["lines"]), second["previous"]) == (6, 2)
    refused = client.get(url, {"show": "refused"}).context["lines"]
    assert [line.errors for line in refused] == [["this is not a telephone number: x"]]
    assert "No row of this file fits" in (
        client.get(url, {"show": "changed"}).content.decode()
    )
    assert client.get(url, {"show": "x", "start": "-1"}).status_code == 200


def test_one_row_and_ten_take_the_same_queries(places, cast, logged_in):
    client = logged_in(cast.reviewer)
    counts = []
    for many in (1, 10):
        rows = [a_sale(n) for n in range(1, many + 1)]
        post(received(places.dealer, rows, by=cast.clerk))
        changed = [{**row, "成交价": 160000 + many} for row in rows]
        batch = received(places.dealer, changed, by=cast.clerk)
        counts.append(queries_of(client, reverse("crm:batch_rows", args=[batch.pk])))
    assert counts[0] == counts[1]


def test_what_another_dealer_handed_in_is_not_given_away(places, cast, logged_in):
    known = {"购车人": "王芳", "证件号码": "44010119900101123X"}
    theirs = a_sale(1, **known, **EARLY, 地址="秘密路1号", 联系电话="13811112222")
    post(received(places.other_dealer, [theirs]))
    mine = a_sale(2, **known, 车架号=a_vin(1), 地址="", 联系电话="13933334444")
    batch = received(places.dealer, [mine], by=cast.clerk)
    url = reverse("crm:batch_row", args=[batch.pk, 2])
    page = logged_in(cast.clerk).get(url).content.decode()
    assert "13933334444" in page.replace(" ", "")
    assert "秘密路" not in page
    assert "1381111" not in page.replace(" ", "")
    assert "138****2222" not in page
    centre = logged_in(cast.leader).get(url).content.decode()
    assert "秘密路1号" in centre
    assert "138****2222" in centre


def test_a_row_that_is_not_there_is_404(places, cast, logged_in):
    batch = received(places.dealer, by=cast.clerk)
    client = logged_in(cast.clerk)
    assert client.get(f"/uploads/{batch.pk}/rows/99/").status_code == 404
