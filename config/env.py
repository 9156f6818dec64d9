"""Typed readers for environment variables.

Each reader also honours NAME_FILE, the path of a file that holds the value, so that
secrets can be mounted instead of exported.
"""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    path = os.environ.get(f"{name}_FILE")
    if path:
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def boolean(name: str, *, default: bool) -> bool:
    value = text(name, str(default)).strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def integer(name: str, *, default: int) -> int:
    value = text(name, str(default)).strip()
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} must be a whole number, not {value!r}."
        ) from error


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def rate(name: str, default: str) -> str:
    """So many in a second, minute, hour or day: 60/min."""
    value = text(name, default).strip().lower()
    if not re.fullmatch(r"[1-9]\d*/(?:s|sec|m|min|h|hour|d|day)", value):
        raise ImproperlyConfigured(f"{name} must be like 60/min, not {value!r}.")
    return value
