"""Which rows of one file are about the same customer.

A file may have a million rows, so what is remembered of each is some numbers: hashes
instead of texts, and integers that the garbage collector need not look at.
"""

from array import array

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
        self._identities: dict[int, int] = {}

    def find(self, row: int, name: str, phone: str, identity: str) -> tuple[int, int]:
        """The row's customer, and how many names its numbers have in this file.

        The same name and a number in common, or the same identity: the same customer.
        """
        named, person, names = key(name), row, 1
        self._remember(row, named)
        numbers = [key(number) for number in phone.split(" ")]
        for number in numbers:
            first = self._rows.setdefault(number, row)
            if first == row:
                continue
            if self._names[first] == named:
                person = min(person, self._people[first])
            else:
                others = self._others.setdefault(number, {})
                person = min(person, others.setdefault(named, person))
            names = max(names, 1 + len(self._others.get(number, ())))
        if identity:
            person = min(person, self._identities.get(key(identity), person))
            self._identities[key(identity)] = person
        self._people[row] = person
        if person != row:
            self._settle(numbers, named, person)
        return person, names

    def _remember(self, row: int, named: int) -> None:
        missing = row + 1 - len(self._names)
        if missing > 0:
            self._names.frombytes(bytes(8 * missing))
            self._people.frombytes(bytes(8 * missing))
        self._names[row] = named

    def _settle(self, numbers: list[int], named: int, person: int) -> None:
        """All these numbers of that name are this customer's from now on."""
        for number in numbers:
            first = self._rows[number]
            if self._names[first] == named:
                self._people[first] = person
            else:
                self._others[number][named] = person
