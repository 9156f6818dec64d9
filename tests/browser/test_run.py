"""`make run`, without the demo: it serves, it stops, it leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.browser.conftest import ROOT, free_port, wait_for


@pytest.fixture
def var():
    path = ROOT / "var" / "run-test"
    shutil.rmtree(path, ignore_errors=True)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def start(var: Path, port: int) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "VAR_DIR": str(var),
        "PORT": str(port),
        "DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "config.run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
    )


def processes_of(var: Path) -> list[str]:
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        try:
            belongs = process.environ().get("VAR_DIR") == str(var)
        except psutil.Error:
            belongs = False
        words = " ".join(process.info["cmdline"] or [])
        if belongs or str(var) in words:
            found.append(words)
    return found


def test_it_serves_until_ctrl_c_and_leaves_no_process_behind(var):
    port = free_port()
    for _ in range(2):  # the second time it finds its database
        process = start(var, port)
        try:
            wait_for(f"http://127.0.0.1:{port}/accounts/login/", process)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.terminate()
        assert processes_of(var) == []


def test_a_port_in_use_is_said_in_one_line(var):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        environment = os.environ | {"VAR_DIR": str(var), "PORT": str(port)}
        done = subprocess.run(
            [sys.executable, "-m", "config.run"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    said = f"Port {port} cannot be used. Choose another: make run PORT=8001\n"
    assert done.stderr == said
