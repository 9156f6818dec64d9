"""What settles the day's file, and what makes it owed again."""

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from crm.models import DailyFile, UploadBatch
from crm.uploads.services import (
    cancel_batch,
    open_days,
    report_nil,
    return_batch,
    submit_batch,
)
from standards.models import Clock
from tests.cast import the_cast, the_places
from tests.factories.uploads import a_sale, csv_file, received

TUESDAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def day(places, cast, time_is):
    """Tuesday the 10th, opened; a function that reads how dealer D1 stands."""
    open_days(time_is("2026-03-10 00:01"))

    def stands() -> tuple[UploadBatch | None, bool, str | None, bool | None]:
        """The day's file, whether there was nothing, when it came, whether in time."""
        daily = DailyFile.objects.get(organisation=places.dealer, day=TUESDAY)
        clock = Clock.objects.about(daily).get()
        at = daily.handed_in_at
        assert clock.stopped_at == at
        shown = at and f"{timezone.localtime(at):%m-%d %H:%M}"
        return daily.batch, daily.is_nil, shown, clock.is_met()

    return stands


@pytest.fixture
def hand_in(places, cast, time_is):
    def at(text: str, number: int = 1) -> UploadBatch:
        time_is(text)
        batch = received(places.dealer, [a_sale(number)], by=cast.clerk, day=TUESDAY)
        return submit_batch(batch, by=cast.clerk)

    return at


def test_a_file_in_time_stops_the_clock(day, hand_in):
    assert day() == (None, False, None, None)
    batch = hand_in("2026-03-10 17:30")
    assert day() == (batch, False, "03-10 17:30", True)


def test_a_file_after_the_deadline_is_late(day, hand_in):
    batch = hand_in("2026-03-11 09:00")
    assert day() == (batch, False, "03-11 09:00", False)


def test_a_file_only_read_is_not_handed_in(day, places, cast, time_is):
    time_is("2026-03-10 10:00")
    received(places.dealer, by=cast.clerk)
    assert day() == (None, False, None, None)


def test_the_first_file_is_the_days_and_others_follow(day, hand_in):
    first = hand_in("2026-03-10 10:00")
    hand_in("2026-03-10 18:00", 2)
    assert day() == (first, False, "03-10 10:00", True)


def test_another_days_file_does_not_count(day, places, cast, time_is):
    time_is("2026-03-10 10:00")
    monday = date(2026, 3, 9)
    batch = received(places.dealer, by=cast.clerk, day=monday)
    submit_batch(batch, by=cast.clerk)
    assert day() == (None, False, None, None)
    assert not DailyFile.objects.filter(day=monday).exists()


def test_a_nil_report_is_a_hand_in(day, places, cast, time_is):
    time_is("2026-03-10 17:00")
    report_nil(places.dealer, TUESDAY, by=cast.clerk)
    assert day() == (None, True, "03-10 17:00", True)
    with pytest.raises(ValidationError, match="handed in already"):
        report_nil(places.dealer, TUESDAY, by=cast.clerk)


def test_nothing_is_reported_for_a_day_not_owed(day, places, cast):
    with pytest.raises(ValidationError, match="No file is owed"):
        report_nil(places.dealer, date(2026, 3, 8), by=cast.clerk)


def test_a_file_replaces_a_nil_report_and_is_measured_itself(
    day, places, cast, time_is, hand_in
):
    time_is("2026-03-10 17:00")
    report_nil(places.dealer, TUESDAY, by=cast.clerk)
    batch = hand_in("2026-03-10 20:00")
    assert day() == (batch, False, "03-10 20:00", False)


def test_a_returned_file_is_owed_again_from_the_days_start(day, cast, hand_in):
    batch = hand_in("2026-03-10 10:00")
    return_batch(batch, by=cast.reviewer, reason="昨天的文件")
    assert day() == (None, False, None, None)
    mended = hand_in("2026-03-10 19:00", 2)
    assert day() == (mended, False, "03-10 19:00", False)


def test_a_file_mended_before_the_deadline_is_still_in_time(day, cast, hand_in):
    return_batch(hand_in("2026-03-10 10:00"), by=cast.reviewer, reason="重报")
    mended = hand_in("2026-03-10 17:00", 2)
    assert day() == (mended, False, "03-10 17:00", True)


