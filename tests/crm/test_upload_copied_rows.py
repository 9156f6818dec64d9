"""Rows that were copied in a workbook of refused rows, their number with them."""

import pytest

from tests.factories.mending import saved, sent, workbook_of
from tests.factories.uploads import a_sale, a_vin, received

NAMES = list(a_sale())


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def batch(places, cast):
    """Good rows in lines 2 and 4; in 3 the telephone is wrong."""
    rows = [a_sale(1), a_sale(2, 联系电话="同上"), a_sale(3)]
    return received(places.dealer, rows, by=cast.clerk)


def mended_with(batch, *copies, first=None):
    """The workbook, its row mended and copied: each a number and what was changed."""
    book = workbook_of(batch)
    sheet = book.active
    as_sent = [cell.value for cell in sheet[2]]
    changed = {"联系电话": "13800000002"} if first is None else first
    for name, value in changed.items():
        sheet.cell(2, NAMES.index(name) + 1).value = value
    for number, changes in copies:
        row = list(as_sent)
        for name, value in changes.items():
            row[NAMES.index(name)] = value
        row[-1] = number
        sheet.append(row)
    return saved(book)


def another(n):
    return {"销售单号": f"XS{n}", "车架号": a_vin(n), "联系电话": f"139000000{n}"}


def stands(batch):
    at = batch.fields.index("sale_no")
    return {row.number: row.values[at] for row in batch.rows.accepted()}


def test_a_copied_row_is_one_more_and_the_mended_one_stands(batch, places):
    content = mended_with(batch, (3, another(99)))
    more = mended_with(batch, (3, another(99)), (3, another(98)))
    same = sent(places.dealer, content)
    good = {2: "XS0000001", 3: "XS0000002", 4: "XS0000003", 5: "XS99"}
    assert stands(same) == good
    assert same.mended_files.get().rows_mended == 2
    # Saved once more with one more row, nothing is there twice or lost.
    again = sent(places.dealer, more)
    assert stands(again) == good | {6: "XS98"}
    assert (again.rows_total, again.rows_rejected) == (5, 0)


def test_the_copy_may_be_the_one_that_was_mended(batch, places):
    mended = (3, {"联系电话": "13800000002"})
    same = sent(places.dealer, mended_with(batch, mended, first=another(99)))
    assert sorted(stands(same).values()) == [
        "XS0000001",
        "XS0000002",
        "XS0000003",
        "XS99",
    ]


def test_a_mere_double_is_no_row(batch, places):
    copy = (3, {"联系电话": "13800000002"})
    same = sent(places.dealer, mended_with(batch, copy, copy))
    assert (same.rows_total, same.rows_rejected) == (3, 0)


@pytest.mark.parametrize("numbers", [(None, 5), (5, None), (6, None)])
def test_a_number_somebody_made_up_takes_no_other_row_away(batch, places, numbers):
    copies = zip(numbers, [another(98), another(99)], strict=True)
    same = sent(places.dealer, mended_with(batch, *copies))
    assert same.rows_total == 5
    assert {"XS98", "XS99"} <= set(stands(same).values())
