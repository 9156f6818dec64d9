"""What scripts rely on: exit code 1 and one line when a command refuses."""

import json

import pytest
from django.core.management import (
    CommandError,
    call_command,
    execute_from_command_line,
)

from accounts.models import User
from config.demo import history
from tests.config.test_demo import forget_the_cast


@pytest.mark.parametrize(
    "arguments",
    [
        ["upload", "sales"],
        ["upload", "flowers", "x.csv", "--organisation", "GZ01"],
        ["due", "--calendar", "office"],
        ["due", "--calendar", "x", "--start", "2025-09-30", "--seconds", "soon"],
        ["plan_followups", "--yesterday"],
        ["sweep_clocks", "--now"],
        ["seed_demo", "--customers", "many"],
    ],
)
def test_wrong_arguments_are_refused_in_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        execute_from_command_line(["manage.py", *arguments])
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert len(said.strip().splitlines()) == 1, said


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [
        ("plan_followups", "--today", "0001-01-02"),
        ("plan_followups", "--today", "9999-12-31"),
        ("plan_followups", "--today", "tomorrow"),
        ("sweep_clocks", "--now", "0001-01-01"),
        ("sweep_clocks", "--now", "9999-12-31T23:59"),
    ],
)
def test_a_day_out_of_reason_is_refused(db, command, option, value):
    with pytest.raises(CommandError, match=value[:8]):
        call_command(command, option, value)


@pytest.mark.parametrize("arguments", [[], ["--people-only"]])
def test_the_demo_keeps_out_of_the_data_of_others(cast, arguments):
    before = User.objects.count()
    with pytest.raises(CommandError, match="not the demo's"):
        call_command("seed_demo", *arguments)
    assert User.objects.count() == before


def test_the_demo_keeps_out_where_there_is_only_an_administrator(db):
    forget_the_cast()
    User.objects.create_superuser("root")
    with pytest.raises(CommandError, match="not the demo's"):
        call_command("seed_demo")


def test_the_demo_answers_with_json_and_is_placed_once(db, capsys):
    forget_the_cast()
    for loaded in (True, False):
        call_command("seed_demo", "--people-only")
        answer = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert answer == {"loaded": loaded, "added": 0, "customers": 0}
    assert history.is_there()
