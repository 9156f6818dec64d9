"""The product as a user meets it: started by `config.run`, seen in a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from config.demo.logins import PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])),
    None,
)
# Without these, Chromium talks to its maker's servers at every start.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" not in item.nodeid:
            continue
        # One product for all of them, so they run in one process.
        item.add_marker(pytest.mark.xdist_group("browser"))
        item.add_marker(pytest.mark.browser)
        if not CHROMIUM and not os.environ.get("BROWSER_TESTS"):
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@dataclass
class Product:
    address: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """An empty customer centre with the demo's places and people."""
    var = ROOT / "var" / "browser-test"
    shutil.rmtree(var, ignore_errors=True)
    port = free_port()
    environment = os.environ | {
        "VAR_DIR": str(var),
        "PORT": str(port),
        "DEMO": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "config.run"], cwd=ROOT, env=environment
    )
    started = Product(f"http://127.0.0.1:{port}", environment, process)
    try:
        wait_for(f"{started.address}/accounts/login/", process)
        started.manage("seed_demo", "--people-only")
        yield started
    finally:
        process.terminate()
        process.wait(60)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the product did not start"
        try:
            urlopen(address, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the product did not answer within two minutes")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert CHROMIUM, "Chromium is not installed"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def log_in(product: Product, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A function from a username to a page in that person's own browser."""
    contexts = []

    def enter(username: str, *, locale: str = "en-GB", width: int = 1366) -> Page:
        context = browser.new_context(
            base_url=product.address,
            viewport={"width": width, "height": 768},
            locale=locale,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto("/accounts/login/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("#login-form button")
        page.wait_for_load_state()
        return page

    yield enter
    for context in contexts:
        context.close()
