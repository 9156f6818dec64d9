from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from complaints.levels import is_higher
from complaints.models import Case
from complaints.people import RECEIVERS
from crm.models import Customer, Vehicle
from crm.phones import PhoneError, parse

Kind = Organisation.Kind


def receivers() -> QuerySet[Organisation]:
    return Organisation.objects.active().filter(kind__in=RECEIVERS)


def text_area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class OpenForm(forms.ModelForm):  # type: ignore[type-arg]
    """The facts of a case; for somebody new a name and a number as well."""

    new_name = forms.CharField(label=_("Customer's name"), max_length=100)
    new_phone = forms.CharField(
        label=_("Customer's telephone number"),
        max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )

    class Meta:
        model = Case
        fields = [
            "kind",
            "vehicle",
            "subject",
            "description",
            "demand",
            "category",
            "organisation",
            "level",
        ]
        widgets = {"description": text_area(6), "demand": text_area(2)}

    field_order = ["new_name", "new_phone"]

    def __init__(
        self, *args: Any, customer: Customer | None, advise_url: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if customer is None:
            del self.fields["vehicle"]
        else:
            del self.fields["new_name"], self.fields["new_phone"]
            vehicles = self.fields["vehicle"]
            vehicles.queryset = vehicles_of(customer, self.initial.get("vehicle"))  # type: ignore[attr-defined]
            vehicles.empty_label = _("Not about a car we know")  # type: ignore[attr-defined]
        concerned = self.fields["organisation"]
        concerned.empty_label = _("Whoever sold the car, or repaired it last")  # type: ignore[attr-defined]
        concerned.queryset = receivers().filter(kind__in=[Kind.DEALER, Kind.STATION])  # type: ignore[attr-defined]
        for name in ("subject", "description", "demand", "vehicle"):
            if name in self.fields:
                self.fields[name].widget.attrs.update(_advised(advise_url))

    def clean_new_phone(self) -> str:
        number: str = self.cleaned_data["new_phone"]
        try:
            parse(number)
        except PhoneError as error:
            raise ValidationError(
                _("This is not a whole telephone number."), code=error.code
            ) from error
        return number


class TransferForm(forms.Form):
    to = forms.ModelChoiceField(
        receivers(), label=_("Hand over to"), empty_label=_("Choose a unit")
    )
    note = forms.CharField(
        label=_("What is asked of them"), required=False, widget=text_area(3)
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("What was done, what was agreed"), widget=text_area(4)
    )


class ReturnForm(forms.Form):
    reason = forms.CharField(label=_("Why it is not yours"), widget=text_area(2))


class VerifyForm(forms.Form):
    """What the customer says, when it is heard outside the planned call."""

    SOLVED, NOT_SOLVED = "yes", "no"

    # Whose answer the page showed; somebody may have moved the case on since.
    round = forms.IntegerField(widget=forms.HiddenInput)
    satisfied = forms.ChoiceField(
        label=_("What does the customer say?"),
        choices=[(SOLVED, _("It is solved")), (NOT_SOLVED, _("It is not solved"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("The customer's own words"), max_length=500, widget=text_area(2)
    )


class RaiseForm(forms.Form):
    level = forms.ChoiceField(label=_("Raise the level to"))

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            choice for choice in Case.Level.choices if is_higher(choice[0], case.level)
        ]


def vehicles_of(customer: Customer, also: Vehicle | None) -> QuerySet[Vehicle]:
    """Cars the customer has owned, or brought to be repaired, and the one named."""
    theirs = (
        Q(ownerships__customer=customer)
        | Q(sales__customer=customer)
        | Q(repairs__customer=customer)
    )
    ids = Vehicle.objects.filter(theirs).values("pk")
    return Vehicle.objects.filter(Q(pk__in=ids) | Q(pk=also.pk if also else None))


def _advised(url: str) -> dict[str, str]:
    """A field whose change asks anew for the level's proposal and like cases."""
    return {
        "hx-post": url,
        "hx-trigger": "change",
        "hx-target": "#advice",
        "hx-swap": "outerHTML",
        "hx-include": "closest form",
        "hx-vals": '{"advise": "1"}',
    }
