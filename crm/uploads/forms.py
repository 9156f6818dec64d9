from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
        error_messages={"empty": _("The file is empty.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
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
