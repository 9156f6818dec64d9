from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import UserRequest
from accounts.models import User
from accounts.permissions import role_required
from accounts.roles import CENTRE
from complaints.models import Case
from crm.models import Customer, DuplicatePair, Interaction, Merge, Vehicle
from crm.permissions import may_merge
from crm.services import add_phone, log_reveal
from desk.forms import PromiseForm
from desk.rows import case_rows, task_rows
from desk.timeline import timeline_of
from followups.models import Task


def customer(request: UserRequest, pk: int) -> HttpResponse:
    """Who this is, what they drive, what is open, and all that has been."""
    return customer_page(request, pk)


@require_POST
def reveal(request: UserRequest, pk: int) -> HttpResponse:
    """Show the full numbers once; who asked for them is on record."""
    person = get_object_or_404(Customer.objects.visible_to(request.user).known_as(pk))
    log_reveal(person, by=request.user)
    return customer_page(request, person.pk, revealed=True)


def customer_page(
    request: UserRequest, pk: int, *, revealed: bool = False
) -> HttpResponse:
    seen = Customer.objects.visible_to(request.user).prefetch_related("phones")
    person = get_object_or_404(seen.known_as(pk))
    if person.pk != pk:
        return to_the_kept_one(request, person)
    user, now = request.user, timezone.now()
    ownerships = list(
        person.ownerships.filter(
            vehicle__in=Vehicle.objects.visible_to(user)
        ).select_related("vehicle")
    )
    context: dict[str, Any] = {
        "customer": person,
        "revealed": revealed,
        "ownerships": ownerships,
    }
    if revealed and request.htmx:
        return render(request, "desk/customer.html#who", context)
    story = timeline_of(person, user, ownerships, moment(request.GET.get("before")))
    if request.htmx and "before" in request.GET:
        return render(request, "desk/customer.html#story", context | {"story": story})
    is_centre = user.has_role(*CENTRE)
    cases = Case.objects.visible_to(user).open().filter(customer=person)
    tasks = Task.objects.visible_to(user).open().filter(customer=person)
    merges = merges_into(person, user)
    context |= {
        "title": person.name,
        "subtitle": person.get_kind_display(),
        "is_centre": is_centre,
        "story": story,
        "is_older_page": "before" in request.GET,
        "cases": case_rows(cases.with_due(), now),
        "tasks": task_rows(
            tasks.select_related("plan", "assigned_to").order_by("due_at", "pk"), now
        ),
        "promise_form": PromiseForm() if is_centre else None,
        "recorded": recorded_call(request, person),
        "may_merge": may_merge(user),
        "merges": merges,
        "just_merged": next(
            (m for m in merges if str(m.pk) == request.GET.get("merge")), None
        ),
        "likely": likely_the_same(person, user),
    }
    return render(request, "desk/customer.html", context)


def to_the_kept_one(request: UserRequest, person: Customer) -> HttpResponse:
    """From the page of a customer who was merged into this one."""
    told = _("This customer was merged with another; here is the page of both.")
    messages.info(request, told)
    return redirect("desk:customer", person.pk)


def recorded_call(request: UserRequest, person: Customer) -> Interaction | None:
    """The call just recorded, whose next steps are offered."""
    asked = request.GET.get("recorded", "")
    if not asked.isdecimal():
        return None
    calls = Interaction.objects.visible_to(request.user).filter(customer=person)
    return calls.filter(pk=int(asked)).first()


def merges_into(person: Customer, user: User) -> list[Merge]:
    """Those who were found to be this one."""
    if not may_merge(user):
        return []
    return list(person.merges.in_force().select_related("merged", "by"))


def likely_the_same(person: Customer, user: User) -> list[dict[str, Any]]:
    """Others who are probably this one, the surest first."""
    if not user.has_role(*CENTRE):
        return []
    seen = DuplicatePair.objects.visible_to(user)
    pairs = seen.to_look_at().of(person)[:3]
    return [
        {
            "customer": pair.second if pair.first_id == person.pk else pair.first,
            "pair": pair,
        }
        for pair in pairs.select_related("first", "second")
    ]


def moment(text: str | None) -> datetime | None:
    try:
        found = parse_datetime(text or "")
    except ValueError:
        return None
    if found is None or not timezone.is_aware(found):
        return None
    # The first and the last year cannot be told in every time zone.
    return found if MINYEAR < found.year < MAXYEAR else None


@require_POST
@role_required(*CENTRE)
def phone(request: UserRequest, pk: int) -> HttpResponse:
    """Add a number the customer gave."""
    person = get_object_or_404(Customer.objects.visible_to(request.user).known_as(pk))
    try:
        add_phone(person, by=request.user, number=request.POST.get("number", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The number is kept."))
    return redirect("desk:customer", person.pk)
