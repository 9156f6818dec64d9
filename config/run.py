"""`make run`: everything on one machine, in the foreground, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from config import embedded_postgres, env
from config.demo.logins import LOGINS, PASSWORD
from config.keys import kept_secret

PORT = os.environ.get("PORT", "8000")
ADDRESS = f"127.0.0.1:{PORT}"
STOP_AFTER = 20  # seconds a child has for a graceful stop


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def require_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(PORT)))
        except (OSError, ValueError, OverflowError):
            sys.exit(f"Port {PORT} cannot be used. Choose another: make run PORT=8001")


def prepare() -> None:
    """Database, migrations, schedules, demo: each does nothing when it is done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("HTTPS", "0")
    os.environ.setdefault("ALLOWED_HOSTS", "127.0.0.1,localhost")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    if env.text("DATABASE_URL") and not env.text("SECRET_KEY"):
        key = kept_secret(Path(env.text("VAR_DIR") or "var") / "secret_key")
        os.environ["SECRET_KEY_FILE"] = str(key)

    say("Starting the database …")
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("ensure_schedules", verbosity=0)
    if not settings.LOCAL:
        call_command("collectstatic", verbosity=0, interactive=False)
    if demo_is_wanted():
        say("Loading the demo, the first time only …")
        call_command("seed_demo", verbosity=0)


def demo_is_wanted() -> bool:
    """Its logins have a public password: not for a database of one's own, unasked."""
    return env.boolean("DEMO", default=not env.text("DATABASE_URL"))


def start_children() -> dict[str, subprocess.Popen[bytes]]:
    python = sys.executable
    gunicorn = [
        *(python, "-m", "gunicorn", "config.wsgi", "--bind", ADDRESS),
        *("--workers", "2", "--threads", "4", "--log-level", "warning"),
    ]
    commands = {
        "web": gunicorn,
        "worker": [python, "manage.py", "qcluster"],
    }
    # A session of its own, so that Ctrl-C reaches this process alone, which then stops
    # the children in order.
    return {
        name: subprocess.Popen(command, start_new_session=True)  # noqa: S603
        for name, command in commands.items()
    }


def wait_until_served(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for _ in range(600):
        if any(child.poll() is not None for child in children.values()):
            return
        try:
            urlopen(f"http://{ADDRESS}/accounts/login/", timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return


def greet() -> None:
    say(f"\nServing on http://{ADDRESS}/ - stop with Ctrl-C\n")
    if not demo_is_wanted():
        say(
            "Make the first administrator: .venv/bin/python manage.py createsuperuser\n"
        )
        return
    width = max(len(username) for username, _ in LOGINS)
    for username, role in LOGINS:
        say(f"  {username:<{width}}  {role}")
    say(f"\nThe password of each is: {PASSWORD}\n")


def stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_AFTER
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def stop_database() -> None:
    if settings.configured and settings.LOCAL:
        embedded_postgres.stop(settings.VAR_DIR / "postgres")


def interrupted(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    require_free_port()
    # Also where Ctrl-C is ignored at the start, as it is in a script's background job.
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    children: dict[str, subprocess.Popen[bytes]] = {}
    failed = ""
    try:
        prepare()
        children = start_children()
        wait_until_served(children)
        greet()
        while not failed:
            time.sleep(0.5)
            failed = next((n for n, c in children.items() if c.poll() is not None), "")
        say(f"The {failed} process ended by itself; see its last lines above.")
    except KeyboardInterrupt:
        say("\nStopping …")
    except OperationalError as error:
        failed = "database"
        say(f"The database cannot be used: {error}")
    except CommandError as error:
        failed = "demo"
        say(f"{error} To run without the demo: make run DEMO=0")
    finally:
        # A second Ctrl-C must not cut the stop short and leave a child behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stop(children)
        stop_database()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
