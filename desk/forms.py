from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Customer, Interaction, Vehicle
from crm.phones import masked
from crm.templatetags.crm import short_vin
from desk.outcomes import CallOutcome
from followups.services.attempts import FURTHEST_PROMISE
from standards.models import InteractionType, ProcedureStep


class MinuteInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class CarField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of cars that does not show whole VINs."""

    def label_from_instance(self, obj: Vehicle) -> str:
        return " ".join(filter(None, [obj.model, obj.plate, short_vin(obj.vin)]))


class CustomerForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=100)
    phone = forms.CharField(label=_("telephone number"), max_length=60)
    kind = forms.ChoiceField(label=_("kind"), choices=Customer.Kind)


class PromiseForm(forms.Form):
    at = forms.DateTimeField(label=_("call back at"), widget=MinuteInput())
    note = forms.CharField(label=_("what about"), max_length=500)

    def clean_at(self) -> Any:
        return must_come(self.cleaned_data["at"])


class ContactForm(forms.Form):
    """One call as the agent keeps it; its steps are those of the type chosen."""

    type = forms.ChoiceField(label=_("what it is about"))
    direction = forms.ChoiceField(label=_("direction"), choices=Interaction.Direction)
    vehicle = CarField(
        Vehicle.objects.none(),
        label=_("vehicle"),
        required=False,
        empty_label=_("none"),
    )
    number = forms.ChoiceField(label=_("telephone number"), required=False)
    rang_for = forms.IntegerField(
        label=_("seconds it rang"),
        required=False,
        min_value=0,
        max_value=3600,
        help_text=_("Of an incoming call; measured against the standard."),
    )
    steps = forms.ModelMultipleChoiceField(
        ProcedureStep.objects.none(), label=_("steps"), required=False
    )
    outcome = forms.ChoiceField(label=_("how it ended"), choices=CallOutcome)
    summary = forms.CharField(
        label=_("summary"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    call_back_at = forms.DateTimeField(
        label=_("promise a call back at"), required=False, widget=MinuteInput()
    )
    started_at = forms.DateTimeField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("started_at", timezone.now().isoformat())
        choices = [(str(t.pk), str(t)) for t in InteractionType.objects.contacts()]
        self.fields["type"].choices = choices  # type: ignore[attr-defined]
        self.fields["number"].choices = [  # type: ignore[attr-defined]
            ("", _("not known")),
            *((phone.number, masked(phone.number)) for phone in customer.phones.all()),
        ]
        cars = Vehicle.objects.filter(ownerships__customer=customer).distinct()
        self.fields["vehicle"].queryset = cars  # type: ignore[attr-defined]
        chosen = self["type"].value()
        if chosen not in dict(choices):
            chosen = choices[0][0] if choices else ""
        self.current_steps = ProcedureStep.objects.filter(
            procedure__type=chosen, procedure__is_current=True
        )
        self.fields["steps"].queryset = self.current_steps  # type: ignore[attr-defined]

    def clean_started_at(self) -> Any:
        """A page left open for days does not tell when the call began."""
        earliest = timezone.now() - timedelta(days=1)
        return max(self.cleaned_data["started_at"], earliest)

    def clean_call_back_at(self) -> Any:
        at = self.cleaned_data["call_back_at"]
        return must_come(at) if at else None

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("direction") == Interaction.Direction.OUT:
            said["rang_for"] = None
        done = {step.pk for step in said.get("steps") or []}
        left_out = [
            s for s in self.current_steps if s.is_mandatory and s.pk not in done
        ]
        if left_out and not said.get("summary"):
            text = _("Not every step marked ★ was taken: say in the summary why.")
            self.add_error("summary", text)
        if said.get("call_back_at") and not said.get("summary"):
            self.add_error("summary", _("Say what you will call back about."))
        return said

    def ticked_steps(self) -> set[int]:
        values = self["steps"].value() or []
        return {int(value) for value in values if str(value).isdecimal()}


def must_come(at: Any) -> Any:
    if at <= timezone.now():
        raise forms.ValidationError(_("This time has passed."))
    if at > timezone.now() + FURTHEST_PROMISE:
        raise forms.ValidationError(
            _("The time to call back must be in the next 60 days.")
        )
    return at
