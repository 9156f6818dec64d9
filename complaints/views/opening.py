from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import UserRequest, query_text
from accounts.permissions import role_required
from complaints.forms import OpenForm
from complaints.levels import Proposal, is_higher, propose_level
from complaints.models import Case
from complaints.roles import CASE_WORKERS
from complaints.services import open_case
from crm.models import Customer, Interaction, Vehicle
from crm.search import find_customers
from crm.services import create_customer

TEXTS = ("subject", "description", "demand")
MATCHES = 10


@dataclass(frozen=True)
class Known:
    """What the link that led here says the case is about."""

    customer: Customer | None
    vehicle: Vehicle | None
    interaction: Interaction | None


@dataclass(frozen=True)
class Advice:
    """What the agent should know before saving: the level's proposal, like cases."""

    proposal: Proposal
    like: list[Case]

    @property
    def key(self) -> str:
        """By which the form that comes back tells that it showed this very advice."""
        return ",".join([self.proposal.level, *(str(case.pk) for case in self.like)])

    @property
    def level_name(self) -> str:
        return str(Case.Level(self.proposal.level).label)

    def must_be_seen(self, facts: Mapping[str, str], level: str) -> bool:
        """It speaks against saving as it is, and has not been shown yet."""
        objects = bool(self.like) or is_higher(self.proposal.level, than=level)
        return objects and facts.get("seen") != self.key


@role_required(*CASE_WORKERS)
def open_new(request: UserRequest) -> HttpResponse:
    """Open a case, with what is known filled in; advice is shown before it is saved."""
    facts = request.POST if request.method == "POST" else request.GET
    known = _known(request, facts)
    phone = query_text(facts, "phone")
    matches: list[Customer] = []
    if known.customer is None and phone:
        matches = list(find_customers(phone, request.user)[:MATCHES])
        if len(matches) == 1 and request.method == "GET":
            return redirect(_with_customer(request, matches[0]))
    form = _form(request, known, phone)
    advice = _advise(known, facts)
    if request.htmx and "advise" in request.POST:
        return render(request, "complaints/open.html#advice", {"advice": advice})
    if request.method == "POST" and form.is_valid():
        if not advice.must_be_seen(facts, form.cleaned_data["level"]):
            case = _save(request, form, known)
            if case:
                messages.success(
                    request, _("Case %(number)s is open.") % {"number": case.number}
                )
                return redirect("complaints:detail", case.pk)
        else:
            form = _look_again(request, form, known, advice)
    context = {
        "title": _("Open a case"),
        "form": form,
        "known": known,
        "phone": phone,
        "matches": [
            {"customer": match, "url": _with_customer(request, match)}
            for match in matches
        ],
        "advice": advice,
    }
    return render(request, "complaints/open.html", context)


def _known(request: UserRequest, facts: Mapping[str, str]) -> Known:
    interactions = Interaction.objects.visible_to(request.user)
    interaction = _row(interactions, facts.get("interaction"))
    customer = _customer(request, facts.get("customer"))
    vehicle = _row(Vehicle.objects.visible_to(request.user), facts.get("vehicle"))
    if interaction:
        customer = customer or interaction.customer
        vehicle = vehicle or interaction.vehicle
    return Known(customer, vehicle, interaction)


def _customer(request: UserRequest, key: str | None) -> Customer | None:
    """Also one merged into another since the link was made."""
    seen = Customer.objects.visible_to(request.user)
    if key and key.isdecimal():
        return get_object_or_404(seen.known_as(int(key)))
    return _row(seen, key)  # type: ignore[no-any-return]


def _row(rows: Any, key: str | None) -> Any:
    if not key:
        return None
    row = rows.filter(pk=key).first() if key.isdecimal() else None
    if row is None:
        raise Http404
    return row


def _form(request: UserRequest, known: Known, phone: str) -> OpenForm:
    url = reverse("complaints:open")
    if request.method == "POST":
        bound = {"vehicle": known.vehicle}
        return OpenForm(
            request.POST, customer=known.customer, initial=bound, advise_url=url
        )
    initial: dict[str, Any] = {
        name: request.GET[name]
        for name in (*TEXTS, "kind", "category")
        if name in request.GET
    }
    text = _text_of(request.GET)
    level = _propose(known, text).level
    initial |= {"vehicle": known.vehicle, "level": level, "new_phone": phone}
    return OpenForm(customer=known.customer, initial=initial, advise_url=url)


def _text_of(facts: Mapping[str, str]) -> str:
    return "\n".join(facts.get(name, "") for name in TEXTS)


def _propose(known: Known, text: str) -> Proposal:
    earlier = Case.objects.like(known.customer, known.vehicle).count()
    return propose_level(text, earlier=earlier)


def _advise(known: Known, facts: Mapping[str, str]) -> Advice:
    text = _text_of(facts)
    like = Case.objects.like(known.customer, known.vehicle).open()
    return Advice(
        _propose(known, text), list(like.select_related("customer")[:MATCHES])
    )


def _look_again(
    request: UserRequest, form: OpenForm, known: Known, advice: Advice
) -> OpenForm:
    """The form once more, with the level that the advice proposes when it is higher."""
    messages.warning(
        request, _("Not saved yet: please look at the advice, then save again.")
    )
    data = request.POST.copy()
    if is_higher(advice.proposal.level, than=form.cleaned_data["level"]):
        data["level"] = advice.proposal.level
    return OpenForm(
        data,
        customer=known.customer,
        initial=form.initial,
        advise_url=reverse("complaints:open"),
    )


def _save(request: UserRequest, form: OpenForm, known: Known) -> Case | None:
    facts = dict(form.cleaned_data)
    name, phone = facts.pop("new_name", ""), facts.pop("new_phone", "")
    try:
        with transaction.atomic():
            customer = known.customer or create_customer(
                by=request.user, name=name, phone=phone
            )
            return open_case(
                by=request.user,
                customer=customer,
                interaction=known.interaction,
                **facts,
            )
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None


def _with_customer(request: UserRequest, customer: Customer) -> str:
    query = request.GET.copy()
    query.pop("phone", None)
    query["customer"] = str(customer.pk)
    return f"{reverse('complaints:open')}?{query.urlencode()}"
