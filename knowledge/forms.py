from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.models import Article, ArticleVersion


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ArticleVersion
        fields = ["title", "body", "effective_on", "expires_on"]
        widgets = {
            "body": forms.Textarea(attrs={"rows": 16}),
            "effective_on": DateInput(),
            "expires_on": DateInput(),
        }
        help_texts = {
            "body": _("Plain text; line breaks are kept."),
            "expires_on": _("From this day on agents no longer find it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_on"].initial = timezone.localdate


class EditForm(VersionForm):
    """The next version; `base` is the newest one there was when the page opened."""

    base = forms.IntegerField(required=False, widget=forms.HiddenInput())


class ArticleForm(VersionForm):
    """A new article: its first version and where it belongs."""

    category = forms.ChoiceField(label=_("category"), choices=Article.Category)

    field_order = ["category"]
