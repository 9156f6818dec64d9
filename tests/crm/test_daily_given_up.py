"""A day nobody handed in for stays owed for a month, then it is missing for good."""

import threading
import time
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from crm.models import DailyFile, UploadBatch
from crm.uploads.services import open_days, report_nil, submit_batch
from standards.models import Clock
from tests.cast import the_cast, the_places
from tests.factories.uploads import received

TUESDAY = date(2026, 3, 10)
LAST = "2026-04-10 08:00"
TOO_LATE = "2026-04-11 08:00"


@pytest.fixture
def daily(places, time_is):
    """What D1 owes for Tuesday, the first day there is."""
    open_days(time_is("2026-03-10 00:01"))
    return DailyFile.objects.get(organisation=places.dealer, day=TUESDAY)


@pytest.mark.parametrize(("now", "is_late"), [(LAST, True), (TOO_LATE, False)])
def test_late_now_is_what_can_still_be_handed_in(
    daily, cast, logged_in, time_is, now, is_late
):
    open_days(time_is(now))
    late = logged_in(cast.leader).get(reverse("crm:daily")).context["late"]
    days = {row["organisation"].code: row["days"] for row in late}
    assert (TUESDAY in {day for day, _ in days.get("D1", [])}) == is_late
    assert Clock.objects.about(daily).running().exists() == is_late


def test_a_day_given_up_was_missed_and_stays_so(daily, time_is):
    for now in (TOO_LATE, "2026-04-11 08:05"):
        open_days(time_is(now))
    clock = Clock.objects.about(daily).get()
    assert clock.is_met() is False
    assert timezone.localtime(clock.stopped_at).isoformat()[:16] == "2026-04-11T08:00"
    daily.refresh_from_db()
    assert daily.handed_in_at is None


def test_nothing_can_be_reported_for_a_day_given_up(daily, cast, logged_in, time_is):
    time_is(TOO_LATE)
    with pytest.raises(ValidationError, match="last 31 days"):
        report_nil(daily.organisation, TUESDAY, by=cast.clerk)
    page = logged_in(cast.clerk).get(reverse("crm:daily_file", args=[daily.pk]))
    assert page.context["may_hand_in"] is False


def test_a_file_that_goes_back_while_its_day_is_looked_for_is_not_taken(
    real_db, settings, tmp_path, time_is
):
    settings.MEDIA_ROOT = tmp_path
    places = the_places()
    cast = the_cast(places)
    open_days(time_is("2026-03-10 00:01"))
    batch = submit_batch(received(places.dealer, by=cast.clerk, day=TUESDAY), by=None)
    DailyFile.objects.update(batch=None, handed_in_at=None)

    def work() -> None:
        try:
            open_days(timezone.now())
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    with transaction.atomic():
        list(DailyFile.objects.select_for_update())
        worker.start()
        wait_until_somebody_waits()
        UploadBatch.objects.filter(pk=batch.pk).update(status="returned")
    worker.join()
    daily = DailyFile.objects.get(organisation=places.dealer)
    assert (daily.batch, daily.handed_in_at) == (None, None)


def wait_until_somebody_waits() -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() is not None:
                return
        time.sleep(0.05)
    pytest.fail("Nobody waits.")
