"""Cells as people type them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from crm.uploads.checking.cells import CellError
from crm.uploads.checking.checker import FIELDS, PARSERS, Checker, cells
from crm.uploads.problems import ERRORS
from crm.uploads.table.columns import match
from tests.factories.uploads import REPAIRS_HEADER, SALES_HEADER


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-20", "2026-11-20"),
        ("2026.11.20", "2026-11-20"),
        ("2026/1/5", "2026-01-05"),
        ("2026年11月19日", "2026-11-19"),
        ("20261119", "2026-11-19"),
        ("46346", "2026-11-20"),
        ("2026/11/19 00:00:00", "2026-11-19"),
        ("2026-11-19T08:30:00Z", "2026-11-19"),
        ("２０２６－１１－２０", "2026-11-20"),
        ("2026-11-20 00:00:00.0", "2026-11-20"),
        ("2026-11-20T00:00:00+08:00", "2026-11-20"),
        ("2026-11-19T16:00:00.000Z", "2026-11-20"),
        ("20261120160600", "2026-11-20"),
        ("2026年11月20日 星期五", "2026-11-20"),
        ("2026-11-20(五)", "2026-11-20"),
        ("115/11/20", "2026-11-20"),
        ("民國115年11月20日", "2026-11-20"),
        ("26年11月20日", "2026-11-20"),
        ("11/20/2026", "2026-11-20"),
        ("20.11.2026", "2026-11-20"),
        ("20-Nov-2026", "2026-11-20"),
        ("20 November 2026", "2026-11-20"),
        ("Nov 20, 2026", "2026-11-20"),
        ("Fri, 20 Nov 2026", "2026-11-20"),
        ("20-Nov-26", "2026-11-20"),
        (" 2026-11-20 ", "2026-11-20"),
        ("", ""),
        ("无", ""),
    ],
)
def test_a_date_is_read_however_it_is_written(text, value):
    assert cells.date(text) == value


@pytest.mark.parametrize(
    ("today", "text", "value"),
    [
        ("2026-11-22", "11月20日", "2026-11-20"),
        ("2026-11-22", "11月22号", "2026-11-22"),
        ("2027-01-03", "12月31日", "2026-12-31"),
    ],
)
def test_a_day_without_its_year_is_the_last_one(monkeypatch, today, text, value):
    monkeypatch.setattr(timezone, "localdate", lambda: dt.date.fromisoformat(today))
    assert cells.date(text) == value


@pytest.mark.parametrize("text", ["11月25日", "2月1日", "13月1日", "2月30日"])
def test_a_day_without_its_year_is_never_guessed_far_back(monkeypatch, text):
    monkeypatch.setattr(timezone, "localdate", lambda: dt.date(2026, 11, 22))
    with pytest.raises(CellError):
        cells.date(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-20 16:06", "2026-11-20T16:06"),
        ("2026年11月20日 16时06分", "2026-11-20T16:06"),
        ("2026/11/20 下午4:06", "2026-11-20T16:06"),
        ("2026-11-20 4:06 PM", "2026-11-20T16:06"),
        ("20261120 1606", "2026-11-20T16:06"),
        ("46346.670833", "2026-11-20T16:06"),
    ],
)
def test_a_time_is_read_however_it_is_written(text, value):
    assert cells.time(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("粤A·8xzy3", "粤A8XZY3"),
        ("粤A 8XZY3", "粤A8XZY3"),
        ("粤Ａ－８ＸＺＹ３", "粤A8XZY3"),
        ("粤AD12345", "粤AD12345"),
        ("无", ""),
        ("-", ""),
    ],
)
def test_a_plate_is_kept_as_it_is_looked_for(text, value):
    assert cells.plate(text) == value


@pytest.mark.parametrize("text", ["2026-02-30", "明天", "1/2", "2026-13-01", "99"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(CellError):
        cells.date(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15400", "15400.00"),
        ("¥15,400.00", "15400.00"),
        ("1.9000万", "19000.00"),
        ("15万8千", "158000.00"),
        ("15万8", "158000.00"),
        ("15万8千5百元", "158500.00"),
        ("１８２００", "18200.00"),
        ("15400元", "15400.00"),
        ("RMB 15,400", "15400.00"),
        ("0", "0.00"),
        ("-", ""),
    ],
)
def test_an_amount_is_read_however_it_is_written(text, value):
    assert cells.amount(text) == value


@given(st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)))
def test_every_day_comes_back_in_every_way_of_writing_it(day):
    for form in ("%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y/%m/%d 00:00:00"):
        assert cells.date(day.strftime(form)) == day.isoformat()
    assert cells.date(str((day - dt.date(1899, 12, 30)).days)) == day.isoformat()


@given(st.decimals(0, 99_999_999, places=2))
def test_every_amount_comes_back_in_every_way_of_writing_it(number):
    for form in (f"{number:.2f}", f"¥{number:,.2f}", f"{number:.2f}元"):
        assert Decimal(cells.amount(form)) == number
    assert Decimal(cells.amount(f"{number / 10_000:.6f}万")) == number


@given(st.sampled_from(["sales", "repairs"]), st.text(max_size=60))
def test_any_text_is_understood_or_refused_with_a_code(kind, text):
    for name, parse in PARSERS[kind].items():
        try:
            value = parse(text)
        except CellError as error:
            value = ERRORS[error.code]
        assert "\x00" not in value, name


@given(st.sampled_from(["sales", "repairs"]), st.data())
def test_any_row_gets_values_or_reasons(kind, data):
    header = SALES_HEADER if kind == "sales" else REPAIRS_HEADER
    width = len(header)
    sent = data.draw(st.lists(st.text(max_size=12), min_size=width, max_size=width))
    checker = Checker(kind, match(kind, header), dt.date(2026, 11, 20))
    row = checker.check(2, sent)
    assert row.cells == sent
    assert len(row.values) == len(FIELDS[kind])
    assert row.errors  # such a row cannot be good
