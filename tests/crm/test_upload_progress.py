"""Long work: seen while it goes on, stopped when asked, gone on with when left over."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.urls import reverse
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.signing import SignedPackage

from crm.models import Sale, UploadBatch, UploadProgress
from crm.uploads import services
from crm.uploads.problems import FileError
from crm.uploads.services import receiving
from crm.uploads.tasks import post, read, resume
from tests.cast import the_cast, the_places
from tests.factories.uploads import a_sale, csv_file, received

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def waiting_to_be_read(dealer, rows=1, by=None) -> UploadBatch:
    file = csv_file([a_sale(n) for n in range(1, rows + 1)])
    return services.receive_file(
        kind="sales", organisation=dealer, by=by, file=file, name="a.csv", queue=False
    )


def approved(dealer, rows=3) -> UploadBatch:
    batch = received(dealer, [a_sale(n) for n in range(1, rows + 1)])
    UploadBatch.objects.filter(pk=batch.pk).update(status="approved")
    return batch


@contextmanager
def held_up(task, batch, *, table):
    """The task at work in a thread, held up where it needs `table`."""

    def work():
        try:
            task(batch.pk)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            thread.start()
            until(is_somebody_waiting)
            yield
    finally:
        thread.join()


def is_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE NOT granted AND datname = current_database()"
        )
        return cursor.rowcount > 0


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.usefixtures("real_db")
def test_work_is_seen_and_stopped_while_it_goes_on(logged_in):
    cast = the_cast(the_places())
    batch = approved(the_places().dealer)
    clerk = logged_in(cast.clerk)
    with held_up(post, batch, table="crm_ownership"):
        page = clerk.get(reverse("crm:batch", args=[batch.pk])).text
        assert "Posting" in page
        assert "3 rows" in page
        assert resume() == 0  # somebody is at it
        services.cancel_batch(batch, by=cast.clerk)
        batch.refresh_from_db()
        assert batch.status == "approved"
        fragment = clerk.get(reverse("crm:batch_progress", args=[batch.pk]), **HTMX)
        assert "It is being stopped" in fragment.text
    batch.refresh_from_db()
    assert batch.status == "cancelled"
    assert not Sale.objects.exists()
    history = clerk.get(reverse("crm:batch", args=[batch.pk])).text
    assert f"{cast.clerk} cancelled a.csv" in history


@pytest.mark.usefixtures("real_db")
def test_reading_is_stopped_in_the_middle():
    batch = waiting_to_be_read(the_places().dealer)
    with held_up(read, batch, table="crm_sale"):
        assert UploadProgress.objects.get().get_stage_display().startswith("Comparing")
        services.cancel_batch(batch, by=None)
    batch.refresh_from_db()
    assert (batch.status, batch.rows.count()) == ("cancelled", 0)


@pytest.mark.parametrize("status", ["received", "checked", "submitted", "approved"])
def test_what_waits_is_cancelled_at_once(places, cast, logged_in, status):
    batch = received(places.dealer, by=cast.clerk)
    UploadBatch.objects.filter(pk=batch.pk).update(status=status)
    logged_in(cast.clerk).post(reverse("crm:batch_cancel", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.status == "cancelled"
    read(batch.pk)
    assert post(batch.pk) == 0
    batch.refresh_from_db()
    assert batch.status == "cancelled"


def test_what_is_posted_stays_posted(places, cast, logged_in):
    batch = approved(places.dealer)
    post(batch.pk)
    answer = logged_in(cast.clerk).post(
        reverse("crm:batch_cancel", args=[batch.pk]), follow=True
    )
    assert "already at “Posted”" in answer.text
    assert Sale.objects.count() == 3


def test_work_asked_to_stop_and_then_killed_is_not_gone_on_with(places):
    batch = approved(places.dealer)
    died = {"stage": "posting", "attempts": 1, "is_cancelled": True}
    UploadProgress.objects.filter(batch=batch).update(**died)
    assert resume() == 1
    batch.refresh_from_db()
    assert batch.status == "cancelled"


@pytest.mark.parametrize(
    ("stage", "attempts", "minutes", "queued"),
    [
        ("waiting", 0, 0.5, 0),  # a worker may be about to take it
        ("waiting", 0, 1.5, 1),  # its task was lost
        ("posting", 1, 0.0, 1),  # its worker was killed
        ("posting", 4, 3.0, 0),  # it fails each time
        ("posting", 4, 5.0, 1),
        ("posting", 99, 61.0, 1),
    ],
)
def test_what_is_left_over_is_gone_on_with(places, stage, attempts, minutes, queued):
    batch = approved(places.dealer)
    at = timezone.now() - timedelta(minutes=minutes)
    UploadProgress.objects.update(stage=stage, attempts=attempts, updated_at=at)
    assert resume() == queued
    assert Sale.objects.count() == 3 * queued
    assert resume() == 0
    batch.refresh_from_db()
    assert batch.status == ("posted" if queued else "approved")


def test_stopped_while_it_is_refused_it_is_cancelled(places, cast, monkeypatch):
    batch = waiting_to_be_read(places.dealer, by=cast.clerk)

    def refused_too_late(batch_id, work):
        UploadProgress.objects.update(is_cancelled=True, cancelled_by=cast.clerk)
        raise FileError("damaged")

    monkeypatch.setattr(receiving, "_read", refused_too_late)
    read(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.refusal) == ("cancelled", None)


def test_a_file_never_read_is_read_later(places):
    batch = waiting_to_be_read(places.dealer)
    assert resume() == 0
    UploadProgress.objects.update(updated_at=timezone.now() - timedelta(minutes=2))
    assert resume() == 1
    batch.refresh_from_db()
    assert batch.status == "checked"


def test_what_waits_in_the_queue_is_not_queued_again(places):
    batch = approved(places.dealer)
    UploadProgress.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    task = {"func": "crm.uploads.tasks.post", "args": (batch.pk,)}
    get_broker().enqueue(SignedPackage.dumps(task))
    assert resume() == 0


def test_without_its_own_connection_the_work_is_done_all_the_same(places, monkeypatch):
    monkeypatch.setattr("crm.uploads.progress._PATIENCE", "SELECT 1/0")
    batch = approved(places.dealer)
    assert post(batch.pk) == 3


def test_when_the_work_is_done_the_page_renews_itself(places, cast, logged_in):
    batch = waiting_to_be_read(places.dealer, by=cast.clerk)
    clerk = logged_in(cast.clerk)
    url = reverse("crm:batch_progress", args=[batch.pk])
    assert "Waiting for its turn" in clerk.get(url, **HTMX).text
    # Plain HTML has the whole page.
    assert clerk.get(url).url == reverse("crm:batch", args=[batch.pk])
    read(batch.pk)
    assert clerk.get(url, **HTMX).headers["HX-Refresh"] == "true"


def test_rows_and_time_left_are_said_in_words(places, cast, logged_in):
    batch = waiting_to_be_read(places.dealer, by=cast.clerk)
    now = timezone.now()
    UploadProgress.objects.update(
        stage="reading",
        rows_done=25_000,
        rows_total=100_000,
        stage_started_at=now - timedelta(seconds=60),
        updated_at=now,
    )
    clerk = logged_in(cast.clerk)
    page = clerk.get(reverse("crm:batch", args=[batch.pk])).text
    assert "25,000 of about 100,000 rows" in page
    assert "about 3 min left" in page
    assert "25 %" in clerk.get(reverse("crm:uploads")).text
