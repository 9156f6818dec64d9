"""The boards count clocks: done, met, missed, running and late, each where it belongs.

The fixture is small enough to count by hand; NOW is Monday 20 October 2025, 15:00.
"""

import json
import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from standards.boards import Figures, Tally, by_day, by_metric, by_type, total
from standards.models import Clock, InteractionType
from tests.factories.standards import ClockFactory

NOW = datetime(2025, 10, 20, 15, tzinfo=ZoneInfo("Asia/Shanghai"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NOW.tzinfo)


@pytest.fixture
def measured(places, monkeypatch):
    """Each clock has two hours."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)

    def clock(started: str, stopped: str | None = None, **options) -> None:
        end = at(stopped) if stopped else None
        ClockFactory(started_at=at(started), stopped_at=end, **options)

    region = {"organisation": places.dealer}
    other = {"organisation": places.other_dealer}
    clock("2025-10-20T09:00", "2025-10-20T10:00", **region)  # met today
    clock("2025-10-20T09:00", "2025-10-20T11:00", **region)  # met to the second
    clock("2025-10-20T09:00", "2025-10-20T11:01", **other)  # missed today
    clock("2025-10-19T23:00", "2025-10-20T00:00", **region)  # midnight is today
    clock("2025-10-19T21:00", "2025-10-19T23:59", **region)  # missed yesterday
    clock("2025-09-21T00:00", "2025-09-21T00:00", **region)  # first of the 30 days
    clock("2025-09-20T20:00", "2025-09-20T23:59", **region)  # the day before: out
    clock("2025-10-20T14:00", **region)  # runs
    clock("2025-10-20T12:00", **region)  # late since 14:00
    clock("2025-10-20T12:00", paused_at=at("2025-10-20T13:00"), **region)  # paused
    clock("2025-10-18T12:00", metric="close", **other)  # late
    clock("2025-10-20T09:00", "2025-10-20T09:30", type="rescue", metric="answer",
          level="", agent=None)  # belongs to no organisation  # fmt: skip
    department = {"organisation": places.department, "escalates_to": places.dealer}
    clock("2025-10-17T09:00", "2025-10-17T10:00", metric="plan", **department)


def test_figures_by_type(measured):
    found = by_type(Clock.objects.all(), NOW)
    assert set(found) == {"complaint", "rescue"}
    complaint = found["complaint"]
    assert complaint.today == Tally(done=4, met=3)
    assert complaint.month == Tally(done=7, met=5)
    assert (complaint.running, complaint.late) == (4, 2)
    assert complaint.goal == 95
    assert complaint.is_on_goal is False
    assert found["rescue"].is_on_goal is True


def test_figures_by_metric_and_level(measured):
    kind = InteractionType.objects.get(code="complaint")
    found = by_metric(Clock.objects.all(), NOW, kind)
    assert found["accept", "general"].month == Tally(done=6, met=4)
    assert found["plan", "general"].month == Tally(done=1, met=1)
    assert found["close", "general"] == Figures(running=1, late=1)


def test_figures_by_day_leave_no_day_out(measured):
    kind = InteractionType.objects.get(code="complaint")
    days = by_day(Clock.objects.all(), NOW, kind)
    assert len(days) == 30
    found = {day: tally for day, tally in days if tally.done}
    assert found == {
        date(2025, 9, 21): Tally(1, 1),
        date(2025, 10, 17): Tally(1, 1),
        date(2025, 10, 19): Tally(1, 0),
        date(2025, 10, 20): Tally(4, 3),
    }


def test_the_total_adds_up(measured):
    whole = total(by_type(Clock.objects.all(), NOW).values())
    assert whole.today == Tally(5, 4)
    assert whole.month == Tally(8, 6)
    assert (whole.running, whole.late, whole.goal) == (4, 2, None)


def test_a_region_counts_its_own_and_what_escalates_to_it(measured, cast):
    found = by_type(Clock.objects.visible_to(cast.regional), NOW)
    assert found["complaint"].month == Tally(done=6, met=5)
    assert found["complaint"].late == 1
    assert set(found) == {"complaint"}


def test_an_outsider_counts_nothing_of_it(measured, cast):
    found = by_type(Clock.objects.visible_to(cast.other_reviewer), NOW)
    assert found["complaint"].month == Tally(done=1, met=0)


def texts(html: str) -> str:
    """What a reader sees, no-break spaces as spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_overview_shows_all_seven_types(measured, cast, logged_in):
    html = logged_in(cast.leader).get("/boards/").content.decode()
    for kind in InteractionType.objects.all():
        assert f"/boards/{kind.code}/" in html
    assert "Complaint 4 3 1 7 5 2 71.4% 95% 4 2" in texts(html)
    assert "Done today 5 Met today 80% Met in 30 days 75%" in texts(html)


def test_the_board_shows_metrics_chart_and_what_is_late(measured, cast, logged_in):
    page = logged_in(cast.leader).get("/boards/complaint/")
    shown = texts(page.content.decode())
    assert "First contact with the customer · General 3 h (Service hours)" in shown
    assert "6 4 2 66.6% 95%" in shown
    data = json.loads(page.context["chart"])
    met, missed = (row["data"] for row in data["datasets"])
    assert (met[-1], missed[-1], missed[-2]) == (3, 1, 1)
    assert len(data["labels"]) == len(met) == len(missed) == 30
    assert escape(page.context["chart"]) in page.content.decode()
    late = [row["over"] for row in page.context["late"]]
    assert late == ["2 d 1 h", "1 h"]


def test_a_board_without_anything_says_what_to_expect(cast, logged_in):
    for path in ("/boards/", "/boards/rescue/"):
        shown = texts(logged_in(cast.leader).get(path).content.decode())
        assert "Nothing" in shown
    assert logged_in(cast.leader).get("/boards/unknown/").status_code == 404


def test_share_is_cut_not_rounded_up(measured, cast, logged_in):
    from desk.boards import percent

    assert percent(99.96) == "99.9%"
    assert percent(100.0) == "100%"
    assert percent(100 * 2 / 3) == "66.6%"
    assert percent(None) == "–"


@pytest.mark.parametrize("path", ["/boards/", "/boards/complaint/"])
def test_ten_late_clocks_take_the_queries_of_one(places, cast, logged_in, path):
    client = logged_in(cast.leader)
    start = datetime.now(tz=NOW.tzinfo) - timedelta(days=3)

    def queries(count: int) -> int:
        for _number in range(count):
            clock = {"organisation": places.dealer, "agent": cast.agent}
            ClockFactory(started_at=start, **clock)
            ClockFactory(started_at=start, stopped_at=start, **clock)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    assert queries(1) == queries(9)
    assert Clock.objects.count() == 20
