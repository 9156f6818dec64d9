from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


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


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it goes back"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class BatchFilter(forms.Form):
    q = forms.CharField(label=_("Dealer, station or file"), required=False)
    kind = forms.CharField(required=False)
    status = forms.CharField(required=False)


class RowFilter(forms.Form):
    show = forms.ChoiceField(
        choices=[
            (name, name)
            for name in ("all", "refused", "warned", "new", "changed", "unchanged")
        ],
        required=False,
    )
    start = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
