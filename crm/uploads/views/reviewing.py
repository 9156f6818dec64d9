from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.http import UserRequest
from accounts.permissions import role_required
from crm.models import UploadBatch
from crm.uploads import services
from crm.uploads.forms import ReturnForm, ReturnRowsForm
from crm.uploads.permissions import REVIEWERS, may_review
from crm.uploads.views.batches import batch_page
from crm.uploads.views.steps import seen_batch, take_step


@require_POST
def batch_approve(request: UserRequest, pk: int) -> HttpResponse:
    shown = _reviewed(request, pk)
    step = partial(
        services.approve_batch,
        shown,
        by=request.user,
        seen=_time(request.POST.get("seen", "")),
    )
    return take_step(request, pk, step, _("Approved: the rows are being posted."))


@role_required(*REVIEWERS)
@require_POST
def approve_many(request: UserRequest) -> HttpResponse:
    """Approve what was ticked; what cannot be is named, the rest goes on."""
    ticked = [
        int(pk)
        for pk in request.POST.getlist("batch")
        if pk.isdecimal() and len(pk) < 10
    ]
    batches = UploadBatch.objects.visible_to(request.user).filter(pk__in=ticked)
    times = {pk: _time(request.POST.get(f"seen-{pk}", "")) for pk in ticked}
    approved, problems = services.approve_many(
        batches, by=request.user, seen={pk: t for pk, t in times.items() if t}
    )
    if approved:
        count = len(approved)
        done = ngettext(
            "%(count)s file is approved: its rows are being posted.",
            "%(count)s files are approved: their rows are being posted.",
            count,
        )
        messages.success(request, done % {"count": count})
    elif not problems:
        messages.error(request, _("Tick the files that you approve."))
    for problem in problems:
        messages.error(request, problem)
    return redirect("crm:uploads")


@require_POST
def batch_return(request: UserRequest, pk: int) -> HttpResponse:
    """Send back the rows that are named, or the whole file."""
    shown = _reviewed(request, pk)
    form = ReturnForm(request.POST)
    if form.is_valid():
        step: dict[str, Any] = {
            "by": request.user,
            "reason": form.cleaned_data["reason"],
            "seen": _time(request.POST.get("seen", "")),
        }
        try:
            if numbers := form.cleaned_data["rows"]:
                services.return_rows(shown, numbers=numbers, **step)
                messages.success(request, _("The rows are returned."))
            else:
                services.return_batch(shown, **step)
                messages.success(request, _("Returned to who handed it in."))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("crm:batch", pk)
    # The reason that was typed is not lost.
    return batch_page(request, _reviewed(request, pk), return_form=form, status=422)


@require_POST
def return_rows(request: UserRequest, pk: int) -> HttpResponse:
    """Send back the rows that were ticked in their list."""
    shown = _reviewed(request, pk)
    form = ReturnRowsForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    step = partial(
        services.return_rows,
        shown,
        by=request.user,
        numbers=form.cleaned_data.get("row", set()),
        reason=reason,
        seen=_time(request.POST.get("seen", "")),
    )
    return take_step(request, pk, step, _("The rows are returned."))


def _reviewed(request: UserRequest, pk: int) -> UploadBatch:
    shown = seen_batch(request, pk)
    if not may_review(request.user, shown):
        raise PermissionDenied
    return shown


def _time(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None
