"""Which days a dealer or station owes a file for, by when, and who is told."""

import threading
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notification, Organisation
from crm.models import DailyFile
from crm.uploads.services import open_days, remind_owing
from standards.models import CalendarDay, Clock, Standard, WorkCalendar
from standards.services import sweep
from tests.cast import the_cast, the_places
from tests.factories.accounts import OrganisationFactory
from tests.factories.uploads import at

TUESDAY = date(2026, 3, 10)


@pytest.fixture
def owed(places, time_is):
    """Opens the days as the schedule does; who owes which then."""

    def days(text: str) -> set[tuple[str, str]]:
        open_days(time_is(text))
        rows = DailyFile.objects.owed()
        return {(row.organisation.code, f"{row.day:%m-%d}") for row in rows}

    return days


def due(code: str) -> datetime:
    return timezone.localtime(DailyFile.objects.get(organisation__code=code).due_at)


def told() -> set[tuple[str, str]]:
    return set(Notification.objects.values_list("to__username", "entry__action"))


def test_each_active_dealer_and_station_owes_the_day_by_half_past_five(places, owed):
    Organisation.objects.filter(code="S2").update(is_active=False)
    assert owed("2026-03-10 00:01") == {(c, "03-10") for c in ("D1", "D2", "S1")}
    assert due("D1") == datetime.fromisoformat("2026-03-10T17:30+08:00")
    clock = Clock.objects.get(organisation=places.dealer)
    assert clock.due_at == due("D1")
    assert timezone.localtime(clock.started_at).isoformat()[:16] == "2026-03-10T00:00"


def test_opening_again_adds_nothing(owed):
    assert owed("2026-03-10 00:01") == owed("2026-03-10 12:00")
    assert Clock.objects.count() == DailyFile.objects.count() == 4


@pytest.mark.parametrize(
    ("day", "is_owed"),
    [
        ("2026-03-14", False),  # a Saturday
        ("2026-10-01", False),  # a national holiday
        ("2026-10-10", True),  # a Saturday worked to make up for it
    ],
)
def test_only_working_days_are_owed(owed, day, is_owed):
    assert bool(owed(f"{day} 08:00")) == is_owed


def test_a_holiday_entered_by_hand_is_not_owed(owed):
    office = WorkCalendar.objects.get(code="office")
    CalendarDay.objects.create(calendar=office, date=TUESDAY, is_working=False)
    assert owed("2026-03-10 08:00") == set()


@pytest.mark.parametrize("holder", ["dealer", "branch", "region"])
def test_the_nearest_organisations_own_deadline_holds(places, owed, holder):
    Standard.objects.create(
        type_id="daily_file",
        metric="hand_in",
        organisation=getattr(places, holder),
        target=20 * 3600,
        unit="running",
        calendar=WorkCalendar.objects.get(code="always"),
        valid_from=date(2026, 1, 1),
    )
    owed("2026-03-10 08:00")
    assert (due("D1").hour, due("D2").hour) == (20, 17)
    # Its calendar is its own too.
    assert ("D1", "03-14") in owed("2026-03-14 08:00")
    assert ("D2", "03-14") not in owed("2026-03-14 08:00")


def test_days_an_outage_passed_over_are_owed_all_the_same(owed):
    owed("2026-03-05 10:00")
    assert {day for _, day in owed("2026-03-10 18:00")} == {
        "03-05", "03-06", "03-09", "03-10",
    }  # fmt: skip


def test_who_is_new_owes_nothing_from_before_nor_a_deadline_that_has_passed(owed):
    owed("2026-03-05 10:00")
    OrganisationFactory(code="NEW")
    assert {day for code, day in owed("2026-03-10 18:00") if code == "NEW"} == set()
    assert {day for code, day in owed("2026-03-11 08:00") if code == "NEW"} == {"03-11"}


def test_nothing_is_owed_from_before_the_first_day(owed):
    assert {day for _, day in owed("2026-03-10 10:00")} == {"03-10"}


def test_who_closes_owes_nothing_more_until_they_open_again(places, owed):
    owed("2026-03-09 10:00")
    Organisation.objects.filter(code="D1").update(is_active=False)
    owed("2026-03-10 10:00")
    assert not Clock.objects.running().filter(organisation=places.dealer).exists()
    Organisation.objects.filter(code="D1").update(is_active=True)
    assert ("D1", "03-11") in owed("2026-03-11 10:00")
    days = DailyFile.objects.filter(organisation=places.dealer)
    assert {f"{row.day:%m-%d}" for row in days} == {"03-09", "03-11"}
    assert Clock.objects.running().filter(organisation=places.dealer).count() == 2


