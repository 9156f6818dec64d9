"""Rows as a dealer's system sends them: one JSON document, read as a file's table.

    {"day": "2026-11-21", "submit": true, "rows": [{"sale_no": "XS1", ...}, ...]}

Numbers are taken as they are written, as a CSV file has them: 13800138000 is a
telephone number, and 150000.00 keeps its cents.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from crm.models import UploadBatch
from crm.uploads.table import columns
from crm.uploads.table.finding import Table

MAX_ROWS = 5_000
# What a cell of a workbook can hold.
MAX_TEXT = 32_767
# The name, in the storage, of a batch that came as JSON; files of people have none.
ENDING = ".json"
# Of names that are not known, so many are told, each up to so many characters.
SHOWN_NAMES, SHOWN_LENGTH = 20, 60
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_KNOWN = {"day", "submit", "organisation", "rows"}


class RowsError(Exception):
    """What was sent cannot be taken as rows; `code` says why, `params` say where."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Sent:
    day: date | None
    submit: bool
    organisation: str
    rows: list[dict[str, str]]


def read_rows(content: bytes) -> Sent:
    document = _document(content)
    if not isinstance(document, dict):
        raise RowsError("not_an_object")
    if unknown := [name for name in document if name not in _KNOWN]:
        raise RowsError("unknown_fields", fields=shown(unknown))
    rows = document.get("rows")
    if not isinstance(rows, list) or not rows:
        raise RowsError("rows_needed")
    if len(rows) > MAX_ROWS:
        raise RowsError("too_many_rows", limit=MAX_ROWS)
    submit = document.get("submit", True)
    if not isinstance(submit, bool):
        raise RowsError("submit_malformed")
    organisation = document.get("organisation")
    if not isinstance(organisation, str | None):
        raise RowsError("organisation_malformed")
    return Sent(
        read_day(document.get("day")),
        submit,
        organisation or "",
        [_row(number, row) for number, row in enumerate(rows, 1)],
    )


def read_day(sent: object) -> date | None:
    if sent is None or sent == "":
        return None
    try:
        # Python would take weeks and days of the year as well.
        if isinstance(sent, str) and _DAY.fullmatch(sent):
            return date.fromisoformat(sent)
    except ValueError:
        pass
    raise RowsError("day_malformed")


def as_table(
    kind: str, rows: list[dict[str, str]], names: Mapping[str, str] | None = None
) -> Table:
    """The table these rows are, its columns in the order they are first named.

    `names` are those the organisation taught us: normalised header -> column, or "" for
    one that is not used. A needed column that no row names is there, and empty.
    """
    names = names or {}
    header = list(dict.fromkeys(chain.from_iterable(rows)))
    places = _places(kind, header, names)
    used = set(places.values())
    unknown = [
        name
        for index, name in enumerate(header)
        if index not in used and names.get(columns.normalise(name)) != ""
    ]
    if unknown:
        raise RowsError("unknown_fields", fields=shown(unknown))
    for needed in columns.missing(kind, places):
        places[needed.name] = len(header)
        header.append(needed.name)
    return Table(header, places, _cells(header, rows))


def table_of(batch: UploadBatch, names: Mapping[str, str] | None = None) -> Table:
    with batch.file.open() as content:
        return as_table(batch.kind, read_rows(content.read()).rows, names)


def came_as_json(batch: UploadBatch) -> bool:
    return str(batch.file.name).endswith(ENDING)


def _document(content: bytes) -> Any:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RowsError("not_utf8") from error
    try:
        return json.loads(
            text,
            parse_int=str,
            parse_float=str,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise RowsError(
            "malformed", line=error.lineno, character=error.colno
        ) from error
    except RecursionError as error:
        raise RowsError("too_deep") from error


def _no_constant(name: str) -> None:
    raise RowsError("not_a_number", value=name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = {n for n, _value in pairs if n in seen or seen.add(n)}  # type: ignore[func-returns-value]
        raise RowsError("named_twice", fields=shown(sorted(twice)))
    texts = "".join([*made, *(v for v in made.values() if isinstance(v, str))])
    if "\x00" in texts:
        raise RowsError("not_text")
    try:
        # Half of a character, as "\ud83d", can be neither kept nor shown.
        texts.encode()
    except UnicodeEncodeError as error:
        raise RowsError("not_text") from error
    return made


def _row(number: int, sent: object) -> dict[str, str]:
    if not isinstance(sent, dict):
        raise RowsError("row_malformed", row=number)
    row: dict[str, str] = {}
    for name, value in sent.items():
        if value is None:
            row[name] = ""
        elif not isinstance(value, str):
            raise RowsError("value_malformed", row=number, fields=shown([name]))
        elif len(value) > MAX_TEXT:
            raise RowsError(
                "value_too_long", row=number, fields=shown([name]), limit=MAX_TEXT
            )
        else:
            row[name] = value
    return row


def _places(kind: str, header: list[str], names: Mapping[str, str]) -> dict[str, int]:
    """Our own names come before what the organisation taught us and the aliases."""
    known = columns.labels(kind)
    found = {name: index for index, name in enumerate(header) if name in known}
    for index, name in enumerate(header):
        if taught := names.get(columns.normalise(name)):
            found.setdefault(taught, index)
    used = set(found.values())
    rest = ["" if index in used else name for index, name in enumerate(header)]
    return columns.match(kind, rest) | found


def _cells(
    header: list[str], rows: list[dict[str, str]]
) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, 1):
        yield number, [row.get(name, "") for name in header]


def shown(names: list[str]) -> list[str]:
    """The names as far as an answer repeats them."""
    return [name[:SHOWN_LENGTH] for name in names[:SHOWN_NAMES]]
