"""A row's values and what is wrong with it, from the file alone.

What needs the database (sold before, mileage known) is asked for all rows at once in
comparing.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import getitem, itemgetter
from typing import Any

from crm import vins
from crm.models import Customer, UploadBatch
from crm.uploads.checking import cells
from crm.uploads.checking.cells import CellError, Parser
from crm.uploads.checking.people import People, key
from crm.uploads.table.columns import COLUMNS

Problem = dict[str, Any]


@dataclass(slots=True)
class CheckedRow:
    """`person` is the number of the first row that is about the same customer."""

    number: int
    cells: list[str]
    values: list[str]
    person: int = 0
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class Memo(dict[str, str]):
    """What cells came to, kept while the column repeats itself; errors are not."""

    MOST = 5_000

    def __init__(self, parse: Parser) -> None:
        super().__init__({"": ""})
        self.parse = parse

    def __missing__(self, text: str) -> str:
        value = self.parse(text)
        if len(self) < self.MOST:
            self[text] = value
        return value


class Absent(dict[str, str]):
    """For a column that the file does not have: nothing, whatever the cell says."""

    def __missing__(self, text: str) -> str:
        return ""


PARSERS: dict[str, dict[str, Parser]] = {
    UploadBatch.Kind.SALES: {
        "sale_no": cells.number_of_record,
        "buyer": cells.name,
        "gender": cells.gender,
        "phone": cells.phone,
        "id_number": cells.identity,
        "province": cells.text_up_to(50),
        "city": cells.text_up_to(50),
        "address": cells.text_up_to(200),
        "vin": cells.vin,
        "engine_no": cells.text_up_to(40),
        "model": cells.text_up_to(100),
        "colour": cells.text_up_to(60),
        "price": cells.amount,
        "invoice_no": cells.text_up_to(40),
        "invoiced_on": cells.date,
        "delivered_on": cells.date,
        "salesperson": cells.text_up_to(50),
    },
    UploadBatch.Kind.REPAIRS: {
        "order_no": cells.number_of_record,
        "vin": cells.vin,
        "plate": cells.plate,
        "customer": cells.name,
        "phone": cells.phone,
        "kind": cells.repair_kind,
        "in_at": cells.time,
        "out_at": cells.time,
        "mileage": cells.mileage,
        "statement": cells.text_up_to(2000),
        "work": cells.text_up_to(2000),
        "parts": cells.text_up_to(2000),
        "labour_cost": cells.amount,
        "material_cost": cells.amount,
        "total": cells.amount,
        "adviser": cells.text_up_to(50),
    },
}
# What a staged row keeps, in order: the cells, and what follows from them.
FIELDS: dict[str, list[str]] = {
    kind: [*parsers, "customer_kind"] for kind, parsers in PARSERS.items()
}
NAMES: dict[str, str] = {
    UploadBatch.Kind.SALES: "buyer",
    UploadBatch.Kind.REPAIRS: "customer",
}

PERSON, COMPANY = Customer.Kind.PERSON.value, Customer.Kind.COMPANY.value
# An unusual price is asked about, not refused.
LOW_PRICE, HIGH_PRICE = 1_000, 20_000_000
SHARED_BY = 3


class Checker:
    """Checks the rows of one file in order, remembering what came before."""

    def __init__(self, kind: str, places: dict[str, int], today: date) -> None:
        self.kind = kind
        self.places = places
        self.today = today.isoformat()
        self.end_of_today = f"{self.today}T23:59"
        fields = FIELDS[kind]
        self.name_at = fields.index(NAMES[kind])
        self.at = {name: i for i, name in enumerate(fields)}
        # By place among the values: text -> value, and the place in the file.
        self.memos: list[dict[str, str]] = [
            Memo(parse) if name in places else Absent()
            for name, parse in PARSERS[kind].items()
        ]
        self.pick = itemgetter(*(places.get(name, 0) for name in PARSERS[kind]))
        self.required = [
            (self.at[column.name], column.name)
            for column in COLUMNS[kind]
            if column.required
        ]
        # Hash of a number or VIN -> the first accepted row that has it.
        self.numbers: dict[int, int] = {}
        self.vins: dict[int, int] = {}
        self.people = People()
        self.rules = (
            self._check_sale if kind == UploadBatch.Kind.SALES else self._check_repair
        )

    def check(
        self, number: int, sent: list[str], stands: Sequence[Problem] = ()
    ) -> CheckedRow:
        """`stands` is what a person found wrong with the row before."""
        row = CheckedRow(number, sent, [])
        try:
            # Most rows hold no error, and are gone through without a loop in Python.
            row.values = list(map(getitem, self.memos, self.pick(sent)))
        except CellError:
            row.values = self._one_by_one(row)
        values = row.values
        for at, name in self.required:
            if not values[at] and not any(e["column"] == name for e in row.errors):
                row.errors.append(problem("missing", name, ""))
        customer = values[self.name_at]
        values.append(COMPANY if cells.is_company(customer) else PERSON)
        row.errors.extend(stands)
        self.rules(row)
        return row

    def _one_by_one(self, row: CheckedRow) -> list[str]:
        values = []
        texts = self.pick(row.cells)
        for name, memo, text in zip(PARSERS[self.kind], self.memos, texts, strict=True):
            try:
                values.append(memo[text])
            except CellError as error:
                row.errors.append(problem(error.code, name, text))
                values.append("")
        return values

    def _check_sale(self, row: CheckedRow) -> None:
        values, at = row.values, self.at
        vin, number = values[at["vin"]], values[at["sale_no"]]
        invoiced, delivered = values[at["invoiced_on"]], values[at["delivered_on"]]
        if vin and not vins.check_digit_ok(vin):
            row.warnings.append(problem("vin_check_digit", "vin", vin))
        if invoiced > self.today:
            row.errors.append(problem("date_future", "invoiced_on", invoiced))
        if delivered > self.today:
            row.errors.append(problem("date_future", "delivered_on", delivered))
        if delivered and delivered < invoiced:
            row.warnings.append(
                problem("delivered_before_invoiced", "delivered_on", delivered)
            )
        if price := values[at["price"]]:
            self._check_price(row, price)
        self._check_twice(row, "duplicate_number", "sale_no", number, self.numbers)
        self._check_twice(row, "duplicate_vin", "vin", vin, self.vins)
        if not row.errors:
            self.numbers[key(number)] = self.vins[key(vin)] = row.number
            buyer, phone = values[at["buyer"]], values[at["phone"]]
            row.person, names = self.people.find(
                row.number,
                buyer,
                phone,
                values[at["id_number"]],
                is_company=values[-1] == COMPANY,
            )
            if names >= SHARED_BY:
                row.warnings.append(problem("phone_shared", "phone", phone))

    def _check_price(self, row: CheckedRow, price: str) -> None:
        if price == "0.00":
            row.warnings.append(problem("price_zero", "price", price))
        elif not LOW_PRICE <= float(price) <= HIGH_PRICE:
            row.warnings.append(problem("price_odd", "price", price))

    def _check_repair(self, row: CheckedRow) -> None:
        values, at = row.values, self.at
        vin, number = values[at["vin"]], values[at["order_no"]]
        came, left = values[at["in_at"]], values[at["out_at"]]
        if vin and not vins.check_digit_ok(vin):
            row.warnings.append(problem("vin_check_digit", "vin", vin))
        if came > self.end_of_today:
            row.errors.append(problem("date_future", "in_at", came))
        if left > self.end_of_today:
            row.errors.append(problem("date_future", "out_at", left))
        if left and came and self._left_before(row, came, left):
            row.errors.append(problem("out_before_in", "out_at", left))
        self._check_twice(row, "duplicate_number", "order_no", number, self.numbers)
        if not row.errors:
            self.numbers[key(number)] = row.number
            customer, phone = values[at["customer"]], values[at["phone"]]
            if customer and phone:
                is_company = values[-1] == COMPANY
                row.person, _ = self.people.find(
                    row.number, customer, phone, "", is_company=is_company
                )

    def _left_before(self, row: CheckedRow, came: str, left: str) -> bool:
        """A day without an hour is read as that day's end."""
        if left.endswith("T00:00") and left[:10] == came[:10]:
            row.values[self.at["out_at"]] = came
            return False
        return left < came

    def _check_twice(
        self, row: CheckedRow, code: str, name: str, value: str, seen: dict[int, int]
    ) -> None:
        if value and (first := seen.get(key(value))) is not None:
            row.errors.append({**problem(code, name, value), "row": first})


def problem(code: str, column: str, value: str) -> Problem:
    return {"code": code, "column": column, "value": value[:200].replace("\x00", "")}
