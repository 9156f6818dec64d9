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
from config.children import Child, stop_all
from config.demo.logins import LOGINS, PASSWORD
from config.keys import kept_secret

PORT = os.environ.get("PORT", "8000")
ADDRESS = f"127.0.0.1:{PORT}"


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


def start_children() -> list[Child]:
    python = sys.executable
    gunicorn = [
        *(python, "-m", "gunicorn", "config.wsgi", "--bind", ADDRESS),
        *("--workers", "2", "--threads", "4", "--log-level", "warning"),
    ]
    return [
        Child("web", gunicorn),
        Child("worker", [python, "manage.py", "qcluster"]),
    ]


def wait_until_served(children: list[Child]) -> None:
    for _ in range(600):
        if any(child.has_ended for child in children):
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


def keep_up(children: list[Child]) -> None:
    """Start again what has ended, the database first; returns when that is no use."""
    while True:
        time.sleep(0.5)
        keep_database()
        for child in children:
            if child.has_ended and not child.start_again():
                say(f"The {child.name} process ends again and again; see above.")
                return


def keep_database() -> None:
    if not settings.LOCAL:
        return
    try:
        if embedded_postgres.keep_running(settings.VAR_DIR / "postgres"):
            say("The database had ended, and was started again.")
    except (subprocess.SubprocessError, AssertionError):  # starting, or cannot
        say("The database does not start; see var/postgres/log. Trying again …")


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
    children: list[Child] = []
    failed = True
    try:
        prepare()
        children = start_children()
        wait_until_served(children)
        greet()
        keep_up(children)
    except KeyboardInterrupt:
        failed = False
        say("\nStopping …")
    except OperationalError as error:
        say(f"The database cannot be used: {error}")
    except CommandError as error:
        say(f"{error} To run without the demo: make run DEMO=0")
    finally:
        # A second Ctrl-C must not cut the stop short and leave a child behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        stop_all(children)
        stop_database()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
