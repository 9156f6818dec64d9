from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import UserRequest
from accounts.permissions import role_required
from accounts.roles import CENTRE
from followups import services
from followups.callpage import call_page, current_steps
from followups.forms import AttemptForm
from followups.models import Attempt, Task
from followups.permissions import (
    CALLERS,
    may_call,
    may_record,
    may_release,
    may_see_team,
)
from followups.tasklist import TaskFilter

PAGE_SIZE = 25


@role_required(*CENTRE)
def tasks(request: UserRequest) -> HttpResponse:
    """The agent's own tasks; for leaders the whole team's too."""
    now = timezone.now()
    chosen = TaskFilter.from_query(request.GET, request.user)
    visible = Task.objects.visible_to(request.user)
    rows = chosen.rows(visible, now)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "title": _("Follow-up tasks"),
        "subtitle": _("Calls owed to customers after a sale, a repair or a complaint."),
        "page": page,
        "chosen": chosen,
        "tabs": chosen.tabs(visible, now),
        "ready": visible.on_offer(request.user, now).count(),
        "in_hand": Task.objects.in_hand(request.user).first(),
        "may_call": may_call(request.user),
        "may_see_team": may_see_team(request.user),
        "now": now,
    }
    return render(request, "followups/tasks.html", context)


@require_POST
@role_required(*CALLERS)
def take(request: UserRequest) -> HttpResponse:
    task = services.take_next_task(request.user, timezone.now())
    if task is None:
        messages.info(
            request,
            _(
                "Nothing to call right now. Promised calls can be taken at any hour, "
                "all others within the calling hours."
            ),
        )
        return redirect("followups:tasks")
    return redirect("followups:task", task.pk)


def visible_task(request: UserRequest, pk: int) -> Task:
    """404 for those who may not know of it, 403 for those outside the centre."""
    rows = Task.objects.visible_to(request.user).for_call_page()
    task = get_object_or_404(rows, pk=pk)
    if not request.user.sees_everything:
        raise PermissionDenied
    return task


def task(request: UserRequest, pk: int) -> HttpResponse:
    """The call page."""
    row = visible_task(request, pk)
    form = AttemptForm(task=row, steps=current_steps(row))
    return render_call(request, row, form)


def render_call(request: UserRequest, row: Task, form: AttemptForm) -> HttpResponse:
    context: dict[str, Any] = call_page(row, request.user, form)
    context |= {
        "title": f"{row.customer.name} · {row.plan}",
        "may_record": may_record(request.user, row),
        "may_release": may_release(request.user, row),
        "may_call": may_call(request.user),
        "complaint_url": complaint_url(row, context["issues"]),
    }
    return render(request, "followups/task.html", context)


@require_POST
def attempt(request: UserRequest, pk: int) -> HttpResponse:
    row = visible_task(request, pk)
    if not may_call(request.user):
        raise PermissionDenied
    form = AttemptForm(request.POST, task=row, steps=current_steps(row))
    if is_recorded(request, row):
        messages.error(request, _("This call has been recorded already."))
        return redirect("followups:task", pk)
    if not may_record(request.user, row):
        return not_yours(request, row, form)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
        return render_call(request, row, form)
    said = form.cleaned_data
    try:
        recorded = services.record_attempt(
            row,
            by=request.user,
            outcome=said["outcome"],
            at=timezone.now(),
            answers=form.answers,
            steps=said["steps"],
            note=said["note"],
            call_back_at=said["call_back_at"],
            phone=said["phone"],
            do_not_call=said["do_not_call"],
            number=said["number"],
        )
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        fresh = visible_task(request, pk)
        if may_record(request.user, fresh):
            return render_call(request, fresh, form)
        if is_recorded(request, fresh):
            return redirect("followups:task", pk)
        return not_yours(request, fresh, form)
    messages.success(request, what_follows(recorded))
    return redirect("followups:task", pk)


def is_recorded(request: UserRequest, row: Task) -> bool:
    """Whether the reader's second click reports a try that the first has recorded."""
    number = request.POST.get("number", "")
    return (
        number.isdecimal()
        and row.attempts.filter(number=int(number[:4]), by=request.user).exists()
    )


def not_yours(request: UserRequest, row: Task, form: AttemptForm) -> HttpResponse:
    """Somebody else's, perhaps since the page was opened: show what was typed."""
    said = [(question.label, question.value()) for question in form.questions]
    context = {
        "title": _("Nothing was recorded"),
        "task": row,
        "is_held": row.status == Task.Status.ASSIGNED,
        "note": request.POST.get("note", ""),
        "answers": [(label, value) for label, value in said if value],
    }
    return render(request, "followups/not_yours.html", context, status=403)


def what_follows(recorded: Attempt) -> str:
    task = recorded.task
    at = timezone.localtime(task.not_before).strftime("%Y-%m-%d %H:%M")
    if recorded.outcome == Attempt.Outcome.CALL_BACK:
        return _("Recorded. It is your promise: call at {at}.").format(at=at)
    if task.is_open:
        return _("Recorded. The next try is from {at}.").format(at=at)
    return _("Recorded: {status}.").format(status=task.get_status_display())


@require_POST
def release(request: UserRequest, pk: int) -> HttpResponse:
    row = visible_task(request, pk)
    if row.status == Task.Status.ASSIGNED and not may_release(request.user, row):
        raise PermissionDenied
    try:
        services.release_task(row, by=request.user)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("The task is back with the others."))
    return redirect("followups:tasks")


@require_POST
def again(request: UserRequest, pk: int) -> HttpResponse:
    row = visible_task(request, pk)
    try:
        services.call_again(row, by=request.user, at=timezone.now())
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, _("The call is on the list again."))
    return redirect("followups:task", pk)


def complaint_url(row: Task, issues: list[str]) -> str:
    """The page that opens a case, with the facts of this call filled in."""
    last = row.attempts.order_by("-number").select_related("interaction").first()
    said = [last.interaction.summary] if last and last.interaction.summary else []
    facts = {
        "customer": row.customer_id,
        "vehicle": row.vehicle_id,
        "task": row.pk,
        "interaction": last.interaction_id if last else None,
        "subject": _("{plan}: the customer is not satisfied").format(plan=row.plan),
        "description": "\n".join(issues + said),
    }
    known = {name: value for name, value in facts.items() if value}
    return f"{reverse('complaints:open')}?{urlencode(known)}"
