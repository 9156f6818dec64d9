"""For a file whose columns nobody knows: what each of them may be, with samples."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher

from crm.models import UploadBatch
from crm.uploads.checking import cells as parsers
from crm.uploads.problems import FileError
from crm.uploads.reading.process import Head, Workbook
from crm.uploads.reading.sheets import Cells
from crm.uploads.table import columns
from crm.uploads.table.headers import (
    MAX_COLUMNS,
    Names,
    Place,
    first_rows,
    likely_headers,
    place_of,
)

SAMPLES = 5
# How much of two names must be the same for one to stand for the other.
ALIKE = 0.75


@dataclass(frozen=True)
class Guess:
    """A column of the file; `key` is its header as ColumnName keeps it.

    `column` is what it seems to be, "" when it seems to be nothing we use; `basis`
    says why: "name", "alike" (a name near it), "content", or "".
    """

    index: int
    header: str
    key: str
    samples: list[str]
    column: str
    basis: str


@dataclass(frozen=True)
class Peek:
    """The likeliest header: of which sheet, in which line, and its columns."""

    sheet: str
    line: int
    columns: list[Guess]


def peek(workbook: Workbook, kind: str, names: Names | None = None) -> Peek:
    """What the page for matching columns shows; FileError when there is nothing."""
    place = _likeliest(workbook, kind, names or {})
    sheet = workbook.sheets[place.index]
    below = [cells for line, cells in sheet.rows if line > place.line]
    header = [cell.strip() for cell in place.header[:MAX_COLUMNS]]
    samples = [_samples(below, at) for at in range(len(header))]
    # One slip among many of the same day is not one of two.
    held = [_texts(below, at) for at in range(len(header))]
    proposed = _proposed(kind, header, held, place.found, names or {})
    guesses = [
        Guess(at, text, columns.key(text, at), samples[at], *proposed.get(at, ("", "")))
        for at, text in enumerate(header)
        if text or samples[at]
    ]
    return Peek(sheet.name, place.line, guesses)


def _likeliest(workbook: Workbook, kind: str, names: Names) -> Place:
    places = likely_headers(workbook, kind, names)
    if not places:
        raise FileError("empty")
    named = max(places, key=lambda place: len(place.found))
    if len(named.found) >= 2:
        return named
    best: tuple[float, Place] | None = None
    for place in places:
        sheet = workbook.sheets[place.index]
        for at, (line, cells) in enumerate(first_rows(sheet)):
            likeness = _header_likeness(sheet, at) + sheet.is_visible
            if best is None or likeness > best[0]:
                row = place_of(workbook, place.index, kind, names, line, cells)
                best = likeness, row
    return best[1] if best else named


def _header_likeness(sheet: Head, at: int) -> float:
    """Well filled, of different words, over rows that are filled alike."""
    rows = [cells for _, cells in first_rows(sheet)]
    texts = [cell.strip() for cell in rows[at] if cell.strip()]
    widest = max(sum(1 for cell in cells if cell.strip()) for cells in rows)
    words = [text for text in texts if not re.search(r"\d{3}", text)]
    filled = len(texts) / widest
    distinct = len(set(texts)) / len(texts)
    below = rows[at + 1 : at + 4]
    alike = [
        min(1.0, sum(1 for cell in cells if cell.strip()) / len(texts))
        for cells in below
    ]
    followed = sum(alike) / len(alike) if alike else 0.0
    is_table = len(texts) > 1
    return (
        (2 * filled + 2 * len(words) / len(texts) + distinct + followed) * is_table
        # Of two rows as good as each other the upper one.
        - at / 100
    )


def _samples(rows: list[Cells], at: int) -> list[str]:
    return list(dict.fromkeys(_texts(rows, at)))[:SAMPLES]


def _texts(rows: list[Cells], at: int) -> list[str]:
    texts = (cells[at].strip() for cells in rows if at < len(cells))
    return list(filter(None, texts))


def _proposed(
    kind: str,
    header: Cells,
    held: list[list[str]],
    found: dict[str, int],
    names: Names,
) -> dict[int, tuple[str, str]]:
    """Index -> (column, why); each column once, the surest ways first."""
    proposed = {at: (name, "name") for name, at in found.items()}
    taken = set(found)
    unused = {
        at
        for at, text in enumerate(header)
        if names.get(columns.key(text, at)) == "" and at not in proposed
    }
    free = [
        at for at in range(len(header)) if at not in proposed | dict.fromkeys(unused)
    ]
    near = [
        (_alike(text, alias), -rank, at, column.name)
        for at in free
        if (text := columns.normalise(header[at]))
        for rank, column in enumerate(columns.COLUMNS[kind])
        if column.name not in taken and _may_hold(column.name, held[at])
        for alias in column.aliases
    ]
    for likeness, _, at, name in sorted(near, reverse=True):
        if likeness < ALIKE:
            break
        if at not in proposed and name not in taken:
            proposed[at] = name, "alike"
            taken.add(name)
    for name, looks_right in LOOKS[kind].items():
        if name in taken:
            continue
        for at in free:
            if at not in proposed and held[at] and looks_right(held[at]):
                proposed[at] = name, "content"
                taken.add(name)
                break
    return proposed


def _alike(text: str, alias: str) -> float:
    if len(alias) >= 2 and (alias in text or text in alias) and len(text) >= 2:
        return 0.8 + 0.2 * min(len(text), len(alias)) / max(len(text), len(alias))
    return SequenceMatcher(None, text, alias).ratio()


# --- By content -----------------------------------------------------------------------


def _parsed_by(parse: parsers.Parser) -> Callable[[str], bool]:
    def is_one(text: str) -> bool:
        try:
            return bool(parse(text))
        except parsers.CellError:
            return False

    return is_one


def _mostly(is_one: Callable[[str], bool]) -> Callable[[list[str]], bool]:
    return lambda held: sum(map(is_one, held)) * 3 >= len(held) * 2


def _matching(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text, re.IGNORECASE) is not None


_IS_DATE = _parsed_by(parsers.date)
_VIN = _mostly(_parsed_by(parsers.vin))
_PHONE = _mostly(_parsed_by(parsers.phone))
_DATE = _mostly(lambda text: _IS_DATE(text) and not text.isdigit())
_PRICE = _mostly(
    _matching(r"[¥￥]?\s*\d{1,3}(?:,?\d{3})+(?:\.\d+)?元?|\d+(?:\.\d+)?万")
)
_NAME = _mostly(_matching(r"[\u4e00-\u9fff·]{2,4}|.{2,30}(?:公司|集团|厂)"))
_IDENTITY = _mostly(_matching(r"\d{17}[\dx]"))
_PLATE = _mostly(_matching(r"[\u4e00-\u9fff][A-Z][·\s-]?[A-Z0-9]{5,6}"))
_NUMBER = _mostly(_matching(r"(?=.*\d)[A-Z0-9][A-Z0-9/_-]{4,29}"))
_MILEAGE = _mostly(_matching(r"\d{1,6}(?:\s*(?:km|公里))?"))
_REPAIR_KIND = _mostly(_parsed_by(parsers.repair_kind))

# In the order they are looked for: what is told apart most surely comes first.
LOOKS: dict[str, dict[str, Callable[[list[str]], bool]]] = {
    UploadBatch.Kind.SALES: {
        "vin": _VIN,
        "id_number": _IDENTITY,
        "phone": _PHONE,
        "invoiced_on": _DATE,
        "delivered_on": _DATE,
        "price": _PRICE,
        "buyer": _NAME,
        "sale_no": _NUMBER,
    },
    UploadBatch.Kind.REPAIRS: {
        "vin": _VIN,
        "plate": _PLATE,
        "phone": _PHONE,
        "kind": _REPAIR_KIND,
        "in_at": _DATE,
        "out_at": _DATE,
        "customer": _NAME,
        "order_no": _NUMBER,
        "mileage": _MILEAGE,
    },
}
# What a column of these must hold, whatever it is called.
_STRICT = {"vin": _VIN, "phone": _PHONE}
_DAYS = {"invoiced_on", "delivered_on", "in_at", "out_at"}
# What is in words is no number and no day: 通讯 may be short for an address or a phone.
_WORDS = {
    "buyer", "gender", "province", "city", "address", "model", "colour", "salesperson",
    "customer", "kind", "statement", "work", "parts", "adviser",
}  # fmt: skip


def _may_hold(name: str, held: list[str]) -> bool:
    if not held:
        return True
    if name in _DAYS:
        return _mostly(_IS_DATE)(held)
    if name in _WORDS:
        return not (_VIN(held) or _PHONE(held) or _DATE(held))
    looks_right = _STRICT.get(name)
    return looks_right is None or looks_right(held)
