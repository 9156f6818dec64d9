"""One table in every format and encoding it may come in: always the same rows."""

import io

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from crm.models import UploadRow
from crm.uploads.problems import FileError
from crm.uploads.reading.process import open_workbook
from crm.uploads.table.finding import find_table
from tests.factories import formats
from tests.factories.uploads import a_sale, csv_file, table, xlsx_file

ROWS = [[str(cell) for cell in row] for row in table([a_sale(n) for n in (1, 2, 3)])]
CSV = csv_file([a_sale(n) for n in (1, 2, 3)]).getvalue().decode()
TRADITIONAL = (
    "銷售單號,購車人,聯絡電話,車架號,開票日期\r\n"
    "XS1,陳大文,13800138000,LSVAA49J0F2000001,2026-01-20\r\n"
)
SIMPLIFIED = (
    "销售单号,购车人,联系电话,车架号,开票日期\r\n"
    "XS1,陈大文,13800138000,LSVAA49J0F2000001,2026-01-20\r\n"
)


@pytest.fixture
def read(tmp_path):
    def run(content: bytes, kind="sales", names=None):
        path = tmp_path / "file"
        path.write_bytes(content)
        with open_workbook(path) as workbook:
            found = find_table(workbook, kind, names)
            return found, list(found.rows)

    return run


@pytest.mark.parametrize(
    "content",
    [
        xlsx_file(ROWS).getvalue(),
        formats.xls(ROWS),
        formats.ods(ROWS),
        formats.html(ROWS),
        formats.html(ROWS, charset="gb18030"),
        formats.html(ROWS).replace(b"</td>", b"").replace(b"</tr>", b""),
        formats.html(ROWS).replace(b"</body></html>", b""),
        formats.html(ROWS)[6:].replace(b"</table></body></html>", b""),
        b"<table><tr><td>" + formats.html(ROWS) + b"</td></tr></table>",
        formats.html(ROWS).decode().encode("utf-16"),
        formats.mhtml(ROWS),
        formats.spreadsheetml(ROWS),
        formats.spreadsheetml(ROWS, hidden=ROWS[:2]),
        CSV.encode("utf-8-sig"),
        CSV.encode("gb18030"),
        CSV.encode("utf-16"),
        CSV.encode("utf-16-le"),
        CSV.encode("utf-16-be"),
        CSV.replace("\r\n", "\n").encode(),
        CSV.replace("\r\n", "\r").encode(),
        CSV.replace(",", "\t").encode(),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "|").encode(),
        b"sep=;\r\n" + CSV.replace(",", ";").encode(),
        CSV.replace(",", ', "').replace(', "', ', "', 1).replace('"', "").encode(),
    ],
    ids=[
        "xlsx", "xls", "ods", "html", "html-gb", "html-unclosed", "html-body",
        "html-part", "html-nested", "html-16", "mhtml", "xml", "xml-hidden", "mark",
        "gb18030", "utf16", "utf16le", "utf16be", "lf", "cr", "tab", "semicolon",
        "pipe", "sep", "spaces",
    ],
)  # fmt: skip
def test_the_rows_are_the_same(read, content):
    found, rows = read(content)
    assert [header.strip() for header in found.header] == ROWS[0]
    assert [[cell.strip() for cell in cells] for _, cells in rows] == ROWS[1:]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TRADITIONAL, "utf-8"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "cp950"),
        (TRADITIONAL, "gb18030"),
        (SIMPLIFIED, "gb18030"),
    ],
)
def test_chinese_is_told_by_its_common_characters(read, text, encoding):
    found, [(number, cells)] = read(text.encode(encoding))
    assert found.header == text.splitlines()[0].split(",")
    assert (number, cells) == (2, text.splitlines()[1].split(","))


def dated(*, is_1904: bool) -> list[list[str | float]]:
    """A day with a format, and one that is only a number."""
    shift = 1462 if is_1904 else 0
    rows: list[list[str | float]] = [list(row) for row in ROWS[:2]]
    rows[1][15], rows[1][16] = float(46346 - shift), 46346 - shift
    return rows


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_count_from_1900_or_1904_in_xls(read, is_1904):
    _, [(_, cells)] = read(formats.xls(dated(is_1904=is_1904), is_1904=is_1904))
    assert cells[15:17] == ["2026-11-20", "46346"]


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_count_from_1900_or_1904_in_xlsx(read, is_1904):
    book = openpyxl.load_workbook(xlsx_file(dated(is_1904=is_1904)))
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    book.active["P2"].number_format = "yyyy-mm-dd"
    content = io.BytesIO()
    book.save(content)
    _, [(_, cells)] = read(content.getvalue())
    assert cells[15:17] == ["2026-11-20", "46346"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (formats.xls(ROWS, is_encrypted=True), "password"),
        (formats.ods(ROWS, is_encrypted=True), "password"),
        (formats.ole2(b"WordDocument", b"x"), "not_a_spreadsheet"),
        (formats.xls(ROWS)[:2000], "damaged"),
        (formats.spreadsheetml(ROWS)[:900], "damaged"),
        (formats.html(ROWS).replace(b"</table></body></html>", b""), "damaged"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + formats.spreadsheetml(ROWS), "bomb"),
        (formats.spreadsheetml(ROWS, before='<Row ss:Index="9999999"/>'), "damaged"),
        (b'<?xml version="1.0"?><feed/>', "other_format"),
        (b"<html><body><p>Please log in</p></body></html>", "web_page"),
        (b"<table>" * 100, "damaged"),
        (SIMPLIFIED.encode() + b'"XS2,1\n', "endless_row"),
        (SIMPLIFIED.encode() + b"XS2,\xe9\x99,1\n", "broken_text"),
        (b"BM" + bytes(200), "picture"),
        (b"Rar!\x1a\x07" + bytes(200), "archive"),
    ],
)
def test_each_bad_file_is_told_what_it_is(read, content, code):
    with pytest.raises(FileError) as refused:
        read(content)
    assert refused.value.code == code


def test_blank_rows_without_end_do_no_harm_in_ods(read):
    blank = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    _, rows = read(formats.ods(ROWS, after=blank))
    assert len(rows) == 3


def test_a_web_page_is_taken_in_by_the_command(upload):
    _, answer = upload(formats.html(ROWS), name="日报.xls")
    assert (answer["rows"], answer["posted"]) == (3, 3)
    # Its first row is a title, its second the header.
    assert UploadRow.objects.get(number=3).cells == ROWS[1]
