"""Who is told when a clock is nearly due, overdue and long overdue: once each."""

import json
import threading
from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.actions import describe
from accounts.models import LogEntry, Notification
from accounts.roles import Role
from standards import sweeping
from standards.models import Clock, ClockStep
from standards.services import (
    ClockStart,
    pause_clock,
    resume_clock,
    start_clock,
    start_clocks,
    stop_clock,
    sweep,
)
from standards.tasks import sweep as sweep_task
from tests.cast import the_cast, the_places
from tests.factories.accounts import UserFactory
from tests.factories.complaints import handed_case

START = datetime(2025, 9, 25, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)


def start(places, **options) -> Clock:
    """A department has 10 hours, day and night: warned at 7, due at 10, alarm at 15."""
    options = {"organisation": places.department} | options
    return start_clock(
        places.dealer,
        type="complaint",
        metric="accept",
        level="major",
        at=START,
        due_at=START + 10 * HOUR,
        **options,
    )


def told() -> set[tuple[str, str]]:
    rows = Notification.objects.values_list("to__username", "entry__action")
    return set(rows)


def test_nobody_is_told_early(places, cast):
    start(places)
    counts = sweep(START + 6.99 * HOUR)
    assert counts == {"warned": 0, "overdue": 0, "alarmed": 0, "notifications": 0}


def test_the_handlers_are_warned_at_70_percent(places, cast):
    start(places)
    counts = sweep(START + 7 * HOUR)
    assert counts == {"warned": 1, "overdue": 0, "alarmed": 0, "notifications": 1}
    assert told() == {("handler", "clock.warned")}


@pytest.mark.parametrize(
    ("unit", "clerk"), [("dealer", "clerk"), ("station", "station")]
)
def test_the_clerks_of_a_dealer_or_station_are_warned_of_a_case_handed_to_them(
    places, cast, unit, clerk
):
    _, transfer = handed_case(cast, getattr(places, unit))
    clock = Clock.objects.about(transfer).get()
    sweep(clock.warn_at)
    assert (clerk, "clock.warned") in told()
    assert "charlie" not in {name for name, _ in told()}


def test_the_clerks_are_not_told_of_what_the_centre_works(places, cast):
    start(places, organisation=places.dealer)
    sweep(START + 15 * HOUR)
    assert "clerk" not in {name for name, _ in told()}


def test_an_agents_own_clock_tells_the_agent(places, cast):
    start(places, agent=cast.agent, organisation=places.hq)
    sweep(START + 7 * HOUR)
    assert told() == {("alice", "clock.warned")}


def test_the_agent_in_charge_hears_with_the_department(places, cast):
    start(places, agent=cast.agent)
    sweep(START + 7 * HOUR)
    assert told() == {("alice", "clock.warned"), ("handler", "clock.warned")}


def test_the_team_leader_hears_at_100_percent(places, cast):
    start(places)
    sweep(START + 7 * HOUR)
    sweep(START + 10 * HOUR)
    assert told() == {
        ("handler", "clock.warned"),
        ("handler", "clock.overdue"),
        ("leader", "clock.overdue"),
    }


def test_the_region_hears_at_150_percent(places, cast):
    start(places, escalates_to=places.dealer)
    sweep(START + 15 * HOUR)
    assert told() == {
        (name, "clock.alarmed") for name in ("handler", "leader", "regional")
    }


def test_without_a_region_the_operations_managers_hear(places, cast):
    start(places)
    sweep(START + 15 * HOUR)
    assert ("manager", "clock.alarmed") in told()


def test_a_late_sweep_records_all_steps_but_tells_the_highest(places, cast):
    clock = start(places)
    counts = sweep(START + 100 * HOUR)
    assert (counts["warned"], counts["overdue"], counts["alarmed"]) == (0, 0, 1)
    steps = clock.steps.order_by("step").values_list("step", "reached_at")
    assert list(steps) == [
        (70, START + 7 * HOUR),
        (100, START + 10 * HOUR),
        (150, START + 15 * HOUR),
    ]
    assert LogEntry.objects.count() == 1


def test_sweeping_again_tells_nobody_again(places, cast):
    start(places)
    for hours in (7, 7, 8, 10, 10, 12):
        sweep(START + hours * HOUR)
    assert LogEntry.objects.count() == 2
    assert Notification.objects.count() == 3


def test_stopped_and_paused_clocks_are_left_alone(places, cast):
    clock = start(places)
    pause_clock(clock, by=cast.agent, reason="parts", at=START + HOUR)
    sweep(START + 100 * HOUR)
    resume_clock(clock, by=cast.agent, at=START + 100 * HOUR)
    sweep(START + 105.9 * HOUR)
    assert not Notification.objects.exists()
    stop_clock(places.dealer, "accept", at=START + 200 * HOUR)
    sweep(START + 300 * HOUR)
    assert not Notification.objects.exists()


