"""Which rows of one file are about the same customer, by the rule of posting/people.py.

A file may have a million rows, so what is remembered of each is some numbers: hashes
instead of texts, and integers that the garbage collector need not look at.
"""

from array import array

from crm import names
from crm.uploads.posting.people import FULL_NAME

# Two texts of a file of a million with the same hash: once in two million such files.
_BITS = (1 << 60) - 1


def key(text: str) -> int:
    return hash(text) & _BITS


class People:
    """The customers of the rows so far; each goes by the number of its first row."""

    def __init__(self) -> None:
        # A telephone number -> the first row that has it; of that row the name and
        # the customer, by row number.
        self._rows: dict[int, int] = {}
        self._names = array("q")
        self._people = array("q")
        # A number that others have too -> their names -> the customer.
        self._others: dict[int, dict[int, int]] = {}
        # An identity number -> the customer, and back: 0 while none is known.
        self._identities: dict[int, int] = {}
        self._identity_of = array("q")
        # A customer who turned out to be one above -> that one.
        self._joined: dict[int, int] = {}

    def find(
        self, row: int, name: str, phone: str, identity: str, *, is_company: bool
    ) -> tuple[int, int]:
        """The row's customer, and how many names its numbers have in this file.

        The same name and a number in common, or the same identity: the same customer;
        two identities never are. A company's full name does for a number.
        """
        name = names.key(name)
        named, sharing = key(name), 1
        self._remember(row, named)
        known = []
        numbers = [key(number) for number in phone.split(" ")]
        if is_company and len(name) >= FULL_NAME:
            numbers.append(named)
        for number in numbers:
            first = self._rows.setdefault(number, row)
            if first == row:
                continue
            if self._names[first] == named:
                known.append(self._people[first])
            else:
                owner = self._others.setdefault(number, {}).setdefault(named, row)
                if owner != row:
                    known.append(owner)
            sharing = max(sharing, 1 + len(self._others.get(number, ())))
        code = key(identity) if identity else 0
        if code in self._identities:
            known.append(self._identities[code])
        person = self._one_of(known, row, code) if known else row
        self._people[row] = person
        if code:
            self._identities.setdefault(code, person)
            self._identity_of[person] = self._identity_of[person] or code
        if person != row:
            self._settle(numbers, named, row, person)
        return person, sharing

    def same_people(self) -> dict[int, int]:
        """Those found twice -> the first one they are, once all rows are known."""
        return {person: self._first(person) for person in self._joined}

    def _one_of(self, known: list[int], row: int, code: int) -> int:
        """The first of those known who may be meant; the others are the same one."""
        found = sorted({self._first(person) for person in known})
        ids = self._identity_of
        meant = [one for one in found if not code or ids[one] in {0, code}]
        if not meant:
            return row
        first = meant[0]
        for other in meant[1:]:
            codes = {ids[first], ids[other]} - {0}
            if len(codes) < 2:
                self._joined[other] = first
                ids[first] = max(codes, default=0)
        return first

    def _first(self, person: int) -> int:
        while person in self._joined:
            person = self._joined[person]
        return person

    def _remember(self, row: int, named: int) -> None:
        missing = row + 1 - len(self._names)
        if missing > 0:
            self._names.frombytes(bytes(8 * missing))
            self._people.frombytes(bytes(8 * missing))
            self._identity_of.frombytes(bytes(8 * missing))
        self._names[row] = named

    def _settle(self, numbers: list[int], named: int, row: int, person: int) -> None:
        """What was put down as the row's own is the customer's it is about."""
        for number in numbers:
            others = self._others.get(number)
            if others and others.get(named) == row:
                others[named] = person
