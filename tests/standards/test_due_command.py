"""`manage.py due` prints when something is due, and why."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def due(*options: str) -> dict:
    out = StringIO()
    call_command("due", *options, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize(
    ("calendar", "start", "length", "expected"),
    [
        ("office", "2025-09-30T16:30", "--working-seconds=7200", "2025-10-09T09:30"),
        ("office", "2026-02-12T10:00", "--working-days=7", "2026-02-28T17:30"),
        ("office", "2025-12-31T17:00", "--working-days=1", "2026-01-04T17:30"),
        ("service", "2025-10-01T19:30", "--working-seconds=3600", "2025-10-02T08:30"),
        ("always", "2025-09-30T23:59", "--seconds=120", "2025-10-01T00:01"),
        ("always", "2025-09-30T12:00", "--working-days=1", "2025-10-02T00:00"),
        ("office", "2025-09-30T08:30Z", "--seconds=60", "2025-09-30T16:31"),
    ],
)
def test_due_times(calendar, start, length, expected):
    answer = due("--calendar", calendar, "--start", start, length)
    assert answer["due"] == f"{expected}:00+08:00"
    assert answer["why"]


def test_the_answer_lists_what_was_counted_and_skipped():
    answer = due("--calendar=office", "--start=2025-10-10T17:00", "--working-days=2")
    assert answer["why"] == [
        {
            "skipped": False,
            "from": "2025-10-11T08:30:00+08:00",
            "to": "2025-10-11T17:30:00+08:00",
            "day": 1,
            "reason": "make-up workday",
            "name": "National Day",
        },
        {
            "skipped": True,
            "from": "2025-10-12",
            "to": "2025-10-12",
            "reason": "no working hours",
        },
        {
            "skipped": False,
            "from": "2025-10-13T08:30:00+08:00",
            "to": "2025-10-13T17:30:00+08:00",
            "day": 2,
        },
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--calendar=no", "--start=2025-01-01", "--seconds=1"), "there are: office"),
        (("--calendar=office", "--start=soon", "--seconds=1"), "is not a time"),
        (("--calendar=office", "--start=2025-01-01", "--seconds=-1"), "0 or more"),
        (("--calendar=office", "--start=2025-01-01", "--working-days=-1"), "0 or more"),
        (
            ("--calendar=office", "--start=2025-01-01", f"--seconds={10**15}"),
            "within reason",
        ),
        (
            ("--calendar=office", "--start=2025-01-01", "--working-days=9999999"),
            "not so much working time",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(options, message):
    with pytest.raises(CommandError, match=message):
        due(*options)
