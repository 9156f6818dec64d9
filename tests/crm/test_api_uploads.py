"""Files that dealer systems hand in."""

import io
from datetime import timedelta

import pytest

from crm.models import UploadBatch
from crm.uploads import services
from tests.crm.api import System
from tests.factories.uploads import a_repair, a_sale, today

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


def test_unknown_fields_of_a_form_are_named(dealer):
    answer = dealer.send_file(organization="D1")
    assert answer.json()["code"] == "unknown_fields"
    assert answer.json()["fields"] == ["organization"]


def test_a_body_of_unknown_length_is_refused(dealer):
    for path in ("uploads", "sales"):
        answer = dealer.client.post(
            f"/api/{path}/", headers={"Transfer-Encoding": "chunked"}
        )
        assert (answer.status_code, answer.json()["code"]) == (411, "length_needed")


def test_too_large_a_file_is_refused_before_it_is_read(dealer, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    for size in (1024 * 1024 + 1, 2 * 1024 * 1024):
        answer = dealer.send_file(content=io.BytesIO(b"x" * size))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_dealer_hands_in_sales_only(dealer):
    answer = dealer.send_file([a_repair()], kind="repairs")
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_kind")
