"""`manage.py upload`: what it prints, what it keeps, what it refuses."""

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from crm.models import Customer, Repair, RepairLine, Sale, UploadBatch
from crm.uploads.services import receive_file
from tests.factories.uploads import (
    SALES_HEADER,
    a_repair,
    a_sale,
    csv_file,
    table,
    xlsx_file,
)


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
    assert [cell.value for cell in heading[:-2]] == SALES_HEADER
    assert first[1].value == rows[1]["销售单号"]
    assert "同上" in first[-2].value
    assert first[-1].value == 3
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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "this is not a file"),
        ("/dev/zero", "this is not a file"),
        ("not-there.csv", "No such file"),
        ("a" * 300 + ".csv", "name too long"),
    ],
)
def test_what_is_no_file_is_refused(places, name, said):
    with pytest.raises(CommandError, match=said):
        call_command("upload", "sales", name, "--organisation", "D1")


def test_a_file_is_never_kept_under_the_name_it_came_with(upload, tmp_path):
    upload(csv_file([a_sale()]), name="." + "x" * 200)
    batch = UploadBatch.objects.get()
    assert batch.file_name == "." + "x" * 200
    assert batch.file.name.endswith(f"/sales-{batch.pk}")


@pytest.mark.parametrize(
    "name", ["", "../../etc/cron.d/x", "a\x00b\n", "长" * 300, "/"]
)
def test_any_name_is_taken_in(places, settings, tmp_path, name):
    settings.MEDIA_ROOT = tmp_path
    batch = receive_file(
        kind="sales",
        organisation=places.dealer,
        by=None,
        file=csv_file([a_sale()]),
        name=name,
    )
    assert batch.file_name.isprintable()
    assert "/" not in batch.file_name
    assert list(tmp_path.rglob("sales-*"))


def test_a_file_whose_rows_could_not_be_posted_is_not_kept(
    upload, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path

    def fails(pk: int) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("crm.management.commands.upload.post_batch", fails)
    with pytest.raises(RuntimeError):
        upload(csv_file([a_sale()]))
    assert not UploadBatch.objects.exists()
    assert not [path for path in tmp_path.rglob("sales-*") if path.is_file()]