def test_closing_before_the_deadline_takes_the_day_back(places, owed):
    owed("2026-03-10 10:00")
    Organisation.objects.filter(code="D1").update(is_active=False)
    assert "D1" not in {code for code, _ in owed("2026-03-10 11:00")}


def test_opening_for_ten_takes_the_queries_of_one(places, owed, time_is):
    def queries(text: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            open_days(time_is(text))
        return len(captured)

    owed("2026-03-09 10:00")
    few = queries("2026-03-10 00:01")
    OrganisationFactory.create_batch(10)
    assert queries("2026-03-11 00:01") == few


def test_the_clerk_is_reminded_an_hour_before_and_only_once(cast, owed, time_is):
    owed("2026-03-10 08:00")
    assert remind_owing(time_is("2026-03-10 16:29")) == 0
    assert remind_owing(time_is("2026-03-10 16:30")) == 4
    assert remind_owing(time_is("2026-03-10 16:35")) == 0
    assert told() == {
        (name, "daily_file.due_soon") for name in ("clerk", "station", "charlie")
    }


def test_the_reminder_goes_by_e_mail_too(cast, owed, time_is, settings, mailoutbox):
    settings.EMAIL_HOST = "mail.example.com"
    settings.SITE_URL = "https://crm.example.com"
    owed("2026-03-10 08:00")
    remind_owing(time_is("2026-03-10 16:30"))
    message = next(m for m in mailoutbox if m.to == [cast.clerk.email])
    assert message.subject == "The daily file of Organisation D1 is due by 17:30"
    assert (
        f"/daily/{DailyFile.objects.get(organisation__code='D1').pk}/" in message.body
    )


def test_who_has_handed_in_or_is_late_is_not_reminded(cast, owed, time_is):
    owed("2026-03-10 08:00")
    DailyFile.objects.filter(organisation__code="D1").update(
        handed_in_at=timezone.now()
    )
    assert remind_owing(time_is("2026-03-10 17:31")) == 0
    assert remind_owing(time_is("2026-03-10 17:00")) == 3
    assert "clerk" not in {name for name, _ in told()}


def test_reminding_ten_takes_the_queries_of_one(cast, owed, time_is):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            remind_owing(time_is("2026-03-10 17:00"))
        return len(captured)

    owed("2026-03-10 08:00")
    few = queries()
    DailyFile.objects.update(reminded_at=None)
    OrganisationFactory.create_batch(10)
    owed("2026-03-10 08:10")
    assert queries() == few


def test_lateness_is_told_to_the_clerk_and_the_branch_then_the_region(cast, owed):
    owed("2026-03-10 00:01")
    DailyFile.objects.exclude(organisation__code="D1").delete()
    Clock.objects.exclude(organisation__code="D1").delete()
    # Seven tenths of the time are gone at 12:15: too early to trouble anybody.
    sweep(at("2026-03-10 12:20"))
    assert told() == set()
    sweep(at("2026-03-10 17:30"))
    late = {("clerk", "clock.overdue"), ("reviewer", "clock.overdue")}
    assert told() == late
    sweep(at("2026-03-11 02:15"))
    assert told() == late | {
        (name, "clock.alarmed") for name in ("clerk", "reviewer", "regional")
    }


def test_the_notice_says_whose_file_it_is_and_leads_to_it(cast, owed, logged_in):
    owed("2026-03-10 00:01")
    sweep(at("2026-03-10 17:30"))
    page = logged_in(cast.reviewer).get("/accounts/notifications/").content.decode()
    daily = DailyFile.objects.get(organisation__code="D1")
    assert "Organisation D1" in page
    assert f"/daily/{daily.pk}/" in page


def test_two_workers_open_and_remind_once(real_db, monkeypatch):
    cast = the_cast(the_places())
    moment = at("2026-03-10 16:45")
    together = threading.Barrier(3)
    broken = []

    def work() -> None:
        try:
            together.wait()
            open_days(moment)
            remind_owing(moment)
        except Exception as error:
            broken.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not broken
    assert DailyFile.objects.count() == Clock.objects.running().count() == 4
    assert cast.clerk.notifications.count() == 1
