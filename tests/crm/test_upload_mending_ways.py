"""Mended rows come by page, command line or API, and each leads to their batch."""

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import LogEntry
from crm.models import ApiHandIn, MendedFile, UploadBatch
from crm.uploads.services import read_batch
from crm.uploads.views import batches
from tests.factories.mending import mended, sent
from tests.factories.uploads import a_sale, csv_file, received

GOOD = {"联系电话": "13800000002"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def batch(places, cast):
    """In line 3 the telephone is wrong, in line 4 the VIN lacks."""
    rows = [a_sale(1), a_sale(2, 联系电话="同上"), a_sale(3, 车架号="")]
    return received(places.dealer, rows, by=cast.clerk)


def test_the_number_it_arrived_under_leads_to_the_batch(batch, cast, logged_in):
    clerk = logged_in(cast.clerk)
    content = mended(batch, row3=GOOD)
    content.name = "改好了.xlsx"
    answer = clerk.post(reverse("crm:upload"), {"file": content})
    came_as = MendedFile.objects.get().came_as
    assert answer.url == reverse("crm:batch", args=[batch.pk])
    gone = clerk.get(reverse("crm:batch", args=[came_as]))
    assert gone.url == answer.url
    page = " ".join(clerk.get(answer.url).content.decode().split())
    assert "改好了.xlsx was taken in: 1 row mended, 1 still refused." in page
    assert read_batch(came_as) == batch
    assert logged_in(cast.outsider).get(gone.url).status_code == 404
    assert LogEntry.objects.about(batch).filter(action="upload.mended").exists()


def test_the_key_it_was_sent_under_stays_with_the_batch(batch, places, cast):
    arrived = received(places.dealer, by=cast.clerk)
    UploadBatch.objects.filter(pk=arrived.pk).update(status="received")
    with arrived.file.storage.open(arrived.file.name, "wb") as file:
        file.write(mended(batch, row3=GOOD).getvalue())
    ApiHandIn.objects.create(user=cast.clerk, key="k", sha256="", batch=arrived)
    assert read_batch(arrived.pk) == batch
    assert ApiHandIn.objects.get().batch == batch


def test_the_command_answers_with_the_batch_that_was_mended(upload):
    rows = [a_sale(1), a_sale(2, 联系电话="同上")]
    _, first = upload(csv_file(rows), approve=False)
    batch = UploadBatch.objects.get()
    content = mended(batch, row3=GOOD)
    lines, answer = upload(content)
    assert (answer["batch"], answer["status"]) == (first["batch"], "posted")
    assert (lines, answer["posted"]) == ([], 2)
    with pytest.raises(CommandError, match="which is not one of yours"):
        upload(content, organisation="D2")
    assert batch.file.storage.exists(batch.file.name)


def test_one_mended_file_and_three_take_the_same_queries(
    batch, places, cast, logged_in
):
    clerk = logged_in(cast.clerk)
    counts = []
    for names in (["吴一"], ["吴二", "吴三"]):
        for name in names:
            sent(places.dealer, mended(batch, row3={"购车人": name}), by=cast.clerk)
        with CaptureQueriesContext(connection) as queries:
            page = clerk.get(reverse("crm:batch", args=[batch.pk]))
        counts.append(len(queries))
    assert len(page.context["mended"]) == 3
    assert counts[0] == counts[1]


def test_the_page_says_what_the_workbook_leaves_out(
    batch, cast, logged_in, monkeypatch
):
    page = reverse("crm:batch", args=[batch.pk])
    clerk = logged_in(cast.clerk)
    said = "The workbook holds the first 1, the CSV file all."
    assert said not in clerk.get(page).content.decode()
    monkeypatch.setattr(batches, "MOST_ROWS", 1)
    assert said in clerk.get(page).content.decode()
