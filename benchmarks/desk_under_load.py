"""What agents notice while a large file is posted: their page times with and without.

The product runs as `make run` runs it, with the demo. BENCH_AGENTS (50) agents work at
the desk over HTTP, each thinking 4 to 12 seconds before the next page: home, search, a
customer's page, the next call taken and put back, now and then a new customer. First
for BENCH_SECONDS (40) with nothing else to do, then while the worker posts a file of
BENCH_DESK_ROWS (100,000) rows.
"""

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from django.conf import settings

from benchmarks._rows import SURNAMES, sale_rows, write_csv

AGENTS = int(os.environ.get("BENCH_AGENTS", "50"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "40"))
ROWS = int(os.environ.get("BENCH_DESK_ROWS", "100000"))
THINKING = (4.0, 12.0)  # seconds
PORT = 8631

SESSIONS = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.auth.models import Group
from accounts.models import User
from accounts.roles import Role
from crm.models import Customer

engine = import_module(settings.SESSION_ENGINE)
model = User.objects.filter(groups__name=Role.AGENT).first()
keys = []
for n in range({agents}):
    user = User(username=f"bench-{{n}}", organisation=model.organisation)
    user.set_unusable_password()
    user.save()
    user.groups.set(model.groups.all())
    session = engine.SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    keys.append(session.session_key)
ids = list(Customer.objects.order_by("-pk").values_list("pk", flat=True)[:500])
print(json.dumps([keys, ids]))
"""
READ = """
from accounts.models import Organisation
from crm.uploads import services
with open("{file}", "rb") as file:
    batch = services.receive_file(
        kind="sales", organisation=Organisation.objects.get(code="GZ01"), by=None,
        file=file, name="sales.csv", queue=False,
    )
batch = services.read_batch(batch.pk)
services.submit_batch(batch, by=None)
print(batch.pk)
"""
POST = """
import time
from crm.models import UploadBatch
from crm.uploads import services
batch = services.approve_batch(UploadBatch.objects.get(pk={batch}), by=None)
start = time.time()
while batch.status == "approved":
    time.sleep(0.1)
    batch.refresh_from_db()
print(time.time() - start, batch.rows_posted)
"""


def run() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, product(Path(folder)) as manage:
        file = Path(folder) / "sales.csv"
        write_csv(file, sale_rows(random.Random(5), ROWS))
        keys, customers = json.loads(manage(SESSIONS.format(agents=AGENTS)))
        batch = int(manage(READ.format(file=file)))
        agents = [Agent(key, customers, seed) for seed, key in enumerate(keys)]
        times: dict[str, list[tuple[str, float]]] = {}
        with at_work(agents):
            time.sleep(THINKING[1])  # until nobody's first page is cold
            times["without"] = pages_while(agents, lambda: time.sleep(SECONDS))
            said: list[str] = []
            times["with"] = pages_while(
                agents, lambda: said.append(manage(POST.format(batch=batch)))
            )
        seconds, posted = said[0].split()
        assert int(posted) == ROWS
        assert not any(agent.failed for agent in agents), agents[0].failed
    without, during = ([t for _page, t in times[name]] for name in ("without", "with"))
    return {
        "agents": AGENTS,
        "thinking_seconds": list(THINKING),
        "rows_posted": ROWS,
        "posting_seconds": round(float(seconds), 1),
        "pages": [len(without), len(during)],
        "median_ms": [round(median(t) * 1000) for t in (without, during)],
        "p95_ms": [round(quantiles(t, n=20)[-1] * 1000) for t in (without, during)],
        "by_page_ms": {
            name: [
                round(median(t for page, t in times[phase] if page == name) * 1000)
                for phase in ("without", "with")
            ]
            for name in sorted({page for page, _t in times["with"]})
        },
        "rises": round(median(during) / median(without), 2),
    }


@contextmanager
def product(folder: Path) -> Iterator[Callable[[str], str]]:
    """`make run`; gives a function that runs code in it and returns its last line."""
    environment = os.environ | {
        "VAR_DIR": str(folder / "var"),
        "PORT": str(PORT),
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "ERROR",
    }
    folder.chmod(0o755)  # the embedded server may run as another user
    quiet = {"cwd": settings.BASE_DIR, "env": environment}
    process = subprocess.Popen(
        [sys.executable, "-m", "config.run"], stdout=subprocess.DEVNULL, **quiet
    )

    def manage(code: str) -> str:
        command = [sys.executable, "manage.py", "shell", "-c", code]
        done = subprocess.run(  # noqa: S603
            command, check=True, stdout=subprocess.PIPE, text=True, **quiet
        )
        return done.stdout.strip().splitlines()[-1]

    try:
        wait_for(f"http://127.0.0.1:{PORT}/accounts/login/", process)
        yield manage
    finally:
        process.terminate()
        process.wait(60)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    while True:
        assert process.poll() is None, "the product did not start"
        try:
            urlopen(address, timeout=5).close()  # noqa: S310 -- our own
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return


class Agent(threading.Thread):
    def __init__(self, key: str, customers: list[int], seed: int) -> None:
        super().__init__(daemon=True)
        self.dice = random.Random(seed)
        self.customers = customers
        self.headers = {"Cookie": f"sessionid={key}; csrftoken={'a' * 32}"}
        self.headers |= {"X-CSRFToken": "a" * 32}
        self.pages: list[tuple[float, str, float]] = []
        self.is_over = threading.Event()
        self.failed = ""

    def run(self) -> None:
        try:
            for page in cycle([self.home, self.search, self.customer, self.next_call]):
                if self.is_over.wait(self.dice.uniform(*THINKING)):
                    return
                page()
                if self.dice.random() < 0.05:
                    self.new_customer()
        except (AssertionError, OSError, http.client.HTTPException) as error:
            self.failed = repr(error)

    def home(self) -> None:
        self.ask("home", "GET", "/desk/")

    def search(self) -> None:
        self.ask("search", "GET", f"/customers/?q={quote(self.dice.choice(SURNAMES))}")

    def customer(self) -> None:
        self.ask("customer", "GET", f"/customers/{self.dice.choice(self.customers)}/")

    def next_call(self) -> None:
        place = self.ask("take", "POST", "/followups/take/")
        self.ask("call", "GET", place)
        if place.strip("/").split("/")[-1].isdigit():
            self.ask("release", "POST", f"{place}release/")

    def new_customer(self) -> None:
        phone = f"139{self.dice.randrange(10**8):08}"
        about = {"name": "王新客", "phone": phone, "kind": "person"}
        self.ask("new customer", "POST", "/customers/new/", urlencode(about))

    def ask(self, page: str, method: str, path: str, body: str = "") -> str:
        """Where the answer leads to, if anywhere."""
        headers = {**self.headers}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        self.pages.append((start, page, time.perf_counter() - start))
        place = answer.getheader("Location", "")
        assert answer.status < 400, (page, answer.status)
        assert "/login/" not in place, page
        return place


@contextmanager
def at_work(agents: list[Agent]) -> Iterator[None]:
    for agent in agents:
        agent.start()
    yield
    for agent in agents:
        agent.is_over.set()
    for agent in agents:
        agent.join()


def pages_while(
    agents: list[Agent], work: Callable[[], Any]
) -> list[tuple[str, float]]:
    """The pages asked for while the work went on, and how long each took."""
    start = time.perf_counter()
    work()
    end = time.perf_counter()
    pages = [page for agent in agents for page in list(agent.pages)]
    return [(name, took) for at, name, took in pages if start <= at <= end]
