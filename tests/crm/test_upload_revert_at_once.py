"""Taking a file back while others work: whoever is in the way is not waited for long,
and whoever takes it back is told so."""

import time
from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import Customer, Sale, UploadBatch
from crm.patience import one_at_a_time
from crm.uploads.services import post_batch, revert_batch, submit_batch
from followups.models import Task
from followups.services import plan_followups
from tests.cast import the_cast, the_places
from tests.factories.uploads import a_sale, received

pytestmark = pytest.mark.usefixtures("real_db")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def posted() -> UploadBatch:
    """A file of one sale, whose buyer is to be called."""
    old = str(timezone.localdate() - timezone.timedelta(days=3))
    row = a_sale(1, 开票日期=old, 交车日期=old)
    batch = submit_batch(received(the_places().dealer, [row]), by=None)
    UploadBatch.objects.filter(pk=batch.pk).update(status="approved")
    post_batch(batch.pk)
    plan_followups(timezone.localdate())
    batch.refresh_from_db()
    return batch


def meanwhile(work) -> list[object]:
    """What the work came to, done by somebody else in this moment."""
    answers: list[object] = []

    def run() -> None:
        try:
            answers.append(work())
        except ValidationError as error:
            answers.append(error.code)
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join(20)
    return answers


def test_a_file_being_posted_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("crm.patience.LONGEST_WAIT", "100ms")
    batch = posted()
    with transaction.atomic():
        one_at_a_time()
        assert meanwhile(lambda: revert_batch(batch, by=None)) == ["busy"]
    batch.refresh_from_db()
    assert batch.status == "posted"
    assert meanwhile(lambda: revert_batch(batch, by=None).status) == ["reverted"]


def test_the_page_says_that_somebody_is_working_with_the_rows(monkeypatch):
    monkeypatch.setattr("crm.patience.LONGEST_WAIT", "100ms")
    batch = posted()
    client = Client()
    client.force_login(the_cast(the_places()).reviewer)
    page = reverse("crm:batch_revert", args=[batch.pk])
    with transaction.atomic():
        Task.objects.select_for_update().get()
        for ask in (client.get, client.post):
            [answer] = meanwhile(lambda ask=ask: ask(page, follow=True))
            assert "Try again in a minute" in answer.content.decode()
    assert Sale.objects.count() == Task.objects.count() == 1


def test_an_agent_and_a_revert_that_wait_for_each_other_end_in_a_message():
    """The agent holds the customer, and then wants the task that goes."""
    batch = posted()
    task = Task.objects.get()
    with transaction.atomic(), connection.cursor() as cursor:
        # So that the other one is found to be in the way.
        cursor.execute("SET LOCAL deadlock_timeout = '60s'")
        Customer.objects.select_for_update(no_key=True).get()
        answers: list[object] = []
        thread = Thread(
            target=lambda: answers.extend(
                meanwhile(lambda: revert_batch(batch, by=None))
            )
        )
        thread.start()
        wait_until_somebody_waits()
        assert Task.objects.select_for_update().get() == task
    thread.join(20)
    assert answers == ["busy"]
    batch.refresh_from_db()
    assert batch.status == "posted"


def wait_until_somebody_waits() -> None:
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError
