"""A workbook's values as a person would type them."""

import datetime as dt
import math


def cell_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, dt.datetime):
        return _moment_text(value)
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "" if value is None else str(value)


def number_text(value: float) -> str:
    """With the fifteen digits that spreadsheet programs keep and show."""
    if not math.isfinite(value):
        return ""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def _moment_text(value: dt.datetime) -> str:
    # A day's fraction is never exact: 16:06 comes as 16:05:59.999.
    if value.microsecond >= 500_000 and value.year < 9999:
        value += dt.timedelta(seconds=1)
    if value.time().replace(microsecond=0) == dt.time():
        return f"{value:%Y-%m-%d}"
    return value.replace(microsecond=0).isoformat(" ")
