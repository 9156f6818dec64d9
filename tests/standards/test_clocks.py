"""Clocks measure one thing about one row, against the standard that holds for it."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import LogEntry
from standards.models import Clock, Standard, WorkCalendar
from standards.services import (
    ClockStart,
    drop_clocks,
    pause_clock,
    resume_clock,
    start_clock,
    start_clocks,
    stop_clock,
    stop_clocks,
)

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


THURSDAY = at("2025-09-25T16:00")


def complaint(subject, metric: str, **options) -> Clock | None:
    options = {"level": "general", "at": THURSDAY} | options
    return start_clock(subject, type="complaint", metric=metric, **options)


def test_hours_count_in_service_hours(places):
    clock = complaint(places.dealer, "first_contact", at=at("2025-09-25T19:00"))
    assert clock.due_at == at("2025-09-26T10:00")


def test_a_major_case_counts_through_the_night(places):
    clock = complaint(
        places.dealer, "first_contact", level="major", at=at("2025-09-25T23:30")
    )
    assert clock.due_at == at("2025-09-26T00:30")


def test_days_end_with_the_office_and_skip_national_day(places):
    clock = complaint(places.dealer, "outcome_told", at=at("2025-09-29T10:00"))
    # 30 September, 9, 10 and make-up 11 October, 13, 14, 15.
    assert clock.due_at == at("2025-10-15T17:30")


def test_warning_and_alarm_are_shares_of_the_allowed_time(places):
    clock = complaint(places.dealer, "accept", at=at("2025-09-25T10:00"))
    assert clock.warn_at == at("2025-09-25T11:24")
    assert clock.due_at == at("2025-09-25T12:00")
    assert clock.alarm_at == at("2025-09-25T13:00")


def test_alarm_waits_for_the_next_service_hours(places):
    clock = complaint(places.dealer, "accept", at=at("2025-09-25T17:30"))
    assert clock.alarm_at == at("2025-09-26T08:30")


def test_a_window_given_by_the_caller_counts_as_time_runs(places):
    clock = start_clock(
        places.dealer,
        type="post_repair",
        metric="call",
        at=THURSDAY,
        due_at=THURSDAY + timedelta(hours=100),
    )
    assert clock.due_at == THURSDAY + timedelta(hours=100)
    assert clock.warn_at == THURSDAY + timedelta(hours=70)
    assert clock.alarm_at == THURSDAY + timedelta(hours=150)


def test_where_nothing_is_promised_nothing_is_measured(places):
    assert complaint(places.dealer, "close", level="crisis") is None
    assert complaint(places.dealer, "accept", at=at("2019-12-31T10:00")) is None


def test_starting_twice_keeps_the_first(places):
    first = complaint(places.dealer, "accept")
    again = complaint(places.dealer, "accept", at=THURSDAY + timedelta(hours=1))
    other_level = complaint(places.dealer, "accept", level="major")
    assert first == again == other_level
    assert Clock.objects.count() == 1


def test_a_stopped_clock_may_be_followed_by_another(places):
    complaint(places.dealer, "accept")
    stop_clock(places.dealer, "accept", at=THURSDAY + timedelta(minutes=5))
    assert complaint(places.dealer, "accept", at=THURSDAY + timedelta(days=1)).pk
    assert Clock.objects.count() == 2


@pytest.mark.parametrize(("minutes", "met"), [(119, True), (120, True), (121, False)])
def test_met_until_the_due_time_and_missed_after(places, minutes, met):
    complaint(places.dealer, "accept", at=at("2025-09-25T10:00"))
    stopped = stop_clock(
        places.dealer, "accept", at=at("2025-09-25T10:00") + timedelta(minutes=minutes)
    )
    assert stopped.is_met() is met
    assert Clock.objects.met().count() == met


def test_stopping_what_does_not_run_is_no_fault(places):
    assert stop_clock(places.dealer, "accept", at=THURSDAY) is None


def test_stopped_before_its_start_it_took_no_time(places):
    complaint(places.dealer, "accept")
    stopped = stop_clock(places.dealer, "accept", at=THURSDAY - timedelta(hours=1))
    assert stopped.stopped_at == THURSDAY


def starts(*organisations, metric="call") -> list[ClockStart]:
    return [
        ClockStart(
            subject_type="accounts.organisation",
            subject_id=row.pk,
            type="post_purchase",
            metric=metric,
            at=THURSDAY,
            organisation_id=row.pk,
        )
        for row in organisations
    ]


def test_many_start_with_the_queries_of_one(places, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        start_clocks(starts(places.dealer, places.station, places.branch))
    assert Clock.objects.count() == 3


def test_many_pass_over_those_that_run(places):
    start_clocks(starts(places.dealer))
    start_clocks(starts(places.dealer, places.dealer, places.station))
    assert Clock.objects.count() == 2


def test_many_stop_and_many_are_dropped(places, cast):
    start_clocks(starts(places.dealer, places.station, places.branch))
    paused = Clock.objects.about(places.dealer).get()
    pause_clock(paused, by=cast.agent, reason="away", at=THURSDAY + timedelta(hours=1))
    ids = [places.dealer.pk, places.station.pk]
    model = type(places.dealer)
    later = THURSDAY + timedelta(hours=2)
    assert stop_clocks(model, ids, at=later, metric="accept") == 0
    assert stop_clocks(model, ids, at=later, metric="call") == 2
    paused.refresh_from_db()
    assert paused.paused_at is None
    assert paused.pauses.get().ends_at == later
    assert drop_clocks(model, [*ids, places.branch.pk]) == 1
    assert Clock.objects.count() == 2


def own_standard(organisation, **values) -> Standard:
    standard = Standard.objects.get(
        type="complaint", metric="accept", level="general", organisation=None
    )
    standard.pk = None
    standard.organisation = organisation
    for name, value in values.items():
        setattr(standard, name, value)
    standard.save(force_insert=True)
    return standard


def test_the_nearest_organisations_own_standard_wins(places):
    own_standard(places.region, target=600)
    nearest = own_standard(places.branch, target=300)
    clock = complaint(places.dealer, "accept", organisation=places.dealer)
    assert clock.standard == nearest
    general = complaint(places.other_dealer, "accept", organisation=places.other_dealer)
    assert general.standard.organisation is None


def test_an_own_standard_for_every_level_comes_after_one_for_the_level(places):
    own_standard(places.branch, target=300, level="")
    exact = own_standard(places.branch, target=600)
    clock = complaint(places.dealer, "accept", organisation=places.dealer)
    assert clock.standard == exact


def test_the_standard_valid_on_the_day_of_the_start_holds(places):
    old = Standard.objects.get(type="complaint", metric="accept", level="general")
    new = Standard.objects.get(pk=old.pk)
    old.valid_to = new.valid_from = at("2025-10-01T00:00").date()
    old.save()
    new.pk, new.target = None, 60
    new.save(force_insert=True)
    last_day = complaint(places.dealer, "accept", at=at("2025-09-30T23:59"))
    first_day = complaint(places.station, "accept", at=at("2025-10-01T00:00"))
    assert (last_day.standard, first_day.standard) == (old, new)


def test_a_pause_moves_all_three_times(places, cast):
    clock = complaint(places.dealer, "accept", at=at("2025-09-25T10:00"))
    pause_clock(clock, by=cast.agent, reason="parts", at=at("2025-09-25T11:00"))
    resume_clock(clock, by=cast.agent, at=at("2025-09-25T14:30"))
    clock.refresh_from_db()
    assert clock.paused_at is None
    assert clock.warn_at == at("2025-09-25T14:54")
    assert clock.due_at == at("2025-09-25T15:30")
    assert clock.alarm_at == at("2025-09-25T16:30")
    actions = LogEntry.objects.about(places.dealer).values_list("action", flat=True)
    assert list(actions) == ["clock.resumed", "clock.paused"]


def test_a_pause_outside_counted_hours_moves_nothing(places, cast):
    clock = complaint(places.dealer, "accept", at=at("2025-09-25T19:00"))
    due = clock.due_at
    pause_clock(clock, by=cast.agent, reason="night", at=at("2025-09-25T21:00"))
    resume_clock(clock, by=cast.agent, at=at("2025-09-26T07:00"))
    assert clock.due_at == due


def test_a_pause_after_the_warning_leaves_the_warning_where_it_was(places, cast):
    clock = complaint(places.dealer, "accept", at=at("2025-09-25T10:00"))
    pause_clock(clock, by=cast.agent, reason="parts", at=at("2025-09-25T11:30"))
    resume_clock(clock, by=cast.agent, at=at("2025-09-25T12:30"))
    assert clock.warn_at == at("2025-09-25T11:24")
    assert clock.due_at == at("2025-09-25T13:00")


def test_two_pauses_add_up_on_a_clock_of_days(places, cast):
    clock = complaint(places.dealer, "plan", at=at("2025-09-22T10:00"))
    assert clock.due_at == at("2025-09-24T17:30")
    for day in ("2025-09-22", "2025-09-23"):
        pause_clock(clock, by=cast.agent, reason="parts", at=at(f"{day}T14:30"))
        resume_clock(clock, by=cast.agent, at=at(f"{day}T16:30"))
    # Four hours of work were lost: they are made up on the 25th.
    assert clock.due_at == at("2025-09-25T14:00")


def test_stopping_ends_the_pause_and_counts_it(places, cast):
    clock = complaint(places.dealer, "accept", at=at("2025-09-25T10:00"))
    pause_clock(clock, by=cast.agent, reason="parts", at=at("2025-09-25T11:00"))
    stopped = stop_clock(places.dealer, "accept", at=at("2025-09-25T16:00"))
    assert stopped.is_met()
    assert stopped.pauses.get().ends_at == at("2025-09-25T16:00")


def test_a_time_limit_set_by_law_never_pauses(places, cast):
    clock = complaint(places.dealer, "outcome_told")
    with pytest.raises(ValidationError, match="law"):
        pause_clock(clock, by=cast.manager, reason="parts", at=THURSDAY)
    assert not clock.pauses.exists()


def test_pauses_need_a_running_clock_and_a_reason(places, cast):
    clock = complaint(places.dealer, "accept")
    with pytest.raises(ValidationError, match="not paused"):
        resume_clock(clock, by=cast.agent, at=THURSDAY)
    with pytest.raises(ValidationError, match="reason"):
        pause_clock(clock, by=cast.agent, reason=" ", at=THURSDAY)
    pause_clock(clock, by=cast.agent, reason="parts", at=THURSDAY)
    with pytest.raises(ValidationError, match="already"):
        pause_clock(clock, by=cast.agent, reason="parts", at=THURSDAY)
    stop_clock(places.dealer, "accept", at=THURSDAY)
    with pytest.raises(ValidationError, match="stopped"):
        pause_clock(clock, by=cast.agent, reason="parts", at=THURSDAY)


def test_a_changed_calendar_holds_for_the_next_clock(places):
    before = complaint(places.dealer, "accept", at=at("2025-09-25T19:00"))
    service = WorkCalendar.objects.get(code="service")
    service.days.create(date=at("2025-09-26T00:00").date(), is_working=False)
    after = complaint(places.station, "accept", at=at("2025-09-25T19:00"))
    assert before.due_at == at("2025-09-26T09:00")
    assert after.due_at == at("2025-09-27T09:00")


def test_a_calendar_may_move_to_another_zone(places):
    complaint(places.dealer, "accept")
    WorkCalendar.objects.filter(code="service").update(time_zone="Europe/Berlin")
    clock = complaint(places.station, "accept", at=at("2025-09-25T10:00"))
    # 08:00 in Berlin is 14:00 in Shanghai.
    assert clock.due_at == at("2025-09-25T16:00")


def test_starting_the_same_at_once_keeps_one_of_each(real_db):
    gate = threading.Barrier(4)
    failed = []

    def run(ids) -> None:
        gate.wait()
        try:
            start_clocks(
                ClockStart(
                    "accounts.organisation",
                    pk,
                    "complaint",
                    "accept",
                    THURSDAY,
                    level="general",
                )
                for pk in ids
            )
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    orders = [range(300), range(299, -1, -1)] * 2
    threads = [threading.Thread(target=run, args=[ids]) for ids in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert Clock.objects.count() == 300


def test_everything_given_at_the_start_is_kept(places, cast):
    clock = start_clock(
        places.dealer,
        type="complaint",
        metric="accept",
        level="general",
        at=THURSDAY,
        organisation=places.department,
        agent=cast.agent,
        escalates_to=places.region,
        due_at=THURSDAY + timedelta(hours=1),
    )
    assert (clock.organisation, clock.agent, clock.escalates_to) == (
        places.department,
        cast.agent,
        places.region,
    )
    assert clock.agreed_due_at == clock.due_at == THURSDAY + timedelta(hours=1)
