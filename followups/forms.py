from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Phone
from followups.models import Attempt, QuestionnaireItem, Task
from followups.services.answers import VALUES
from standards.models import ProcedureStep

Kind = QuestionnaireItem.Kind
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
PREFIX = "answer_"


class AttemptForm(forms.Form):
    """What an agent reports about one try; the buttons carry the outcome."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(choices=Attempt.Outcome)
    phone = forms.ModelChoiceField(
        Phone.objects.none(), required=False, label=_("Number rung")
    )
    steps = forms.ModelMultipleChoiceField(
        ProcedureStep.objects.none(), required=False, label=_("Steps")
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea({"rows": 2})
    )
    call_back_at = forms.DateTimeField(
        label=_("Call back at"),
        required=False,
        widget=forms.DateTimeInput(
            {"type": "datetime-local", "aria-label": _("Call back at")},
            format="%Y-%m-%dT%H:%M",
        ),
    )
    do_not_call = forms.BooleanField(label=_("Do not call again"), required=False)

    def __init__(
        self, *args: Any, task: Task, steps: list[ProcedureStep], **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {"number": task.attempts_made + 1})
        super().__init__(*args, **kwargs)
        phones = task.customer.phones.filter(is_wrong=False)
        choice = self.fields["phone"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101
        choice.queryset = phones
        several = self.fields["steps"]
        assert isinstance(several, forms.ModelMultipleChoiceField)  # noqa: S101
        several.queryset = ProcedureStep.objects.filter(
            pk__in=[step.pk for step in steps]
        )
        questionnaire = task.plan.questionnaire
        self.items = list(questionnaire.items.all()) if questionnaire else []
        for item in self.items:
            self.fields[PREFIX + item.code] = answer_field(item)

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[PREFIX + item.code] for item in self.items]

    @property
    def answers(self) -> dict[str, str]:
        return {
            item.code: self.cleaned_data.get(PREFIX + item.code, "")
            for item in self.items
        }


def answer_field(item: QuestionnaireItem) -> forms.Field:
    """Never required here: whether it is depends on the outcome, the service's rule."""
    label = f"{item} *" if item.is_required else str(item)
    if item.kind == Kind.TEXT:
        return forms.CharField(
            label=label,
            required=False,
            max_length=500,
            widget=forms.TextInput({"aria-label": label}),
        )
    choices: list[tuple[str, Any]] = (
        YES_NO if item.kind == Kind.YES_NO else [(v, v) for v in VALUES[item.kind]]
    )
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=forms.RadioSelect
    )
