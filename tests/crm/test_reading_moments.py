"""Days that can be read in more than one way, and amounts in groups."""

import datetime as dt

import pytest
from django.utils import timezone

from crm.uploads.checking import cells
from crm.uploads.checking.cells import CellError


@pytest.fixture(autouse=True)
def in_november(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: dt.date(2026, 11, 21))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("26/11/20", "2026-11-20"),
        ("26-11-20", "2026-11-20"),
        ("11/20/26", "2026-11-20"),
        ("20/11/26", "2026-11-20"),
        ("11/12/26", "2026-11-12"),
        ("11/12/2026", "2026-11-12"),
        ("10/10/2026", "2026-10-10"),
    ],
)
def test_a_day_of_the_last_two_years_is_meant_when_only_one_is(text, value):
    assert cells.date(text) == value


@pytest.mark.parametrize("text", ["3/4/2026", "03-04-2026", "10/11/26", "1/2/1999"])
def test_a_day_that_may_be_two_is_refused(text):
    with pytest.raises(CellError) as refused:
        cells.date(text)
    assert refused.value.code == "date_ambiguous"


@pytest.mark.parametrize(
    "text",
    ["2026-13-01", "31/02/2026", "13/13/2026", "2026-11", "20261399", "Nov 2026", "五"],
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(CellError) as refused:
        cells.date(text)
    assert refused.value.code == "date_impossible"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-20 凌晨 12:30", "2026-11-20T00:30"),
        ("2026-11-20 中午 12:30", "2026-11-20T12:30"),
        ("2026-11-20 中午 1:30", "2026-11-20T13:30"),
        ("11/20/2026 4:06:00 PM", "2026-11-20T16:06"),
        ("2026-11-20T16:06:30.123+08:00", "2026-11-20T16:06"),
        ("2026-11-20T08:06:00Z", "2026-11-20T16:06"),
        ("20-Nov-2026 16:06", "2026-11-20T16:06"),
    ],
)
def test_a_time_is_the_clock_of_the_place(text, value):
    assert cells.time(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234,567.5", "1234567.50"),
        ("15,4000", "154000.00"),
        ("1.2亿", "120000000.00"),
        ("15.4万元", "154000.00"),
        ("RMB 154,000.00", "154000.00"),
        ("人民币１５４０００元整", "154000.00"),
        ("'154000", "154000.00"),
        ("154k", "154000.00"),
        ("1.54E+05", "154000.00"),
    ],
)
def test_an_amount_is_read_however_it_is_grouped(text, value):
    assert cells.amount(text) == value


@pytest.mark.parametrize(
    "text", ["154.000,00", "154,00", "1,2", "1.2.3", "万", "1e999"]
)
def test_an_amount_that_may_be_two_is_refused(text):
    with pytest.raises(CellError) as refused:
        cells.amount(text)
    assert refused.value.code == "amount_malformed"
