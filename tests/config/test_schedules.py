"""What runs by itself is stored once, and can be found when its time comes."""

import importlib.util

import pytest
from django.core.management import call_command
from django.utils.module_loading import import_string
from django_q.models import Schedule

from config.schedules import SCHEDULES


@pytest.mark.parametrize("path", [values["func"] for values in SCHEDULES.values()])
def test_every_scheduled_function_exists(path):
    module = path.rpartition(".")[0]
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not there yet")
    assert callable(import_string(path))


def test_schedules_are_stored_once_and_mended(db):
    call_command("ensure_schedules", verbosity=0)
    Schedule.objects.filter(name="Sweep clocks").update(minutes=30)
    call_command("ensure_schedules", verbosity=0)
    assert Schedule.objects.count() == len(SCHEDULES)
    assert Schedule.objects.get(name="Sweep clocks").minutes == 1


def test_when_a_schedule_runs_next_is_left_alone(db):
    call_command("ensure_schedules", verbosity=0)
    before = Schedule.objects.get(name="Plan follow-ups").next_run
    call_command("ensure_schedules", verbosity=0)
    assert Schedule.objects.get(name="Plan follow-ups").next_run == before
