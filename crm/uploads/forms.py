from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.models import UploadBatch
from crm.uploads.row_numbers import read_numbers


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
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
            "An Excel workbook (.xlsx) or a CSV file of up to %(limit)s MB."
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
        widget=forms.TextInput(attrs={"type": "search"}),
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
