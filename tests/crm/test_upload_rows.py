"""What is wrong with a row, and what is only worth a second look."""

import pytest

from tests.factories.uploads import a_repair, a_sale, a_vin, received, today


def problems(batch, number=2):
    row = batch.rows.get(number=number)
    return [p["code"] for p in row.errors], [p["code"] for p in row.warnings]


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize(
    ("changes", "errors", "warnings"),
    [
        ({}, [], []),
        ({"车架号": a_vin(1)[:16]}, ["vin_length"], []),
        ({"车架号": "O" + a_vin(1)[1:]}, ["vin_letters"], []),
        ({"车架号": ""}, ["missing"], []),
        ({"车架号": "1M8GDM9A1KP042788"}, [], ["vin_check_digit"]),
        ({"联系电话": "1567649186"}, ["phone_malformed"], []),
        ({"联系电话": "同上"}, ["phone_malformed"], []),
        ({"联系电话": ""}, ["missing"], []),
        ({"购车人": "   "}, ["missing"], []),
        ({"购车人": '=HYPERLINK("http://x","点我")'}, [], []),
        ({"销售单号": ""}, ["missing"], []),
        ({"开票日期": "2026-02-30"}, ["date_impossible"], []),
        ({"开票日期": "2031-01-05", "交车日期": ""}, ["date_future"], []),
        ({"开票日期": ""}, ["missing"], []),
        ({"成交价": "面议"}, ["amount_malformed"], []),
        ({"成交价": "-5000"}, ["amount_negative"], []),
        ({"成交价": "0"}, [], ["price_zero"]),
        ({"成交价": "15"}, [], ["price_odd"]),
        ({"交车日期": "2020-01-01"}, [], ["delivered_before_invoiced"]),
    ],
    ids=str,
)
def test_a_sale_is_checked(places, changes, errors, warnings):
    batch = received(places.dealer, [a_sale(**changes)])
    assert problems(batch) == (errors, warnings)
    assert batch.rows_rejected == bool(errors)
    assert batch.rows_warned == bool(warnings)


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"出厂时间": "2020-01-01 10:00"}, ["out_before_in"]),
        ({"车架号": ""}, ["missing"]),
        ({"工单号": ""}, ["missing"]),
        ({"行驶里程": "abc"}, ["number_malformed"]),
        ({"维修类型": "外星人绑架"}, ["kind_unknown"]),
        ({"维修类型": ""}, ["missing"]),
        ({"进厂时间": "2031-01-05 10:00", "出厂时间": ""}, ["date_future"]),
        ({"联系电话": "", "送修人": ""}, []),
        ({"出厂时间": str(today())}, []),
    ],
    ids=str,
)
def test_a_repair_is_checked(places, changes, errors):
    batch = received(places.station, [a_repair(**changes)])
    assert problems(batch)[0] == errors


@pytest.mark.usefixtures("media")
def test_the_second_of_the_same_car_or_number_is_refused(places):
    rows = [a_sale(1), a_sale(2, 车架号=a_vin(1)), a_sale(3, 销售单号="xs0000001")]
    batch = received(places.dealer, rows)
    assert problems(batch, 3)[0] == ["duplicate_vin"]
    assert problems(batch, 4)[0] == ["duplicate_number"]
    assert batch.rows.get(number=3).errors[0]["row"] == 2


@pytest.mark.usefixtures("media")
def test_a_refused_row_does_not_stand_in_the_way_of_a_good_one(places):
    batch = received(places.dealer, [a_sale(1, 联系电话="x"), a_sale(1)])
    assert (batch.rows_accepted, batch.rows_rejected) == (1, 1)


@pytest.mark.usefixtures("media")
def test_a_number_that_many_buyers_share_is_worth_a_look(places):
    batch = received(
        places.dealer, [a_sale(n, 联系电话="13800138000") for n in (1, 2, 3)]
    )
    assert problems(batch, 4) == ([], ["phone_shared"])


@pytest.mark.usefixtures("media")
def test_columns_nobody_knows_do_no_harm(places):
    batch = received(places.dealer, [{**a_sale(), "备用列": "x"}])
    assert batch.rows_accepted == 1
    assert batch.rows.get().cells[-1] == "x"
