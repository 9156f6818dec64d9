"""What runs by itself is stored once, and can be found when its time comes."""

import importlib.util
from datetime import timedelta

import pytest
from axes.models import AccessLog
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from accounts.models import Throttle
from config.schedules import SCHEDULES
from config.tasks import clear_away


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


def test_ended_sessions_and_old_log_ins_do_not_pile_up(db):
    now = timezone.now()
    for key, days in {"ended": -1, "running": 1}.items():
        expires = now + timedelta(days=days)
        Session.objects.create(session_key=key, expire_date=expires)
    for name, days in {"old": 400, "new": 1}.items():
        log = AccessLog.objects.create(username=name)
        AccessLog.objects.filter(pk=log.pk).update(
            attempt_time=now - timedelta(days=days)
        )
    Throttle.objects.create(key="old", free_at=now - timedelta(days=2))
    Throttle.objects.create(key="new", free_at=now)
    clear_away()
    assert Throttle.objects.get().key == "new"
    assert Session.objects.get().session_key == "running"
    assert AccessLog.objects.get().username == "new"
