from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import UserRequest
from accounts.models import User
from accounts.permissions import role_required
from accounts.roles import Role
from crm.models import Customer, Interaction
from crm.services import record_interaction
from desk.forms import ContactForm, PromiseForm
from followups.services import promise_call_back

CALLERS = (Role.AGENT, Role.TEAM_LEADER, Role.OPERATIONS_MANAGER, Role.ADMINISTRATOR)


@role_required(*CALLERS)
def interaction(request: UserRequest, pk: int) -> HttpResponse:
    """Record a call; with GET values the form shows what was chosen so far."""
    person = get_object_or_404(Customer.objects.visible_to(request.user).known_as(pk))
    form = ContactForm(
        request.POST or None, customer=person, initial=request.GET.dict()
    )
    if form.is_valid():
        try:
            made = save_contact(form, person, request)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The call is recorded."))
            page = reverse("desk:customer", args=[person.pk])
            return redirect(f"{page}?recorded={made.pk}")
    context = {
        "title": _("Record a call: %(name)s") % {"name": person.name},
        "customer": person,
        "form": form,
    }
    partial = "#steps" if request.htmx and request.method == "GET" else ""
    return render(request, f"desk/interaction.html{partial}", context)


@transaction.atomic
def save_contact(
    form: ContactForm, person: Customer, request: UserRequest
) -> Interaction:
    said = form.cleaned_data
    started_at = min(said["started_at"], timezone.now())
    # The page's own moment tells a second click from a second call.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=request.user.pk)
    calls = Interaction.objects.filter(agent=request.user, customer=person)
    if calls.filter(started_at=started_at).exists():
        raise ValidationError(_("This call has been recorded already."))
    rang_for = said["rang_for"]
    made = record_interaction(
        type=said["type"],
        direction=said["direction"],
        customer=person,
        agent=request.user,
        queued_at=started_at - timedelta(seconds=rang_for)
        if rang_for is not None
        else None,
        started_at=started_at,
        ended_at=timezone.now(),
        vehicle=said["vehicle"],
        number=said["number"],
        outcome=said["outcome"],
        summary=said["summary"],
        steps=said["steps"],
    )
    if said["call_back_at"]:
        promise_call_back(
            customer=person,
            by=request.user,
            at=said["call_back_at"],
            note=said["summary"],
            vehicle=said["vehicle"],
        )
    return made


@require_POST
@role_required(*CALLERS)
def promise(request: UserRequest, pk: int) -> HttpResponse:
    """Promise the customer a call at a time."""
    person = get_object_or_404(Customer.objects.visible_to(request.user).known_as(pk))
    form = PromiseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say when you will call back, and what about."))
        for problem in form.errors.get("at", []):
            messages.error(request, str(problem))
        return redirect("desk:customer", person.pk)
    try:
        promise_call_back(customer=person, by=request.user, **form.cleaned_data)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The call-back is on your list."))
    return redirect("desk:customer", person.pk)
