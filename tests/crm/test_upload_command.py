"""`manage.py upload`: what it prints, what it keeps, what it refuses."""

import io
import json
import zipfile

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from crm.models import Customer, Repair, RepairLine, Sale, UploadBatch, UploadRow
from tests.factories.uploads import (
    SALES_HEADER,
    a_repair,
    a_sale,
    csv_file,
    table,
    xlsx_file,
)


@pytest.fixture
def upload(places, tmp_path, settings, capsys):
    """Runs the command on a file's content; returns its lines and the last as JSON."""
    settings.MEDIA_ROOT = tmp_path / "files"

    def run(content, kind="sales", organisation="D1", *, approve=True, name="a.bin"):
        path = tmp_path / name
        data = content if isinstance(content, bytes) else content.getvalue()
        path.write_bytes(data)
        flags = ["--approve"] if approve else []
        call_command("upload", kind, str(path), "--organisation", organisation, *flags)
        *lines, last = capsys.readouterr().out.strip().splitlines()
        return lines, json.loads(last)

    return run


def test_a_good_file_is_posted_whole(upload):
    lines, answer = upload(csv_file([a_sale(n) for n in range(1, 6)]))
    assert lines == []
    assert answer == {
        "batch": UploadBatch.objects.get().pk,
        "status": "posted",
        "rows": 5,
        "accepted": 5,
        "rejected": 0,
        "warnings": 0,
        "posted": 5,
        "errors_file": None,
    }
    assert Sale.objects.count() == Customer.objects.count() == 5


def test_without_approval_it_stays_checked(upload):
    _, answer = upload(csv_file([a_sale()]), approve=False)
    assert (answer["status"], answer["posted"]) == ("checked", 0)
    assert not Sale.objects.exists()


def test_the_same_file_again_posts_nothing(upload):
    rows = [a_sale(n) for n in range(1, 6)]
    upload(csv_file(rows))
    _, answer = upload(csv_file(rows))
    assert (answer["accepted"], answer["posted"]) == (5, 0)
    assert Sale.objects.count() == Customer.objects.count() == 5


def test_repairs_bring_their_lines(upload):
    _, answer = upload(csv_file([a_repair()]), "repairs", "S1")
    assert answer["posted"] == 1
    assert list(RepairLine.objects.values_list("kind", "name")) == [
        ("work", "更换机油机滤"),
        ("work", "检查线路"),
        ("part", "机油滤清器"),
    ]
    assert Repair.objects.get().customer.name == a_repair()["送修人"]


def test_refused_rows_are_listed_and_come_back_in_a_workbook(upload):
    rows = [a_sale(1), a_sale(2, 联系电话="同上", 车架号=""), a_sale(3, 购车人="=1+1")]
    lines, answer = upload(csv_file([*rows, a_sale(4, 购车人="=1+1", 成交价="面议")]))
    assert lines[0].startswith("row 3: ")
    assert "同上" in lines[0]
    assert "VIN is empty" in lines[0]
    assert (answer["accepted"], answer["rejected"]) == (2, 2)
    sheet = openpyxl.load_workbook(answer["errors_file"]).active
    heading, first, second = sheet.iter_rows()
    assert [cell.value for cell in heading[:-1]] == SALES_HEADER
    assert first[1].value == rows[1]["销售单号"]
    assert "同上" in first[-1].value
    assert first[4].comment is not None
    assert second[2].value == "=1+1"
    assert second[2].data_type == "s"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_files_are_read_in_any_encoding(upload, encoding, separator):
    text = csv_file([a_sale(1), a_sale(2)]).getvalue().decode()
    _, answer = upload(text.replace(",", separator).encode(encoding))
    assert (answer["rows"], answer["posted"]) == (2, 2)


def test_titles_totals_and_signatures_are_left_out(upload):
    rows = table([a_sale(1), a_sale(2)])
    content = xlsx_file(
        [
            ["购车客户档案日报表 2026-11-20"],
            [],
            *rows,
            [],
            ["合计", None, "2台"],
            ["制表人:            审核:"],
        ],
        before=("封面",),
    )
    _, answer = upload(content)
    assert (answer["rows"], answer["posted"]) == (2, 2)


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


HEADER_ONLY = ",".join(SALES_HEADER).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"%PDF-1.7 ...", "not a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "not a spreadsheet"),
        (b"\x01\x02\x03 what is this \x00", "not a spreadsheet"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b"PK\x03\x04 and no more", "damaged"),
        (protected(), "password"),
        (bomb(), "unpacks to far more"),
        (xml_bomb(), "unpacks to far more"),
        (b"a,b,c\n1,2,3\n", "VIN"),
        ("销售单号,购车人,车架号\n1,2,3\n".encode(), "telephone, invoice date"),
        (HEADER_ONLY, "no rows"),
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


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        ("sales", "S1", "does not hand in sales"),
        ("repairs", "D1", "does not hand in repairs"),
        ("sales", "B1", "does not hand in sales"),
        ("sales", "NOBODY", "no organisation with the code NOBODY"),
    ],
)
def test_only_who_may_hand_in_can(upload, kind, code, said):
    with pytest.raises(CommandError, match=said):
        upload(csv_file([a_sale()]), kind, code)


def test_an_inactive_dealer_cannot_hand_in(upload, places):
    places.dealer.is_active = False
    places.dealer.save()
    with pytest.raises(CommandError, match="not active"):
        upload(csv_file([a_sale()]))
