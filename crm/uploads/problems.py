"""What can be wrong with a file, a row or a cell, in plain words.

Rows keep codes; the words are made when they are read, in the reader's language.
"""

from functools import cache
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.text import listed
from crm.uploads.table import columns

# What was handed in by somebody whose files the reader does not see.
HIDDEN = "***"

# A file that is refused whole. Words in {braces} come from the problem's params.
FILES: dict[str, Any] = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than {limit} MB. Split it into smaller files."),
    "not_a_spreadsheet": _(
        "This is not a spreadsheet. Send an Excel workbook (.xlsx) or a CSV file."
    ),
    "picture": _(
        "This is a picture or a PDF, from which no rows can be read. Send the workbook "
        "or CSV file it was made from."
    ),
    "archive": _(
        "This is an archive, not a spreadsheet. Unpack it and send the file in it."
    ),
    "web_page": _(
        "This is a web page without a table of rows. Open it in Excel or WPS and save "
        "it as .xlsx."
    ),
    "other_format": _(
        "{format} files are not read. Open it in Excel or WPS and save it as .xlsx or "
        ".csv."
    ),
    "broken_text": _(
        "Some characters of the file cannot be read, the first in line {line}. Open "
        "what it was made from in Excel or WPS and save that as .xlsx."
    ),
    "endless_row": _(
        "The row in line {line} has no end: a quotation mark is opened and not closed, "
        "or the lines are not parted. Mend that line, or save the file as .xlsx."
    ),
    "password": _(
        "The file is protected by a password. Save it without one and send it again."
    ),
    "damaged": _(
        "The file is damaged and cannot be read. Open it in Excel or WPS, save it anew "
        "and send that."
    ),
    "too_slow": _(
        "Reading the file took too long, so it was given up. Copy the table alone into "
        "a new workbook and send that."
    ),
    "too_much_memory": _(
        "The file needs more memory than a daily report may take. Delete what is "
        "outside the table, or save it as CSV, and send that."
    ),
    "reader_failed": _(
        "The file could not be read: something in it is not as it should be. Open it "
        "in Excel or WPS, save it anew and send that."
    ),
    "too_many_sheets": _(
        "The workbook has more than {limit} sheets. Send the one with the table alone."
    ),
    "bomb": _(
        "The file unpacks to far more than a daily report can hold, so it was not "
        "opened. Copy the table alone into a new workbook and send that."
    ),
    "too_spread": _(
        "The sheet has cells filled in far away from each other, over more rows and "
        "columns than can be read. Delete what is outside the table."
    ),
    "too_wide": _(
        "The table has more than {limit} columns. Delete the columns a daily report "
        "does not need and send it again."
    ),
    "too_many_rows": _("The file has more than {limit} rows. Split it."),
    "no_header": _(
        "No row of known column names was found in the first {rows} rows. Needed: "
        "{columns}."
    ),
    "missing_columns": _("These columns are missing: {columns}."),
    "looks_like_sales": _(
        "This looks like a file of sales, and repairs are handed in here. Choose the "
        "file of repairs."
    ),
    "looks_like_repairs": _(
        "This looks like a file of repairs, and sales are handed in here. Choose the "
        "file of sales."
    ),
    "mostly_wrong": _(
        "Nearly all of the first {count} rows are wrong: a column may have slipped. "
        "Look at the file again and send it anew."
    ),
    "no_rows": _("There are column names but no rows below them."),
    "rest_of_other": _(
        "These are the refused rows of upload {number}, which is not one of yours for "
        "this kind of file. Send them where that one came from."
    ),
    "too_many_mended": _(
        "More than {limit} mended rows would have come back for upload {number}. Leave "
        "in the file only the rows you have mended now, or hand that upload in first."
    ),
    "wrong_kind": _("{organisation} does not hand in {kind}."),
    "inactive": _("{organisation} is not active, so it cannot hand in files."),
}

