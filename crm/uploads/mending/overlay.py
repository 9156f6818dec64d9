"""Mended rows laid over those of the file they were refused in.

Nothing here knows the database: a batch is read again from its file with what came
back laid over it in order, as often as need be.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from crm.uploads.exports import unguarded
from crm.uploads.mending.marks import Mark
from crm.uploads.table.columns import normalise

Cells = list[str]
NumberedRows = Iterable[tuple[int, Cells]]
NumberedRow = tuple[int | None, Cells]

# What a cell of a workbook can hold.
LONGEST = 32_767
_LINE_ENDS = re.compile(r"\r\n?")


@dataclass
class Mended:
    """Rows as they came back: each with its number in the batch, if it kept one.

    `changed` are the numbers of the rows this file brought something new for, and
    `accepted` is how many of them nothing is wrong with now.
    """

    header: Cells
    rows: list[NumberedRow]
    changed: set[int] = field(default_factory=set)
    accepted: int = 0


def mended_rows(header: Cells, rows: NumberedRows, mark: Mark) -> Mended:
    """A file of refused rows without what was added to them on their way out."""
    taken = Mended(without(header, mark), [])
    for _line, cells in rows:
        sent = cells[mark.number_at] if mark.number_at is not None else ""
        taken.rows.append((row_number(sent), without(cells, mark)))
    return taken


def without(cells: Sequence[str], mark: Mark) -> Cells:
    """The cells of the columns that were sent, as they were before they were marked."""
    kept = [cell for at, cell in enumerate(cells) if at not in mark.added]
    return [unguarded(cell) for cell in kept] if mark.is_guarded else kept


def row_number(text: str) -> int | None:
    """Of what a spreadsheet program made of it: 12, 12.0 or nothing."""
    whole = text.strip().removesuffix(".0")
    is_number = whole.isascii() and whole.isdecimal() and len(whole) < 10
    return int(whole) or None if is_number else None


class Overlay:
    """What the rows of a file are once those that came back are laid over them.

    A row takes the place of the one with its number; a later file's counts, unless
    its row is still as it was sent first. A row without a number, or with one the
    file has not, is added below under a new number; so is the second row of a file
    with the same number, which was copied with the row.
    """

    def __init__(self, header: Sequence[str], files: Sequence[Mended]) -> None:
        self.width = len(header)
        self.header = list(header)
        self.files = files
        for mended in files:
            mended.rows = _each_number_once(mended.rows)
        # For each file: where each column of the header is in it.
        self.plans = [self._plan(mended.header) for mended in files]
        self.by_number: dict[int, list[tuple[int, Cells]]] = {}
        for at, mended in enumerate(files):
            for number, cells in mended.rows:
                if number is not None:
                    self.by_number.setdefault(number, []).append((at, cells))

    def over(self, rows: NumberedRows) -> Iterator[tuple[int, Cells]]:
        more = [""] * (len(self.header) - self.width)
        last = 0
        # Once the rows are through, what is left has a number they have not.
        for number, sent in rows:
            cells = [*sent[: self.width], *more, *sent[self.width :]] if more else sent
            last = max(last, number)
            if versions := self.by_number.pop(number, None):
                cells = self._latest(number, cells, versions)
            yield number, cells
        yield from self._added(last)

    def count(self, number: int, *, is_accepted: bool) -> None:
        for mended in self.files:
            mended.accepted += is_accepted and number in mended.changed

    def _latest(
        self, number: int, sent: Cells, versions: list[tuple[int, Cells]]
    ) -> Cells:
        latest = sent
        for at, cells in versions:
            laid = self._laid(at, cells, sent)
            if laid != sent:
                if laid != latest:
                    self.files[at].changed.add(number)
                latest = laid
        return latest

    def _added(self, last: int) -> Iterator[tuple[int, Cells]]:
        blank = [""] * len(self.header)
        added: dict[int, Cells] = {}
        # The new number of those that came with one the file has not.
        renumbered: dict[int | None, int] = {}
        known: set[tuple[str, ...]] = set()
        for at, mended in enumerate(self.files):
            carried = {number for number, _cells in mended.rows}
            for sent_as, cells in mended.rows:
                if sent_as is not None and sent_as not in self.by_number:
                    continue
                laid = self._laid(at, cells, blank)
                # The same row in a file that was saved once more is no second row.
                if laid == blank or tuple(laid) in known:
                    continue
                known.add(tuple(laid))
                number = sent_as if sent_as in added else renumbered.get(sent_as)
                if number is None:
                    # Not one that means another row of this very file.
                    number = next(
                        n for n in itertools.count(last + 1) if n not in carried
                    )
                    last = number
                    if sent_as is not None:
                        renumbered[sent_as] = number
                added[number] = laid
                mended.changed.add(number)
        yield from added.items()

    def _laid(self, at: int, cells: Cells, sent: Cells) -> Cells:
        """The row in the columns of the batch; what is unchanged stays as it was."""
        plan = self.plans[at]
        laid = list(sent)
        for place, source in enumerate(plan):
            if source is not None and not _same(cells[source], sent[place]):
                laid[place] = cells[source]
        return laid

    def _plan(self, header: Cells) -> list[int | None]:
        """Where each column of the batch is in a file whose columns were moved.

        A known column that was added to the workbook is added to the batch.
        """
        plan: list[int | None] = [None] * len(self.header)
        left = dict(enumerate(header))
        for clean in (str.strip, normalise):
            sources = _by_occurrence({at: clean(left[at]) for at in left})
            wanted = {
                at: clean(self.header[at])
                for at in range(len(plan))
                if plan[at] is None
            }
            for name, place in _by_occurrence(wanted).items():
                source = sources.get(name)
                if source is not None:
                    plan[place] = source
                    del left[source]
        for at, added in left.items():
            if added.strip():
                self.header.append(added.strip())
                plan.append(at)
        return plan


def _each_number_once(rows: list[NumberedRow]) -> list[NumberedRow]:
    """The first row keeps a number that was copied; a mere double of it is no row."""
    first: dict[int, Cells] = {}
    each: list[NumberedRow] = []
    for number, cells in rows:
        if number is None or number not in first:
            each.append((number, cells))
        elif cells != first[number]:
            each.append((None, cells))
        if number is not None:
            first.setdefault(number, cells)
    return each


def _by_occurrence(names: dict[int, str]) -> dict[tuple[str, int], int]:
    """Where each name stands; of the same name the first, the second and so on."""
    seen: Counter[str] = Counter()
    places = {}
    for at, name in names.items():
        places[name, seen[name]] = at
        seen[name] += 1
    return places


def _same(mended: str, sent: str) -> bool:
    """Whether a cell came back as it went out, whatever programs did to its ends."""
    return mended == sent or _plain(mended) == _plain(sent[:LONGEST])


def _plain(text: str) -> str:
    return _LINE_ENDS.sub("\n", text).strip()
