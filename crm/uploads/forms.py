from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.models import UploadBatch
from crm.uploads.row_numbers import read_numbers
from crm.uploads.services.mapping import (
    FileColumn,
    Layout,
    chosen_twice,
    still_lacking,
)
from crm.uploads.table import columns

if TYPE_CHECKING:
    from django.forms import BoundField


# Only what a file picker shows first: which format it is, its bytes say.
ENDINGS = ".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.txt,.tsv,.htm,.html,.mht,.mhtml,.xml"


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ENDINGS}),
        error_messages={"empty": _("The file is empty.")},
    )

    day = forms.TypedChoiceField(
        label=_("Day"),
        coerce=date.fromisoformat,
        required=False,
        empty_value=None,
        help_text=_("The day whose sales or repairs these are."),
    )

    def __init__(
        self, *args: Any, days: Sequence[tuple[date, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(day.isoformat(), words) for day, words in days]
        self.fields["day"].choices = choices  # type: ignore[attr-defined]
        self.fields["file"].help_text = _(
            "A workbook of Excel, WPS or LibreOffice, a table saved as a web page, or "
            "a CSV file, of up to %(limit)s MB."
        ) % {"limit": settings.UPLOAD_MAX_BYTES // (1024 * 1024)}


class RowNumbersField(forms.CharField):
    def clean(self, value: Any) -> set[int]:
        return read_numbers(super().clean(value) or "")


class ReturnForm(forms.Form):
    """Rows with a reason; without rows the whole file."""

    reason = forms.CharField(
        label=_("Why it goes back"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    rows = RowNumbersField(
        label=_("Only these rows"),
        required=False,
        max_length=2000,
        help_text=_("As 3, 12-20. The others can still be approved."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TickedField(forms.Field):
    """The numbers of the boxes that were ticked."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> set[int]:
        return {int(v) for v in value or [] if v.isdecimal() and len(v) < 10}


class ReturnRowsForm(forms.Form):
    """Rows that were ticked in their list."""

    reason = forms.CharField(
        label=_("Why the rows go back"), max_length=200, required=False
    )
    row = TickedField(required=False)


def _select(choices: Iterable[tuple[str, Any]]) -> forms.Select:
    return forms.Select(choices=[("", _("All")), *choices])


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class BatchFilter(forms.Form):
    """What nobody can choose finds nothing; it is no mistake to be told of."""

    q = forms.CharField(
        label=_("Dealer, station or file"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "size": 14}),
    )
    status = forms.CharField(
        label=_("Status"), required=False, widget=_select(UploadBatch.Status.choices)
    )
    kind = forms.CharField(
        label=_("Kind"), required=False, widget=_select(UploadBatch.Kind.choices)
    )
    channel = forms.CharField(
        label=_("Came by"), required=False, widget=_select(UploadBatch.Channel.choices)
    )
    day_from = forms.DateField(label=_("Days from"), required=False, widget=_day())
    day_to = forms.DateField(label=_("to"), required=False, widget=_day())


class RowFilter(forms.Form):
    show = forms.ChoiceField(
        choices=[
            (name, name)
            for name in ("all", "refused", "warned", "new", "changed", "unchanged")
        ],
        required=False,
    )
    start = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class ColumnsForm(forms.Form):
    """One choice for each column of a file: what it is, or that it is not used."""

    def __init__(self, *args: Any, kind: str, layout: Layout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.layout = layout
        choices = [
            ("", _("not used")),
            *((c.name, capfirst(c.label)) for c in columns.COLUMNS[kind]),
        ]
        for column in layout.columns:
            if not column.hindrance:
                self.fields[_field(column)] = forms.ChoiceField(
                    label=column.header or column.letter,
                    choices=choices,
                    initial=column.column,
                    required=False,
                    widget=forms.Select(attrs={"aria-label": column.header}),
                )

    def names(self) -> dict[str, str]:
        """{key of a column: what is chosen for it}."""
        return {c.key: self._chosen(c) for c in self.layout.columns if not c.hindrance}

    def rows(self) -> list[tuple[FileColumn, BoundField | None, bool]]:
        """The columns in order, each with its choice and whether that is a clash."""
        twice = set(chosen_twice(self.names()))
        return [
            (
                column,
                None if column.hindrance else self[_field(column)],
                not column.hindrance and self._chosen(column) in twice,
            )
            for column in self.layout.columns
        ]

    def needed(self) -> list[tuple[str, bool]]:
        """The needed columns, and whether each is there."""
        lacking = {column.name for column in still_lacking(self.kind, self.names())}
        return [
            (str(capfirst(c.label)), c.name not in lacking)
            for c in columns.missing(self.kind, {})
        ]

    def twice(self) -> list[str]:
        labels = columns.labels(self.kind)
        return [str(labels[name]) for name in chosen_twice(self.names())]

    def _chosen(self, column: FileColumn) -> str:
        chosen = str(self[_field(column)].value() or "")
        return chosen if chosen in columns.labels(self.kind) else ""


def _field(column: FileColumn) -> str:
    return f"column-{column.index}"
