"""How often dealer systems may ask: counted for all web processes together."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.cache import caches
from django.db import connection
from django.db.models import F

from accounts.models import Throttle
from accounts.throttles import SharedThrottle
from crm.models import UploadBatch
from tests.cast import the_cast, the_places
from tests.crm.api import System, sale


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def rates(monkeypatch):
    rates = {"rows": "3/hour", "uploads": "2/hour", "polls": "4/hour"}
    monkeypatch.setattr(SharedThrottle, "THROTTLE_RATES", rates)


@pytest.fixture
def dealer(cast):
    return System(cast.clerk)


def later(seconds):
    Throttle.objects.update(free_at=F("free_at") - timedelta(seconds=seconds))


def test_rows_are_taken_so_often_and_no_more(dealer):
    assert [dealer.send_rows([sale()]).status_code for _ in range(3)] == [201] * 3
    answer = dealer.send_rows([sale()])
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert 300 < int(answer.headers["Retry-After"]) <= 600
    assert UploadBatch.objects.count() == 3


def test_who_waits_as_long_as_told_is_taken(dealer):
    for _ in range(3):
        dealer.send_rows([sale()])
    wait = int(dealer.send_rows([sale()]).headers["Retry-After"])
    later(wait)
    assert dealer.send_rows([sale()]).status_code == 201
    assert dealer.send_rows([sale()]).status_code == 429


def test_being_refused_costs_nothing(dealer):
    for _ in range(20):
        answer = dealer.send_rows([sale()])
    assert int(answer.headers["Retry-After"]) <= 600


def test_all_may_be_sent_at_once_again_after_a_quiet_time(dealer):
    for _ in range(2):
        assert [dealer.send_rows([sale()]).status_code for _ in range(4)] == [
            *([201] * 3),
            429,
        ]
        later(2 * 3600)


def test_each_thing_and_each_sender_is_counted_apart(dealer, cast):
    for _ in range(4):
        dealer.send_rows([sale()])
    assert [dealer.send_file().status_code for _ in range(3)] == [202, 202, 429]
    assert [dealer.get("uploads/").status_code for _ in range(5)] == [
        *([200] * 4),
        429,
    ]
    assert System(cast.outsider).send_rows([sale()]).status_code == 201


def test_what_each_process_keeps_for_itself_does_not_matter(dealer):
    """Another web process knows nothing of what this one has in its memory."""
    for _ in range(3):
        dealer.send_rows([sale()])
    caches["default"].clear()
    assert dealer.send_rows([sale()]).status_code == 429


def test_many_at_the_very_same_moment_are_all_counted(real_db):
    dealer = System(the_cast(the_places()).clerk)
    start, statuses = Barrier(8), []

    def ask():
        start.wait()
        statuses.append(dealer.get("uploads/").status_code)
        connection.close()

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 4 + [429] * 4
