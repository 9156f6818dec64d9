"""A dealer system's own workbook: its column names are nobody else's, two rows bad."""

import io
from datetime import date, timedelta
from pathlib import Path

import openpyxl

HEADER = ["单证", "购买方全称", "拨打", "身份码", "办理日"]
# What they are, by the labels of the page.
MEANING = {
    "单证": "Sale number",
    "购买方全称": "Buyer",
    "拨打": "Telephone",
    "身份码": "VIN",
    "办理日": "Invoice date",
}


def sales_under_other_names() -> bytes:
    on = date.today() - timedelta(days=1)  # noqa: DTZ011 - as the clerk's own calendar
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "导出"
    sheet.append(["整车销售明细"])
    sheet.append(HEADER)
    sheet.append(["PZ-1", "林晓梅", "13900139001", "LYJA7B3E3TA000013", on])
    sheet.append(["PZ-2", "何志强", "同上", "LYJA7B3E3TA000014", on])
    sheet.append(["PZ-3", "罗建国", "13900139003", "LYJA7B3E3TA00", on])
    sheet.append(["PZ-4", "梁美玲", "13900139004", "LYJA7B3E3TA000016", on])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def mend(path: Path) -> None:
    """What the clerk types into the workbook of the refused rows."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    right = {"PZ-2": ("拨打", "13900139002"), "PZ-3": ("身份码", "LYJA7B3E3TA000015")}
    header = [cell.value for cell in sheet[1]]
    for line in sheet.iter_rows(min_row=2):
        name, value = right[line[0].value]
        assert line[header.index(name)].comment is not None
        line[header.index(name)].value = value
    book.save(path)
