"""Files that are no good, or only odd: one clear line, and nothing kept half."""

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
from django.core.management import CommandError
from openpyxl.styles import Font

from crm.models import UploadBatch, UploadRow
from crm.uploads.checking import staging
from crm.uploads.forms import ENDINGS
from crm.uploads.table import finding as tables
from tests.factories.uploads import SALES_HEADER, a_sale, csv_file, table, xlsx_file


def protected() -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(600)
        + "EncryptedPackage".encode("utf-16-le")
    )


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    return content.getvalue()


def xml_bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'aaa'>]><workbook/>"
        )
    return content.getvalue()


def workbook(**cells) -> bytes:
    """A workbook with one sale and `cells` besides."""
    book = openpyxl.load_workbook(xlsx_file(table([a_sale()])))
    for place, value in cells.items():
        book.active[place] = value
    return saved(book)


def saved(book) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_sheet(change) -> bytes:
    """A workbook whose sheet's XML is changed by hand."""
    source = zipfile.ZipFile(io.BytesIO(workbook()))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            is_sheet = name == "xl/worksheets/sheet1.xml"
            archive.writestr(name, change(data) if is_sheet else data)
    return content.getvalue()


def with_row(xml: bytes) -> bytes:
    return with_sheet(lambda data: data.replace(b"</sheetData>", xml + b"</sheetData>"))


def only_a_chart() -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "={1,2}"})
    book.add_chartsheet().set_chart(chart)
    book.close()
    return content.getvalue()


ONE = csv_file([a_sale()]).getvalue()
MEGABYTES = 5 * 1024 * 1024
HEADER_ONLY = ",".join(SALES_HEADER).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"%PDF-1.7 ...", "picture or a PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "picture or a PDF"),
        (b"\x01\x02\x03 what is this \x00", "not a spreadsheet"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page without"),
        (b"PK\x03\x04 and no more", "damaged"),
        (protected(), "password"),
        (bomb(), "unpacks to far more"),
        (xml_bomb(), "unpacks to far more"),
        (b"a,b,c\n1,2,3\n", "VIN"),
        ("销售单号,购车人,车架号\n1,2,3\n".encode(), "telephone, invoice date"),
        (HEADER_ONLY, "no rows"),
        (workbook()[:-30], "damaged"),
        (workbook()[:2000], "damaged"),
        (workbook(XFD1048576="x"), "far away"),
        (workbook(A1048576="x"), "far away"),
        (workbook(XFD2="x"), "200 columns"),
        (
            with_row(b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"),
            "far away",
        ),
        (with_row(b'<row r="1048576"><c><v>1</v></c></row>'), "far away"),
        (with_row(b'<row r="4294967295"><c><v>1</v></c></row>'), "damaged"),
        (with_row(b'<row r="9"><c r="ZZZZZZZZ9"><v>1</v></c></row>'), "damaged"),
        (with_sheet(lambda data: data[: len(data) // 2]), "damaged"),
        (only_a_chart(), "empty"),
        (b"<html><table><tr><td>1", "damaged"),
        (b"a," * 100_000 + b"\n" + b"1," * 100_000, "200 columns"),
        (ONE + b"x," * 100_000, "200 columns"),
        (b"a" * MEGABYTES, "row in line 1 has no end"),
        (ONE + b"," * MEGABYTES, "row in line 3 has no end"),
        (ONE + b'"' + b"a,\n" * MEGABYTES, "row in line 3 has no end"),
        (ONE + b"\xff\xff\xe9", "cannot be read, the first in line 3"),
        (ONE.decode().encode("utf-16")[:-1], "cannot be read, the first in line"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_a_bad_file_gets_one_line_and_leaves_nothing(upload, tmp_path, content, said):
    with pytest.raises(CommandError) as refused:
        upload(content)
    message = str(refused.value)
    assert said in message
    assert "\n" not in message
    assert not UploadBatch.objects.exists()
    assert not UploadRow.objects.exists()
    assert not list((tmp_path / "files").rglob("*.bin"))


def test_a_file_over_the_limit_is_refused(upload, settings):
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(CommandError, match="larger than"):
        upload(csv_file([a_sale()]))


def test_the_file_picker_shows_every_format_that_is_read():
    shown = set(ENDINGS.split(","))
    assert {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".html"} <= shown


def test_too_many_rows_are_refused(upload, monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    with pytest.raises(CommandError, match="more than 2 rows"):
        upload(csv_file([a_sale(n) for n in range(1, 4)]))


def test_a_file_of_nearly_nothing_but_wrong_rows_is_refused(upload, monkeypatch):
    monkeypatch.setattr(staging, "HOPELESS", 20)
    with pytest.raises(CommandError, match="first 21 rows are wrong"):
        upload(ONE + b"1,x\n" * 30)
    _, answer = upload(ONE + b"1,x\n" * 20)
    assert answer["rejected"] == 20


def test_empty_lines_without_end_are_refused(upload, monkeypatch):
    monkeypatch.setattr(tables, "MAX_LINES", 1000)
    with pytest.raises(CommandError, match="more than 1000 rows"):
        upload(ONE + b"\n" * 1001)


def styled_to_the_end() -> bytes:
    book = openpyxl.load_workbook(xlsx_file(table([a_sale()])))
    book.active["XFD1048576"].font = Font(bold=True)
    return saved(book)


def second_sheet() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet()
    for row in table([a_sale()]):
        sheet.append(row)
    return saved(book)


@pytest.mark.parametrize(
    "content",
    [
        workbook(),
        styled_to_the_end(),
        with_sheet(lambda data: data.replace(b'ref="A1:R2"', b'ref="A1:XFD1048576"')),
        second_sheet(),
        ONE + ONE.splitlines()[0] + b"\r\n",
        ONE + (b"," * 300 + b"\r\n") * 1000,
        ONE.decode().encode("utf-16-le"),
        ONE.decode().encode("utf-16-be"),
        ONE.replace(b"XS", b"X\x1aS"),
        ONE.replace(b"XS", b"X\x00S"),
        b"\x00" + ONE,
    ],
    ids=range(11),
)
def test_an_odd_file_is_read_all_the_same(upload, content):
    _, answer = upload(content, name="a.csv")
    assert (answer["rows"], answer["accepted"]) == (1, 1)
