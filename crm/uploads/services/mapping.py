"""Which column of a file is what: asked once, known ever after for its sender."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import log_action
from accounts.text import listed
from crm.models import ColumnName, UploadBatch
from crm.uploads.problems import FileError
from crm.uploads.services.life import facts, locked, move, queue_work
from crm.uploads.table import columns
from crm.uploads.table.proposals import SAMPLES, Guess, Peek

Status = UploadBatch.Status

# Read rows may turn out to have been read wrongly; handed in, they are the branch's.
MATCHABLE = {Status.MAPPING, Status.CHECKED}
# A header as long as this names nothing.
LONGEST_HEADER = 200
LONGEST_SHOWN = 300
# Where samples are looked for in a batch that was read.
LOOKED_AT = 50
NAMED_AT_MOST = 20


@dataclass(frozen=True)
class FileColumn(Guess):
    """A column of a file; `hindrance` says why it cannot be chosen, if so."""

    hindrance: str = ""

    @property
    def letter(self) -> str:
        """As spreadsheet programs name it: A, B, … Z, AA."""
        name, left = "", self.index + 1
        while left:
            left, at = divmod(left - 1, 26)
            name = chr(ord("A") + at) + name
        return name


@dataclass(frozen=True)
class Layout:
    """Where the names of a file's columns were found; no line where nobody knows."""

    sheet: str
    line: int | None
    columns: list[FileColumn]


def unmatched(error: FileError, seen: Peek) -> FileError:
    """The error with what the page needs to ask for the columns."""
    found = [
        replace(
            guess,
            header=_storable(guess.header),
            key=_storable(guess.key),
            samples=[_storable(sample) for sample in guess.samples],
        )
        for guess in seen.columns
    ]
    unknown = [guess.header[:40] for guess in found if guess.basis != "name"]
    if error.code == "no_header":
        # What is taken for the header may well be a row with somebody's number.
        unknown = []
    return FileError(
        str(error.code),
        **error.params_given,
        unknown=list(filter(None, unknown))[:NAMED_AT_MOST],
        peek=asdict(replace(seen, columns=found)),
    )


def layout_of(batch: UploadBatch) -> Layout:
    """As it was peeked at when it could not be read, else as it was read."""
    seen = (batch.refusal or {}).get("params", {}).get("peek")
    if seen:
        found = [Guess(**column) for column in seen["columns"]]
        return Layout(seen["sheet"], seen["line"], _choosable(found))
    names = {at: name for name, at in columns.places_of(batch).items()}
    rows = [row.cells for row in batch.rows.all()[:LOOKED_AT]]
    found = [
        Guess(
            index=at,
            header=header,
            key=columns.key(header, at),
            samples=_samples(cells[at] for cells in rows if at < len(cells)),
            column=names.get(at, ""),
            basis="name" if at in names else "",
        )
        for at, header in enumerate(batch.columns)
    ]
    shown = [column for column in found if column.header or column.samples]
    return Layout(batch.sheet, None, _choosable(shown))


def still_lacking(kind: str, names: dict[str, str]) -> list[columns.Column]:
    """The needed columns that none of these is."""
    return columns.missing(kind, dict.fromkeys(names.values(), 0))


def chosen_twice(names: dict[str, str]) -> list[str]:
    counts = Counter(name for name in names.values() if name)
    return [name for name, count in counts.items() if count > 1]


@transaction.atomic
def match_columns(
    batch: UploadBatch, *, by: User | None, names: dict[str, str]
) -> UploadBatch:
    """Keep what the columns are for the organisation, and read the file with that.

    `names` is {key of a column of the file: what it is, "" when it is not used}.
    """
    batch = locked(batch.pk)
    if batch.status not in MATCHABLE:
        move(batch, Status.MAPPING)
    _check(batch, names)
    kept = [
        ColumnName(
            organisation_id=batch.organisation_id,
            kind=batch.kind,
            header=key,
            column=name,
        )
        # In order, so that two at once do not wait for each other's rows.
        for key, name in sorted(names.items())
    ]
    ColumnName.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["organisation", "kind", "header"],
        update_fields=["column"],
    )
    move(batch, Status.RECEIVED)
    batch.save(update_fields=["status"])
    log_action(by, "upload.matched", batch, facts(batch))
    queue_work(batch)
    return batch


def _check(batch: UploadBatch, names: dict[str, str]) -> None:
    labels = columns.labels(batch.kind)
    choosable = {c.key for c in layout_of(batch).columns if not c.hindrance}
    if not (names.keys() <= choosable and set(names.values()) <= {"", *labels}):
        raise ValidationError(_("These are not the columns of this file."))
    errors = []
    if twice := chosen_twice(names):
        shown = listed(labels[name] for name in twice)
        errors.append(
            _("Chosen for more than one column: %(names)s.") % {"names": shown}
        )
    if lacking := still_lacking(batch.kind, names):
        shown = listed(column.label for column in lacking)
        errors.append(_("Still lacking: %(names)s.") % {"names": shown})
    if errors:
        raise ValidationError(errors)


def _choosable(found: list[Guess]) -> list[FileColumn]:
    first: dict[str, Guess] = {}
    marked = []
    for guess in found:
        hindrance = ""
        if len(guess.key) > LONGEST_HEADER:
            hindrance = _("Its name is too long.")
        elif guess.key in first:
            at = FileColumn(**asdict(first[guess.key])).letter
            hindrance = _("Column %(letter)s has the same name.") % {"letter": at}
        first.setdefault(guess.key, guess)
        known: dict[str, Any] = asdict(guess)
        if hindrance:
            known["column"] = ""
        marked.append(FileColumn(**known, hindrance=hindrance))
    return marked


def _storable(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:LONGEST_SHOWN]


def _samples(cells: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(_storable, cells))))[:SAMPLES]
