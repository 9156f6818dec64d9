"""The refused rows on their way out and back: never a formula, never other text."""

import csv
import io
import zipfile
from xml.sax.saxutils import escape

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from crm.models import UploadBatch, UploadRow
from crm.uploads.exports import csv_lines, guarded, unguarded
from crm.uploads.mending import workbook
from crm.uploads.mending.marks import find_mark, headers
from crm.uploads.mending.workbook import refused_csv
from crm.uploads.reading.process import open_workbook
from tests.factories.mending import saved, sent, workbook_of
from tests.factories.uploads import a_sale, received

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=1", "'=1", "''+1"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def batch(places, cast):
    rows = [
        a_sale(n, 联系电话="同上", 地址=text, 销售顾问="=cmd|' /C calc'!A0")
        for n, text in enumerate(["=HYPERLINK(\"http://x\")", "a;b,c\n\"d\""], 1)
    ]  # fmt: skip
    return received(places.dealer, rows, by=cast.clerk)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_might_be_a_formula_is_guarded(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@given(st.text())
def test_a_guard_taken_off_leaves_the_text(text):
    assert unguarded(guarded(text)) == text
    assert guarded(text)[:1] not in list("=+-@\t\r")


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
)
def test_any_cells_come_back_from_csv(rows):
    text = "".join(csv_lines(rows)).removeprefix("\ufeff")
    back = csv.reader(io.StringIO(text, newline=""))
    assert [[unguarded(cell) for cell in row] for row in back] == rows


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("is_guarded", [True, False])
def test_the_mark_is_known_in_each_language(language, is_guarded):
    with translation.override(language):
        names = headers(123, is_guarded=is_guarded)
    mark = find_mark(["购车人", *names, "车架号"])
    assert (mark.upload, mark.added, mark.number_at) == (123, {1, 2}, 2)
    assert mark.is_guarded == is_guarded


@pytest.mark.parametrize(
    "header", [[], ["购车人", "订单 #12"], ["上传日期"], ["upload"], ["#12"]]
)
def test_other_headers_are_no_mark(header):
    assert find_mark(header) is None


def test_the_workbook_holds_texts_marks_and_comments(batch):
    sheet = workbook_of(batch).active
    header = [cell.value for cell in sheet[1]]
    for line in sheet.iter_rows(min_row=2):
        assert {cell.data_type for cell in line[:-1]} <= {"s", "n"}
        phone = line[header.index("联系电话")]
        assert phone.fill.fgColor.rgb == "FFFFC7CE"
        assert "not a telephone number" in phone.comment.text
        assert line[header.index("购车人")].comment is None
        assert line[header.index("购车人")].number_format == "@"
    assert sheet["I2"].value.startswith("=HYPERLINK")
    assert sheet["I2"].data_type == "s"


def test_what_the_workbook_leaves_out_it_says(batch, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    sheet = workbook_of(batch).active
    said = [cell.value for cell in sheet[3] if cell.value]
    assert said == ["1 more refused row is not listed here: the CSV file has them all."]


def mend_csv(lines):
    rows = list(
        csv.reader(io.StringIO("".join(lines).removeprefix("\ufeff"), newline=""))
    )
    at = rows[0].index("联系电话")
    for n, row in enumerate(rows[1:], 1):
        row[at] = f"1380000000{n}"
    return rows


def as_csv(rows, encoding="utf-8-sig", delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return io.BytesIO(text.getvalue().encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("gb18030", ","), ("utf-16", "\t")]
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_csv_comes_back_in_any_encoding_with_every_text_as_it_was(
    batch, places, language, encoding, delimiter
):
    before = {row.number: row.cells for row in batch.rows.all()}
    with translation.override(language):
        rows = mend_csv(refused_csv(batch))
    same = sent(places.dealer, as_csv(rows, encoding, delimiter))
    assert (same.pk, same.rows_rejected) == (batch.pk, 0)
    for row in UploadRow.objects.filter(batch=batch):
        cells = [*row.cells]
        cells[4] = "同上"
        assert cells == before[row.number]


def test_columns_may_be_moved_taken_out_and_added(batch, places):
    sheet = workbook_of(batch).active
    rows = [[cell.value for cell in line] for line in sheet.iter_rows()]
    header = rows[0]
    order = sorted(range(len(header)), key=lambda at: str(header[at]))
    order.remove(header.index("地址"))
    book = openpyxl.Workbook()
    book.active.append(["请看这里"])
    for n, row in enumerate(rows):
        moved = [row[at] for at in order]
        phone = order.index(header.index("联系电话"))
        moved[phone] = f"1380000000{n}" if n else moved[phone]
        book.active.append([*moved, f"车牌{n}" if n else "我的备注"])
    same = sent(places.dealer, saved(book))
    assert (same.pk, same.rows_rejected) == (batch.pk, 0)
    assert same.columns[-1] == "我的备注"
    first = same.rows.get(number=2)
    assert first.cells[8].startswith("=HYPERLINK")
    assert first.cells[-1] == "车牌1"


def as_ods(rows):
    """As little of an OpenDocument file as a table needs."""
    begin = '<table:table-cell office:value-type="string"><text:p>'
    end = "</text:p></table:table-cell>"
    lines = "".join(
        "<table:table-row>"
        + "".join(f"{begin}{escape(text)}{end}" for text in row)
        + "</table:table-row>"
        for row in rows
    )
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        archive.writestr("mimetype", kind)
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="1">{lines}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
            'manifest:1.0"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="{kind}"/></manifest:manifest>',
        )
    content.seek(0)
    return content


def test_another_program_may_have_saved_it(batch, places):
    sheet = workbook_of(batch).active
    rows = [[str(cell.value or "") for cell in line] for line in sheet.iter_rows()]
    for n in (1, 2):
        rows[n][4] = f"1380000000{n}"
    same = sent(places.dealer, as_ods(rows), name="mended.xls")
    assert (same.pk, same.rows_rejected) == (batch.pk, 0)


def test_the_page_gives_both(batch, cast, logged_in):
    clerk = logged_in(cast.clerk)
    page = reverse("crm:batch_errors", args=[batch.pk])
    assert clerk.get(page).getvalue().startswith(b"PK")
    text = clerk.get(page, {"as": "csv"}).getvalue().decode()
    assert "\"'=HYPERLINK" in text
    assert "upload #" in text


ODD = [
    *map(chr, range(1, 0x250)),
    *FORMULAS,
    *(
        "_x0041_",
        "_x005F_",
        "a\r\nb\rc",
        " 前后 ",
        "😀",
    ),
    *("'x", "<a>&amp;", "2026-11-21", "013800138000", "1e5", "TRUE", "#N/A"),
    "长" * 32_767,
]


def test_any_text_comes_back_from_the_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    rows = [
        UploadRow(number=n, cells=["x", text], errors=[]) for n, text in enumerate(ODD)
    ]
    batch = UploadBatch(pk=1, kind="sales", columns=["VIN", "备注"])
    workbook.write_rows(batch, rows, str(path))
    with open_workbook(path) as back:
        _header, *lines = back.rows(0)
    wrong = {text: cells[1] for text, (_, cells) in zip(ODD, lines, strict=True)
             if cells[1] != text}  # fmt: skip
    assert wrong == {}
