"""Each due time can be explained, in the reader's language, without a query."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from standards.durations import in_words
from standards.models import Clock
from standards.readings import reading
from standards.services import explain, pause_clock, resume_clock, start_clock

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def complaint(subject, metric: str, text: str, level: str = "general") -> Clock:
    return start_clock(
        subject, type="complaint", metric=metric, level=level, at=at(text)
    )


def lines(clock: Clock) -> list[str]:
    return [line["text"] for line in explain(clock)]


def test_working_hours_are_listed_with_what_is_skipped(places):
    clock = complaint(places.dealer, "accept", "2025-09-30T19:00")
    assert lines(clock) == [
        "Started Tue 2025-09-30 19:00",
        "Allowed 2 h (Service hours)",
        "Tue 2025-09-30 19:00–20:00: 1 h",
        "Wed 2025-10-01 08:00–09:00: 1 h",
        "Due Wed 2025-10-01 09:00",
    ]


def test_working_days_are_numbered_and_holidays_named(places):
    clock = complaint(places.dealer, "plan", "2025-09-30T10:00")
    assert lines(clock) == [
        "Started Tue 2025-09-30 10:00",
        "Allowed 2 working days (Office hours)",
        "Wed 2025-10-01 to Sun 2025-10-05: not counted, National Day",
        "Mon 2025-10-06: not counted, Mid-autumn Festival",
        "Tue 2025-10-07 to Wed 2025-10-08: not counted, National Day",
        "Day 1: Thu 2025-10-09",
        "Day 2: Fri 2025-10-10",
        "Due Fri 2025-10-10 17:30",
    ]


def test_make_up_workdays_say_so_and_weekends_too(places):
    clock = complaint(places.dealer, "plan", "2025-10-10T10:00")
    assert lines(clock)[2:5] == [
        "Day 1: Sat 2025-10-11 (make-up workday)",
        "Sun 2025-10-12: not counted, not a working day",
        "Day 2: Mon 2025-10-13",
    ]


def test_the_explanation_speaks_the_readers_language(places):
    clock = complaint(places.dealer, "plan", "2025-09-30T10:00")
    with translation.override("zh-hans"):
        assert any("国庆节" in line for line in lines(clock))


def test_running_time_and_agreed_times_need_no_list(places):
    clock = complaint(places.dealer, "accept", "2025-09-30T19:00", level="major")
    assert lines(clock)[1] == "Allowed 30 min, counted day and night"
    promised = start_clock(
        places.dealer,
        type="other",
        metric="promise",
        at=at("2025-09-30T19:00"),
        due_at=at("2025-10-02T09:00"),
    )
    assert lines(promised)[1] == "Allowed until the agreed time, Thu 2025-10-02 09:00"


def test_pauses_stand_between_the_spans(places, cast):
    clock = complaint(places.dealer, "accept", "2025-09-25T10:00")
    pause_clock(clock, by=cast.agent, reason="parts", at=at("2025-09-25T11:00"))
    assert lines(clock)[-2:] == [
        "Paused since Thu 2025-09-25 11:00: parts",
        "The due time is set anew when the pause ends.",
    ]
    resume_clock(clock, by=cast.agent, at=at("2025-09-25T15:00"))
    assert lines(clock)[2:] == [
        "Thu 2025-09-25 10:00–11:00: 1 h",
        "Paused Thu 2025-09-25 11:00 to Thu 2025-09-25 15:00, not counted: parts",
        "Thu 2025-09-25 15:00–16:00: 1 h",
        "Due Thu 2025-09-25 16:00",
    ]


@pytest.mark.parametrize(
    ("hours", "state", "left"),
    [
        (0, "Running", "2 h left"),
        (1.5, "Nearly due", "30 min left"),
        (3, "Late", "1 h over"),
    ],
)
def test_how_it_stands_while_it_runs(places, hours, state, left):
    clock = complaint(places.dealer, "accept", "2025-09-25T10:00")
    row = reading(clock, clock.started_at + timedelta(hours=hours))
    assert (row["label"], row["left"]) == (state, left)


@pytest.mark.parametrize(
    ("hours", "state", "left"), [(1, "Met", "1 h early"), (3, "Missed", "1 h late")]
)
def test_how_it_stands_when_it_is_stopped(places, hours, state, left):
    clock = complaint(places.dealer, "accept", "2025-09-25T10:00")
    clock.stopped_at = clock.started_at + timedelta(hours=hours)
    row = reading(clock, clock.started_at + timedelta(days=9))
    assert (row["label"], row["left"]) == (state, left)


def test_the_component_shows_it_without_a_query(
    places, cast, django_assert_num_queries
):
    clock = complaint(places.dealer, "plan", "2025-09-30T10:00")
    pause_clock(clock, by=cast.agent, reason="<parts>", at=at("2025-10-09T10:00"))
    [row] = Clock.objects.for_pages()
    with django_assert_num_queries(0):
        shown = reading(row, at("2025-10-09T12:00"))
        html = render_to_string("components/clock.html", {"row": shown})
    assert "Paused" in html
    assert "&lt;parts&gt;" in html


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (15, "15 s"),
        (90, "1 min 30 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (90000, "1 d 1 h"),
        (86460, "1 d"),
    ],
)
def test_durations_in_words(seconds, words):
    assert in_words(seconds) == words


def test_working_time_is_told_in_hours():
    assert in_words(24 * 3600, working=True) == "24 h"