ERRORS: dict[str, Any] = {
    "missing": _("{column} is empty"),
    "too_long": _("{column} is too long: {value}"),
    "vin_length": _("the VIN does not have 17 characters: {value}"),
    "vin_letters": _("a VIN never holds the letters I, O or Q: {value}"),
    "vin_characters": _("a VIN holds only letters and digits: {value}"),
    "phone_malformed": _("this is not a telephone number: {value}"),
    "phone_no_area_code": _("the area code is missing before the number: {value}"),
    "date_impossible": _("{column} is not a date: {value}"),
    "date_ambiguous": _(
        "{column} can be read as more than one day: {value} (write it as 2026-11-20)"
    ),
    "date_future": _("{column} lies in the future: {value}"),
    "amount_malformed": _("{column} is not an amount: {value}"),
    "amount_negative": _("{column} is below zero: {value}"),
    "number_malformed": _("{column} is not a number: {value}"),
    "kind_unknown": _(
        "unknown repair type: {value} (known: warranty, maintenance, general, "
        "accident, recall)"
    ),
    "out_before_in": _("the car left before it came in: {value}"),
    "duplicate_vin": _("the same VIN is already in row {row} of this file: {value}"),
    "duplicate_number": _(
        "the same {column} is already in row {row} of this file: {value}"
    ),
    "returned": _("sent back by the branch: {value}"),
}

WARNINGS: dict[str, Any] = {
    "vin_check_digit": _("the VIN's check digit is wrong, look at it again: {value}"),
    "price_zero": _("the price is 0"),
    "price_odd": _("the price is unusual: {value}"),
    "delivered_before_invoiced": _("delivered before it was invoiced: {value}"),
    "phone_shared": _("other buyers in this file have the same number: {value}"),
    "known_twice": _(
        "{value} is known as several customers; the likely one is taken, merge them"
    ),
    "will_update": _("{value} was handed in before; it will be changed"),
    "sold_before": _("this car was sold before, under number {value}"),
    "mileage_fell": _("the mileage is lower than at an earlier visit: {value}"),
    "vin_unknown": _("we have no sale of this car: {value}"),
}

# What of a file was not read, though the file was.
NOTES: dict[str, Any] = {
    "sheets_not_read": _(
        "Only one sheet was read. These hold such a table too and were not: {names}."
    ),
}

WORDING = {**ERRORS, **WARNINGS}


# Params of a FileError that hold what stood in the file.
FROM_CELLS = {"unknown", "peek"}


class FileError(ValidationError):
    """The whole file is refused; `code` says why.

    The params are plain JSON: a list `columns` holds names of columns of a `kind`,
    which become labels in the reader's language.
    """

    def __init__(self, code: str, **params: Any) -> None:
        self.params_given = params
        super().__init__(cast("str", _Worded(code, params)), code=code)

    def __str__(self) -> str:
        return str(self.message)

    def as_json(self) -> dict[str, Any]:
        """To be kept; `FileError.from_json` words it again in any language."""
        return {"code": self.code, "params": self.params_given}

    @classmethod
    def from_json(cls, kept: dict[str, Any], *, with_cells: bool = True) -> "FileError":
        """Without cells nothing is repeated that stood in the file."""
        params = kept["params"]
        if not with_cells:
            params = {name: params[name] for name in params.keys() - FROM_CELLS}
        return cls(kept["code"], **params)


class _Worded:
    """A message put into words only when shown, in the language of that moment."""

    def __init__(self, code: str, params: dict[str, Any]) -> None:
        self.code = code
        self.params = params

    def __str__(self) -> str:
        shown = dict(self.params)
        if "columns" in shown:
            labels = columns.labels(shown["kind"])
            shown["columns"] = listed(labels[name] for name in shown["columns"])
        text = str(FILES[self.code]).format_map(shown)
        if unknown := shown.get("unknown"):
            text += " " + _("Not recognised: %(names)s.") % {"names": listed(unknown)}
        return text


def note(kept: dict[str, Any]) -> str:
    """A note in the reader's language."""
    shown = {**kept, "names": listed(kept.get("names", []))}
    return str(NOTES[kept["code"]]).format_map(shown)


def describe(problem: dict[str, Any], kind: str) -> str:
    """One error or warning of a row as a phrase in the reader's language."""
    language = get_language()
    wording = _wording(problem["code"], language)
    label = _label(kind, problem.get("column", ""), language)
    return wording.format_map({"value": "", "row": "", **problem, "column": label})


# A file can have a hundred thousand problems; each wording is looked up once.
@cache
def _wording(code: str, language: str | None) -> str:
    return str(WORDING.get(code, code))


@cache
def _label(kind: str, name: str, language: str | None) -> str:
    return str(columns.labels(kind).get(name, ""))


def describe_all(problems: list[dict[str, Any]], kind: str) -> str:
    return "; ".join(describe(problem, kind) for problem in problems)
