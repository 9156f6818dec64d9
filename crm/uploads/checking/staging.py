"""Checked rows to the database while the file is still being read.

The rows go by COPY as text made here: the server takes them in on its own processor
while this one reads and checks on.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import md5

from django.db import connection

from crm.models import UploadBatch
from crm.uploads.checking.checker import CheckedRow, Problem
from crm.uploads.planning import tell_planner
from crm.uploads.problems import FileError

_COPY = """
    COPY crm_uploadrow
        (batch_id, number, cells, "values", content, person, effect, errors, warnings)
    FROM STDIN
"""
AT_ONCE = 500
# So many refused rows, and nine in ten, are a file to be refused whole.
HOPELESS = 20_000

_NEEDS_ESCAPE = re.compile(r"[\\\n\r\t\x00]")
# Inside a quoted array element inside a COPY line, both of which escape by backslash.
_IN_ARRAY = str.maketrans(
    {
        "\\": r"\\\\",
        '"': r"\\" + '"',
        "\n": r"\n",
        "\r": r"\r",
        "\t": r"\t",
        "\x00": None,
    }
)


@dataclass
class Counts:
    rows: int = 0
    rejected: int = 0


def stage(
    batch: UploadBatch, rows: Iterable[CheckedRow], report: Callable[[int], None]
) -> Counts:
    """`report` is told now and then how many rows there were so far."""
    counts = Counts()
    lines: list[str] = []
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            counts.rows += 1
            if row.errors:
                counts.rejected += 1
                _check_hope(counts)
            lines.append(_line(batch.pk, row))
            if len(lines) >= AT_ONCE:
                copy.write("".join(lines))
                lines.clear()
                report(counts.rows)
        copy.write("".join(lines))
    tell_planner(counts.rows, "crm_uploadrow (batch_id, number, errors)")
    return counts


_JOIN_PEOPLE = """
    UPDATE crm_uploadrow AS row SET person = joined.person
    FROM unnest(%s::integer[], %s::integer[]) AS joined(was, person)
    WHERE row.batch_id = %s AND row.person = joined.was
"""


def join_people(batch: UploadBatch, same: dict[int, int]) -> None:
    """Give rows staged as somebody else's to whom they turned out to be about."""
    if same:
        with connection.cursor() as cursor:
            cursor.execute(_JOIN_PEOPLE, (list(same), list(same.values()), batch.pk))


def _check_hope(counts: Counts) -> None:
    """Nobody mends so many rows: a column has slipped, or this is another file."""
    if counts.rejected > HOPELESS and counts.rejected * 10 > counts.rows * 9:
        raise FileError("mostly_wrong", count=counts.rejected)


def _line(batch_id: int, row: CheckedRow) -> str:
    values = _array(row.values)
    content = md5(values.encode(), usedforsecurity=False).hexdigest()
    return (
        f"{batch_id}\t{row.number}\t{_array(row.cells)}\t{values}\t{content}\t"
        f"{row.person}\tnew\t{_json(row.errors)}\t{_json(row.warnings)}\n"
    )


def _array(texts: list[str]) -> str:
    joined = '","'.join(texts)
    if joined.count('"') > 2 * (len(texts) - 1) or _NEEDS_ESCAPE.search(joined):
        joined = '","'.join(text.translate(_IN_ARRAY) for text in texts)
    return '{"' + joined + '"}'


def _json(problems: list[Problem]) -> str:
    if not problems:
        return "[]"
    return json.dumps(problems, ensure_ascii=False).replace("\\", "\\\\")
