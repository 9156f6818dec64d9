from datetime import datetime

from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http import UserRequest
from accounts.models import User
from accounts.permissions import role_required
from accounts.roles import CENTRE
from complaints.models import Case
from crm.models import Interaction
from desk.landing import landing_of
from desk.rows import case_rows, task_rows
from followups.models import Task
from standards.models import Clock

SHOWN = 20


def home(request: UserRequest) -> HttpResponse:
    """Everybody's way in: to the page that is their work."""
    return redirect(landing_of(request.user))


@role_required(*CENTRE)
def mine(request: UserRequest) -> HttpResponse:
    """What waits for me, what I promised, how my day has been."""
    now, me = timezone.now(), request.user
    tasks = Task.objects.open().filter(assigned_to=me)
    tasks = tasks.select_related("plan", "customer", "vehicle")
    held = tasks.filter(status=Task.Status.ASSIGNED).order_by("due_at", "pk")
    promised = tasks.filter(status=Task.Status.PLANNED).order_by("not_before", "pk")
    cases = Case.objects.open().filter(owner=me).with_due().select_related("customer")
    by_due = cases.order_by(F("due_at").asc(nulls_last=True), "pk")
    context = {
        "title": _("My desk"),
        "held": task_rows(held[:SHOWN], now),
        "promises": task_rows(promised[:SHOWN], now),
        "cases": case_rows(by_due[:SHOWN], now),
        "waiting": Task.objects.on_offer(me, now).count(),
        "figures": figures_of(me, now),
    }
    return render(request, "desk/mine.html", context)


def figures_of(agent: User, now: datetime) -> dict[str, int]:
    """The agent's own day so far."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    contacts = Interaction.objects.filter(agent=agent, started_at__gte=today)
    counted = contacts.aggregate(
        answered=Count("pk", filter=Q(direction=Interaction.Direction.IN)),
        made=Count("pk", filter=Q(direction=Interaction.Direction.OUT)),
        finished=Count("pk", filter=Q(attempt__outcome="connected")),
    )
    measured = Clock.objects.finished().filter(agent=agent, stopped_at__gte=today)
    kept = measured.aggregate(
        met=Count("pk", filter=Q(stopped_at__lte=F("due_at"))), all=Count("pk")
    )
    return {**counted, "met": kept["met"], "missed": kept["all"] - kept["met"]}
