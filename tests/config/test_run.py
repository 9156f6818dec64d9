"""`make run`: what it decides before it starts anything."""

import subprocess
import sys

import pytest

from config import embedded_postgres, run


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, True),
        ({"DATABASE_URL": "postgresql://db/x"}, False),
        ({"DATABASE_URL": "postgresql://db/x", "DEMO": "1"}, True),
        ({"DEMO": "0"}, False),
    ],
)
def test_a_database_of_ones_own_gets_no_public_logins(monkeypatch, environment, wanted):
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "DEMO"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run.demo_is_wanted() is wanted


def test_the_address_of_the_database_may_be_in_a_file(monkeypatch, tmp_path):
    path = tmp_path / "url"
    path.write_text("postgresql://db/x\n")
    monkeypatch.delenv("DEMO", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", str(path))
    assert not run.demo_is_wanted()


class Server:
    """What stop() asks of the library's server, without one."""

    system_user = None

    def __init__(self, pids):
        self.pids = pids
        self.global_process_id_list = self
        self._lock = self

    def get(self):
        return self.pids

    def put(self, pids):
        self.pids = pids

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass


@pytest.fixture
def stopped(monkeypatch):
    """Whether stop() stops a server that these processes use."""
    library, calls = embedded_postgres.embedded_postgres, []

    def stop(pids, data):
        monkeypatch.setattr(library, "get_server", lambda _: Server(pids))
        monkeypatch.setattr(library, "pg_ctl", lambda *a, **_: calls.append(a))
        assert embedded_postgres.stop(data) is bool(calls)
        return bool(calls)

    return stop


def test_the_database_is_left_to_another_process_that_uses_it(stopped, tmp_path):
    waiting = "import sys; sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", waiting], stdin=subprocess.PIPE
    ) as other:
        assert not stopped([other.pid], tmp_path)
        other.stdin.close()


def test_a_process_that_was_killed_does_not_keep_the_database_up(stopped, tmp_path):
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
        assert stopped([gone.pid], tmp_path)
