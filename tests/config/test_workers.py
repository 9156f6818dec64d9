import os
import subprocess
import sys

from django.conf import settings

from config.workers import NICENESS

YIELDING = """
import os, django
django.setup()
from django.db import connection
from config.workers import let_pages_go_first
let_pages_go_first()
connection.ensure_connection()
for pid in (0, connection.connection.info.backend_pid):
    print(os.getpriority(os.PRIO_PROCESS, pid))
"""


def test_a_worker_and_its_server_process_yield_to_the_pages():
    done = subprocess.run(
        [sys.executable, "-c", YIELDING],
        check=True,
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    assert done.stdout.split() == [str(min(usual + NICENESS, 19))] * 2
