"""Files that dealer systems hand in, and what they can ask about them."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from crm.models import UploadBatch, UploadProgress
from crm.uploads import services
from crm.uploads.services import approve_batch
from crm.uploads.workbook import write_refused
from tests.crm.api import System, sale
from tests.factories.uploads import a_repair, a_sale, received, today

YESTERDAY = str(today() - timedelta(days=1))


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def dealer(cast):
    return System(cast.clerk)


def test_a_file_is_kept_read_and_handed_in(dealer, places):
    rows = [a_sale(1), a_sale(2, 车架号="X")]
    answer = dealer.send_file(rows, name="日报.csv", day=YESTERDAY)
    said = answer.json()
    assert (answer.status_code, said["status"]) == (202, "received"), said
    assert answer.headers["Location"] == said["url"]
    # In the tests the worker has read it by now.
    now = dealer.client.get(said["url"]).json()
    assert (now["status"], now["file_name"], now["day"]) == (
        "submitted",
        "日报.csv",
        YESTERDAY,
    )
    assert (now["rows_total"], now["rows_accepted"], now["rows_rejected"]) == (2, 1, 1)
    assert now["effects"] == {"new": 1, "changed": 0, "unchanged": 0}
    batch = UploadBatch.objects.get(pk=said["id"])
    assert (batch.channel, batch.organisation) == ("api", places.dealer)


@pytest.mark.parametrize("submit", ["false", "False", "0"])
def test_a_file_may_wait_for_a_person(submit, dealer):
    said = dealer.send_file(submit=submit).json()
    assert dealer.client.get(said["url"]).json()["status"] == "checked"
    answer = dealer.client.post(said["links"]["submit"])
    assert (answer.status_code, answer.json()["status"]) == (200, "submitted")


def test_a_file_without_a_good_row_is_not_handed_in(dealer):
    said = dealer.send_file([a_sale(1, 车架号="X")]).json()
    assert dealer.client.get(said["url"]).json()["status"] == "checked"
    answer = dealer.client.post(said["links"]["submit"])
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")
    assert answer.json()["detail"].startswith("No row of this file was accepted")


def test_a_worker_killed_before_reading_leaves_the_wish_to_submit(
    dealer, monkeypatch, settings
):
    """What was asked for is in the database, not in the worker's hands."""
    monkeypatch.setattr("crm.uploads.services.receiving.queue_work", lambda batch: None)
    said = dealer.send_file().json()
    assert dealer.client.get(said["url"]).json()["status"] == "received"
    services.read_batch(said["id"])
    assert dealer.client.get(said["url"]).json()["status"] == "submitted"


def test_a_refused_file_says_why(dealer):
    said = dealer.send_file(content=io.BytesIO(b"MZ\x90\x00\x03\x00\x00\x00")).json()
    now = dealer.client.get(said["url"], headers={"Accept-Language": "en"}).json()
    assert now["status"] == "refused"
    assert now["refusal"]["code"] == "not_a_spreadsheet"
    assert now["refusal"]["message"].startswith("This is not a spreadsheet.")


def test_a_file_with_unknown_columns_waits_for_a_person(dealer):
    row = a_sale()
    row["那个号"] = row.pop("车架号")
    said = dealer.send_file([row]).json()
    now = dealer.client.get(said["url"]).json()
    assert (now["status"], now["refusal"]["code"]) == ("mapping", "missing_columns")


def test_the_rows_of_a_file_are_answered_too(dealer):
    rows = [a_sale(1), a_sale(2, 车架号="X"), a_sale(3, 成交价=5)]
    said = dealer.send_file(rows).json()
    page = dealer.client.get(said["links"]["rows"]).json()
    assert [(r["row"], r["number"], r["outcome"]) for r in page["results"]] == [
        (2, "XS0000001", "new"),
        (3, "XS0000002", "refused"),
        (4, "XS0000003", "new"),
    ]
    few = dealer.client.get(
        said["links"]["rows"], {"problems": "true", "page_size": 1}
    ).json()
    assert (few["count"], few["results"][0]["row"]) == (2, 3)
    assert few["results"][0]["errors"][0]["code"] == "vin_length"
    assert few["next"]


def test_progress_is_told_while_the_worker_reads(dealer, cast, places):
    batch = received(places.dealer, by=cast.clerk)
    UploadBatch.objects.filter(pk=batch.pk).update(status="received")
    now = timezone.now()
    UploadProgress.objects.update_or_create(
        batch=batch,
        defaults={
            "stage": "reading",
            "rows_done": 25,
            "rows_total": 100,
            "stage_started_at": now - timedelta(seconds=10),
            "updated_at": now,
        },
    )
    answer = dealer.get(f"uploads/{batch.pk}/")
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["progress"] == {
        "stage": "reading",
        "rows_done": 25,
        "rows_total": 100,
        "seconds_left": 30,
        "is_stopping": False,
    }


def test_posted_is_told(dealer, cast):
    said = dealer.send_file().json()
    approve_batch(UploadBatch.objects.get(pk=said["id"]), by=cast.reviewer)
    now = dealer.client.get(said["url"]).json()
    assert (now["status"], now["rows_posted"]) == ("posted", 1)
    answer = dealer.client.post(said["links"]["cancel"])
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")


def test_a_batch_is_taken_back(dealer):
    said = dealer.send_file().json()
    answer = dealer.client.post(said["links"]["cancel"])
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_the_list_can_be_narrowed(dealer, cast, places):
    first = dealer.send_file(submit="false", day=YESTERDAY).json()["id"]
    second = dealer.send_file().json()["id"]

    def ids(**query):
        return [row["id"] for row in dealer.get("uploads/", **query).json()["results"]]

    assert ids() == [second, first]
    assert ids(status="checked") == [first]
    assert ids(day_before=YESTERDAY) == [first]
    assert ids(kind="repairs") == []
    assert ids(organisation="D1", channel="api") == [second, first]
    assert dealer.get("uploads/", status="lost").status_code == 400


