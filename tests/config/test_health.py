from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import Success


@pytest.fixture
def finished(db):
    """A task that a worker finished that long ago."""

    def make(ago: timedelta) -> None:
        at = timezone.now() - ago
        Success.objects.create(
            id="a" * 32,
            name="sweep",
            func="standards.tasks.sweep",
            started=at,
            stopped=at,
            success=True,
        )

    return make


def test_well_while_a_worker_finishes_tasks(finished):
    finished(timedelta(minutes=1))
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "up", "worker": "up"}


def test_unwell_when_no_worker_has_finished_anything_for_long(finished):
    finished(timedelta(minutes=6))
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "up", "worker": "down"}


def test_unwell_when_there_never_was_a_worker(db):
    assert Client().get("/healthz").status_code == 503
