"""Which sheet and which row is the header, and what columns of other names may be."""

import io

import openpyxl
import pytest
from django.urls import reverse

from crm.uploads.problems import FileError, note
from crm.uploads.reading.process import open_workbook
from crm.uploads.table import headers
from crm.uploads.table.finding import find_table, peek
from tests.factories.uploads import REPAIRS_HEADER, SALES_HEADER, a_sale, table

ROWS = table([a_sale(n) for n in (1, 2, 3)])
STRANGE = (
    "日报表,,,,,,\n\n"
    "流水,购买人姓名,联系人手机号,底盘,开票日,金额(元),备注\n"
    "A00012,张三,13800138000,LSVAA49J0F2000001,2026/11/20,154000,急\n"
    "A00013,李四,13800138001,LSVAA49J0F2000002,2026/11/21,155000,\n"
)


@pytest.fixture
def opened(tmp_path):
    def run(content, function, **options):
        path = tmp_path / "file"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with open_workbook(path) as workbook:
            found = function(workbook, "sales", **options)
            return found, list(getattr(found, "rows", ()))

    return run


def book(**sheets) -> bytes:
    """Sheets by name; a name that begins with h is hidden."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name.startswith("h") else "visible"
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def test_the_visible_sheet_with_most_rows_is_read_and_the_others_named(opened):
    content = book(note=[["x", "y"]], empty=ROWS[:1], h=ROWS, few=ROWS[:2], most=ROWS)
    found, rows = opened(content, find_table)
    assert (found.sheet, found.line, len(rows)) == ("most", 1, 3)
    assert found.notes == [{"code": "sheets_not_read", "names": ["h", "few"]}]
    assert "h, few" in note(found.notes[0])


def test_a_hidden_sheet_is_read_when_no_other_holds_a_table(opened):
    found, rows = opened(book(empty=ROWS[:1], h=ROWS), find_table)
    assert (found.sheet, len(rows), found.notes) == ("h", 3, [])


def test_a_header_over_a_total_alone_is_passed_over(opened):
    total = [ROWS[0], *[["合计"] + [None] * 17] * 9]
    found, rows = opened(book(total=total, real=ROWS), find_table)
    assert (found.sheet, len(rows)) == ("real", 3)


def test_a_header_of_two_rows_is_read_together(opened):
    text = (
        "单据,,客户,,车辆,\n销售单号,开票日期,姓名,联系电话,车架号,车型\n"
        "XS1,2026-11-20,张三,13800138000,LSVAA49J0F2000001,远行\n"
    )
    found, [(number, _)] = opened(text, find_table)
    assert (found.line, number) == (2, 3)
    merged = text.replace("单据,", "销售单号,").replace("\n销售单号,", "\n,")
    found, _ = opened(merged, find_table)
    assert found.places["sale_no"] == 0


def test_the_twenty_first_row_is_no_header(opened):
    rows = [["说明", n] for n in range(headers.HEADER_ROWS)]
    found, _ = opened(book(a=[*rows[1:], *ROWS]), find_table)
    assert found.line == headers.HEADER_ROWS
    with pytest.raises(FileError) as refused:
        opened(book(a=[*rows, *ROWS]), find_table)
    assert refused.value.code == "no_header"


def test_totals_and_signatures_are_left_out_but_no_filled_row(opened):
    filled = ["审核通过", *ROWS[1][1:]]
    filled[9] = ""
    below = [["合计", "", "3台"], [], ["制表:张三", "审核:李四"]]
    _, rows = opened(book(a=[*ROWS, filled, *below]), find_table)
    assert [number for number, _ in rows] == [2, 3, 4, 5]


def test_columns_of_other_names_are_proposed_by_name_and_by_what_they_hold(opened):
    found, _ = opened(STRANGE, peek)
    assert found.line == 3
    assert [(guess.column, guess.basis) for guess in found.columns] == [
        ("sale_no", "content"),
        ("buyer", "alike"),
        ("phone", "alike"),
        ("vin", "alike"),
        ("invoiced_on", "alike"),
        ("price", "name"),
        ("", ""),
    ]
    assert found.columns[1].samples == ["张三", "李四"]


@pytest.mark.parametrize(
    ("held", "column"), [("13800138000", "phone"), ("福田路8号", "address")]
)
def test_a_name_short_for_several_is_what_its_column_holds(opened, held, column):
    rows = STRANGE.replace("联系人手机号", "通讯")
    rows = rows.replace("13800138000", held).replace("13800138001", held)
    found, _ = opened(rows, peek)
    assert found.columns[2].column == column


def test_what_was_proposed_and_taught_finds_the_table(opened):
    found, _ = opened(STRANGE, peek)
    taught = {guess.key: guess.column for guess in found.columns}
    found, rows = opened(STRANGE, find_table, names=taught)
    assert (found.line, len(rows)) == (3, 2)
    assert found.places["phone"] == 2


def test_what_an_organisation_taught_wins(opened):
    text = STRANGE.replace("流水", "单号").replace("备注", "销售单号")
    names = {"单号": "sale_no", "销售单号": "", "购买人姓名": "buyer"}
    names |= {"联系人手机号": "phone", "底盘": "vin", "开票日": "invoiced_on"}
    found, _ = opened(text, find_table, names=names)
    assert found.places["sale_no"] == 0
    guesses, _ = opened(text, peek, names=names)
    assert guesses.columns[-1].column == ""


def test_names_in_no_language_are_matched_by_what_columns_hold(opened):
    rows = [["a", "b", None, "d", "e"]]
    rows += [
        [f"XS000{n}", f"张{SALES_HEADER[n][0]}", f"1380013800{n}", *ROWS[n][9:16:6]]
        for n in (1, 2, 3)
    ]
    found, _ = opened(book(a=rows), peek)
    expected = ["sale_no", "buyer", "phone", "vin", "invoiced_on"]
    assert [guess.column for guess in found.columns] == expected
    assert found.columns[2].key == "column3"
    taught = {guess.key: guess.column for guess in found.columns}
    table_found, _ = opened(book(a=rows), find_table, names=taught)
    assert table_found.places["phone"] == 2


def test_the_page_and_the_command_name_the_sheets_that_were_not_read(
    upload, cast, logged_in
):
    lines, answer = upload(book(one=ROWS, other=ROWS[:2]))
    assert lines[0].startswith("note: Only one sheet was read.")
    page = logged_in(cast.reviewer).get(reverse("crm:batch", args=[answer["batch"]]))
    assert "not: other." in page.content.decode()


def test_a_file_of_the_other_kind_is_refused_by_its_name(opened):
    repairs = ",".join(REPAIRS_HEADER) + "\n" + ",".join("x" for _ in REPAIRS_HEADER)
    with pytest.raises(FileError) as refused:
        opened(repairs, find_table)
    assert refused.value.code == "looks_like_repairs"


def test_one_wrong_date_does_not_hide_what_a_column_is(opened):
    days = ["2026-11-20"] * 9 + ["2026-13-40"]
    rows = [f"{n},哪天,{day}" for n, day in enumerate(days)]
    found, _ = opened("\n".join(["流水,备注,哪天卖的", *rows]), peek)
    assert found.columns[2].column == "invoiced_on"
