"""The work on a batch while it goes on: a part of its page that renews itself."""

from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.http import UserRequest
from crm.models import UploadBatch, UploadProgress
from crm.uploads.permissions import may_submit
from crm.uploads.views.steps import seen_batch

Stage = UploadProgress.Stage


@require_GET
def batch_progress(request: UserRequest, pk: int) -> HttpResponse:
    """Once the work is done it brings the whole page up to date."""
    shown = seen_batch(request, pk)
    if not request.htmx:
        return redirect("crm:batch", pk)
    if shown.status == UploadBatch.Status.MAPPING and may_submit(request.user, shown):
        columns = reverse("crm:batch_columns", args=[shown.pk])
        return HttpResponse(headers={"HX-Redirect": columns})
    if not shown.is_working:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "batch": shown,
        "progress": progress_of(shown),
        "can_cancel": may_submit(request.user, shown),
    }
    return render(request, "crm/progress.html", context)


def progress_of(batch: UploadBatch) -> dict[str, Any] | None:
    """What the page says about the work; None when there is none to wait for."""
    if not batch.is_working:
        return None
    known = getattr(batch, "progress", None) or UploadProgress(batch=batch)
    return {
        "stage": known.get_stage_display(),
        "percent": known.percent,
        "rows": _rows(known),
        "left": _left(known),
        "is_stopping": known.is_cancelled,
        "attempts": known.attempts if known.attempts > 2 else 0,
    }


def _rows(known: UploadProgress) -> str:
    if known.is_waiting or not (known.rows_done or known.rows_total):
        return ""
    done = {"done": intcomma(known.rows_done)}
    if known.rows_total is None:
        return _("%(done)s rows so far") % done
    about = {**done, "total": intcomma(known.rows_total)}
    if known.stage == Stage.COMPARING:
        return _("%(total)s rows") % about
    if known.stage == Stage.READING:
        return _("%(done)s of about %(total)s rows") % about
    return _("%(done)s of %(total)s rows") % about


def _left(known: UploadProgress) -> str:
    seconds = known.seconds_left(timezone.now())
    if seconds is None or known.is_waiting:
        return ""
    if seconds < 10:
        return _("a few seconds left")
    if seconds < 60:
        return _("less than a minute left")
    return _("about %(minutes)s min left") % {"minutes": round(seconds / 60)}