def test_who_has_left_is_not_told(places, cast):
    cast.handler.is_active = False
    cast.handler.save()
    UserFactory(roles=[Role.DEPARTMENT_HANDLER], organisation=places.other_department)
    start(places)
    sweep(START + 7 * HOUR)
    assert not told()


def test_one_person_with_two_roles_is_told_once(places, cast):
    both = [Role.TEAM_LEADER, Role.DEPARTMENT_HANDLER]
    user = UserFactory(roles=both, organisation=places.department)
    start(places)
    sweep(START + 10 * HOUR)
    assert user.notifications.count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_bell_says_which_clock_and_links_to_its_subject(
    places, cast, logged_in, language
):
    cast.handler.language = language
    cast.handler.save()
    start(places)
    sweep(START + 7 * HOUR)
    page = logged_in(cast.handler).get("/accounts/notifications/").content.decode()
    assert "2025-09-25 20:00" in page
    entry = LogEntry.objects.get()
    assert (entry.subject_type, entry.subject_id) == (
        "accounts.organisation",
        places.dealer.pk,
    )


def test_every_step_has_its_words(places, cast):
    clock = start(places)
    for hours in (7, 10, 15):
        sweep(START + hours * HOUR)
    with translation.override("en"):
        words = [describe(entry) for entry in LogEntry.objects.order_by("pk")]
    assert words == [
        "“Accepted by the department” is nearly due: Thu 2025-09-25 20:00",
        "“Accepted by the department” is overdue since Thu 2025-09-25 20:00",
        "“Accepted by the department” is long overdue, since Thu 2025-09-25 20:00",
    ]
    pause_clock(clock, by=cast.agent, reason="parts", at=START + HOUR)
    resume_clock(clock, by=cast.agent, at=START + 3 * HOUR)
    with translation.override("en"):
        words = [describe(entry) for entry in LogEntry.objects.order_by("pk")[3:]]
    assert words == [
        "alice paused “Accepted by the department”: parts",
        "alice let “Accepted by the department” run on; due Thu 2025-09-25 22:00",
    ]


def start_many(places, count: int) -> None:
    start_clocks(
        ClockStart(
            subject_type="accounts.organisation",
            subject_id=number,
            type="complaint",
            metric="accept",
            level="major",
            at=START,
            organisation_id=places.department.pk,
            escalates_to_id=places.dealer.pk,
        )
        for number in range(1, count + 1)
    )


def queries_of_a_sweep(places, count: int) -> int:
    start_many(places, count)
    with CaptureQueriesContext(connection) as captured:
        sweep(START + HOUR)
    return len(captured)


def test_ten_clocks_take_the_queries_of_one(places, cast):
    one = queries_of_a_sweep(places, 1)
    Clock.objects.all().delete()
    assert queries_of_a_sweep(places, 10) == one


def test_more_than_one_batch_is_swept(places, cast, monkeypatch):
    monkeypatch.setattr(sweeping, "BATCH", 3)
    start_many(places, 8)
    assert sweep(START + HOUR)["alarmed"] == 8
    assert ClockStep.objects.count() == 24


def test_an_interrupted_sweep_leaves_nothing_and_the_next_tells(
    places, cast, monkeypatch
):
    start(places)
    with monkeypatch.context() as broken:
        broken.setattr(Notification.objects, "bulk_create", _fail)
        with pytest.raises(OSError, match="interrupted"):
            sweep(START + 7 * HOUR)
    assert not ClockStep.objects.exists()
    assert not LogEntry.objects.exists()
    assert sweep(START + 7 * HOUR)["notifications"] == 1


def _fail(*args, **kwargs):
    raise OSError("interrupted")


def test_sweeps_at_once_tell_each_person_once(real_db):
    places = the_places()
    the_cast(places)
    start_many(places, 200)
    gate = threading.Barrier(4)
    counts = []

    def run() -> None:
        gate.wait()
        try:
            counts.append(sweep(START + HOUR))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(count["alarmed"] for count in counts) == 200
    assert LogEntry.objects.count() == 200
    assert Notification.objects.count() == 600


def test_the_command_ends_with_one_json_object(places, cast):
    start(places)
    out = StringIO()
    call_command("sweep_clocks", now="2025-09-25T17:00", stdout=out)
    last = out.getvalue().splitlines()[-1]
    assert json.loads(last)["warned"] == 1
    with pytest.raises(CommandError, match="is not a time"):
        call_command("sweep_clocks", now="tomorrow")


def test_the_scheduled_task_sweeps_as_of_now(places, cast):
    start(places)
    assert sweep_task()["alarmed"] == 1