def test_a_station_hands_in_repairs(cast):
    said = System(cast.station_clerk).send_file([a_repair()]).json()
    assert (said["kind"], said["organisation"]) == ("repairs", "S1")


def test_an_administrator_says_for_whom_and_sees_it_through(cast):
    system = System(cast.administrator)
    assert system.send_file().json()["code"] == "organisation_needed"
    for code in ("D9", "D\x00", "x" * 200):
        answer = system.send_file(organisation=code)
        assert (answer.status_code, answer.json()["code"]) == (
            400,
            "organisation_unknown",
        )
    said = system.send_file(organisation="D2", submit="false").json()
    assert (said["organisation"], said["kind"]) == ("D2", "sales")
    assert system.client.post(said["links"]["submit"]).status_code == 200
    assert system.client.post(said["links"]["cancel"]).status_code == 200


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"kind": "cars"}, "kind_malformed"),
        ({"submit": "perhaps"}, "submit_malformed"),
        ({"day": "1 March"}, "day_malformed"),
        ({"day": "9999-01-01"}, "day_future"),
        ({"day": "2001-01-01"}, "day_too_old"),
    ],
)
def test_wrong_fields_are_refused(facts, code, dealer):
    answer = dealer.send_file(**facts)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not UploadBatch.objects.exists()


def test_a_form_without_a_file_is_refused(dealer):
    answer = dealer.client.post("/api/uploads/", {"file": "a.csv"})
    assert (answer.status_code, answer.json()["code"]) == (400, "file_needed")
    answer = dealer.client.post(
        "/api/uploads/", b"x", content_type="multipart/form-data; boundary=\x00"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "form_malformed")
    answer = dealer.client.post("/api/uploads/", {}, content_type="application/json")
    assert answer.status_code == 415


def test_too_large_a_file_is_refused_before_it_is_read(dealer, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    for size in (1024 * 1024 + 1, 2 * 1024 * 1024):
        answer = dealer.send_file(content=io.BytesIO(b"x" * size))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_dealer_hands_in_sales_only(dealer):
    answer = dealer.send_file([a_repair()], kind="repairs")
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_kind")


def test_who_sees_a_batch_and_who_may_take_steps(cast, places):
    """As on the pages: 404 for what is not theirs, 403 for what they may not do."""
    centre = {"alice", "bob", "leader", "manager", "admin"}
    lookers = centre | {"regional", "reviewer", "clerk"}
    for person in cast:
        batch = received(places.dealer, by=cast.clerk)
        system, name = System(person), person.username
        seen = 200 if name in lookers else 403 if name == "editor" else 404
        assert system.get(f"uploads/{batch.pk}/").status_code == seen, name
        opens = 403 if name in {"alice", "bob"} else seen
        assert system.get(f"uploads/{batch.pk}/rows/").status_code == opens, name
        may = 200 if name == "clerk" else 403 if seen == 200 else seen
        for step in ("submit", "cancel"):
            got = system.post(f"uploads/{batch.pk}/{step}/").status_code
            assert got == may, (name, step)
        listed = system.get("uploads/").status_code
        files = name not in {"handler", "handler2", "editor"}
        assert listed == (200 if files else 403), name
        batch.delete()


@pytest.mark.parametrize("pk", ["0", "x", "99999999999999999999", "-1"])
def test_what_is_not_there_is_not_found(pk, dealer):
    answer = dealer.get(f"uploads/{pk}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["uploads/", "uploads/{pk}/", "uploads/{pk}/rows/"])
def test_one_row_and_ten_ask_the_same_number_of_questions(
    path, dealer, cast, places, django_assert_max_num_queries
):
    def queries(rows):
        batch = received(places.dealer, rows, by=cast.clerk)
        with django_assert_max_num_queries(20) as captured:
            assert dealer.get(path.format(pk=batch.pk)).status_code == 200
        return len(captured)

    one = queries([a_sale()])
    for n in range(8):
        received(places.dealer, [a_sale(n)], by=cast.clerk)
    assert queries([a_sale(n) for n in range(10)]) == one


def test_refused_rows_mended_in_their_workbook_are_the_rest_of_the_batch(
    dealer, monkeypatch
):
    """The number they came as leads to the batch they were taken into."""
    first = dealer.send_rows([sale(1), sale(2, phone="1380013")], submit=False).json()
    batch = UploadBatch.objects.get(pk=first["id"])
    assert (batch.rows_accepted, batch.rows_rejected) == (1, 1)
    workbook = io.BytesIO()
    write_refused(batch, workbook)
    book = openpyxl.load_workbook(io.BytesIO(workbook.getvalue()))
    for row in book.active.iter_rows():
        for cell in row:
            if cell.value == "1380013":
                cell.value = "13800138002"
    mended = io.BytesIO()
    book.save(mended)

    def send():
        content = io.BytesIO(mended.getvalue())
        return dealer.send_file(content=content, name="mended.xlsx", key="m").json()

    with monkeypatch.context() as patch:
        patch.setattr("crm.uploads.services.receiving.queue_work", lambda batch: None)
        came = send()
    services.read_batch(came["id"])
    now = dealer.client.get(came["url"]).json()
    assert now["id"] == first["id"]
    assert (now["rows_accepted"], now["rows_rejected"]) == (2, 0)
    # The mended file was to be handed in once it is checked.
    assert now["status"] == "submitted"
    assert send() == came