def test_when_the_first_file_goes_back_the_second_stands(day, cast, hand_in):
    first = hand_in("2026-03-10 10:00")
    second = hand_in("2026-03-10 11:00", 2)
    return_batch(first, by=cast.reviewer, reason="重报")
    assert day() == (second, False, "03-10 11:00", True)


def test_a_further_file_going_back_changes_nothing(day, cast, hand_in):
    first = hand_in("2026-03-10 10:00")
    return_batch(hand_in("2026-03-10 11:00", 2), by=cast.reviewer, reason="重报")
    assert day() == (first, False, "03-10 10:00", True)


def test_a_cancelled_file_is_owed_again(day, cast, hand_in):
    cancel_batch(hand_in("2026-03-10 10:00"), by=cast.clerk)
    assert day() == (None, False, None, None)


def test_a_file_from_before_the_day_was_opened_is_found(day, hand_in, time_is):
    Clock.objects.all().delete()
    DailyFile.objects.all().delete()
    batch = hand_in("2026-03-10 08:00")
    open_days(time_is("2026-03-10 08:05"))
    assert day() == (batch, False, "03-10 08:00", True)


def test_the_command_takes_the_day(upload, time_is, day):
    time_is("2026-03-11 09:00")
    upload(csv_file([a_sale()]), day="2026-03-10")
    batch = UploadBatch.objects.get()
    assert batch.day == TUESDAY
    assert day() == (batch, False, "03-11 09:00", False)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("2026-03-12", "one to come"),
        ("2026-02-07", "last 31 days"),
        ("yesterday", "--day"),
    ],
)
def test_the_command_refuses_an_impossible_day(upload, time_is, asked, words):
    time_is("2026-03-11 09:00")
    with pytest.raises(CommandError, match=words):
        upload(csv_file([a_sale()]), day=asked)
    assert not UploadBatch.objects.exists()


def test_the_form_offers_the_days_owed_first(day, cast, logged_in, time_is):
    open_days(time_is("2026-03-11 09:00"))
    client = logged_in(cast.clerk)
    page = client.get(reverse("crm:upload"))
    days = list(page.context["form"].fields["day"].choices)
    assert [value for value, _ in days[:3]] == [
        "2026-03-11",
        "2026-03-10",
        "2026-03-09",
    ]
    assert len(days) == 32
    assert page.context["form"]["day"].value() == "2026-03-11"
    content = csv_file([a_sale()])
    content.name = "日报.csv"
    client.post(reverse("crm:upload"), {"file": content, "day": "2026-03-10"})
    assert UploadBatch.objects.get().day == TUESDAY


def test_the_form_refuses_a_day_to_come(day, cast, logged_in, time_is):
    time_is("2026-03-11 09:00")
    content = csv_file([a_sale()])
    content.name = "日报.csv"
    asked = {"file": content, "day": "2026-03-12"}
    assert logged_in(cast.clerk).post(reverse("crm:upload"), asked).status_code == 422


def test_a_clerk_sees_what_is_owed_and_reports_nothing(day, cast, logged_in, time_is):
    time_is("2026-03-10 15:20")
    client = logged_in(cast.clerk)
    page = client.get(reverse("crm:uploads")).content.decode()
    assert "owed by 17:30, 2 h 10 min left" in page
    daily = DailyFile.objects.get(organisation__code="D1")
    client.post(reverse("crm:daily_nil", args=[daily.pk]))
    assert day() == (None, True, "03-10 15:20", True)
    page = client.get(reverse("crm:uploads")).content.decode()
    assert "owed by" not in page


def test_two_hand_ins_at_once_leave_one_file_of_the_day(
    real_db, settings, tmp_path, time_is
):
    settings.MEDIA_ROOT = tmp_path
    places = the_places()
    cast = the_cast(places)
    open_days(time_is("2026-03-10 10:00"))
    batches = [received(places.dealer, [a_sale(n)], by=cast.clerk) for n in (1, 2, 3)]
    together = threading.Barrier(len(batches))
    broken = []

    def work(batch: UploadBatch) -> None:
        try:
            together.wait()
            submit_batch(batch, by=cast.clerk)
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=[batch]) for batch in batches]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not broken
    daily = DailyFile.objects.get(organisation=places.dealer)
    assert daily.batch in batches
    assert Clock.objects.about(daily).get().stopped_at == daily.handed_in_at
