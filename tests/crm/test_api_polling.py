"""What dealer systems can ask about what they handed in, and the steps they take."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from crm.models import UploadBatch, UploadProgress
from crm.uploads import services
from crm.uploads.mending.workbook import write_refused
from crm.uploads.services import approve_batch
from tests.crm.api import System, sale
from tests.factories.uploads import a_sale, received, today

YESTERDAY = str(today() - timedelta(days=1))


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def dealer(cast):
    return System(cast.clerk)


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


@pytest.mark.parametrize("path", ["uploads/", "uploads/{pk}/", "sales/", "repairs/"])
def test_people_can_look_at_it_in_a_browser(path, cast, logged_in, places):
    pk = received(places.dealer, by=cast.clerk).pk
    url = f"/api/{path.format(pk=pk)}"
    client = logged_in(cast.clerk)
    answer = client.get(url, headers={"Accept": "text/html"})
    assert answer.status_code == (405 if path in {"sales/", "repairs/"} else 200)
    assert b"</html>" in answer.content
    assert client.options(url).status_code == 200


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
