from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http import UserRequest
from accounts.permissions import role_required
from complaints.models import Transfer
from complaints.roles import HANDLERS
from complaints.views.cases import LEVEL_TONES

PER_PAGE = 20


@role_required(*HANDLERS)
def inbox(request: UserRequest) -> HttpResponse:
    """What was handed to my unit: waiting, most urgent first; or answered by us."""
    ours = Transfer.objects.handled_by(request.user).select_related(
        "case__customer", "case__vehicle", "accepted_by", "ended_by"
    )
    shown = "answered" if request.GET.get("show") == "answered" else "waiting"
    now = timezone.now()
    if shown == "answered":
        rows = ours.answered().order_by("-ended_at", "-pk")
    else:
        waiting = ours.waiting().with_due()
        rows = waiting.order_by(F("due_at").asc(nulls_last=True), "sent_at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": _("Cases for us"),
        "subtitle": str(request.user.organisation or ""),
        "page": page,
        "rows": [_row(transfer, now) for transfer in page],
        "shown": shown,
    }
    return render(request, "complaints/inbox.html", context)


def _row(transfer: Any, now: datetime) -> dict[str, Any]:
    due_at = getattr(transfer, "due_at", None)
    return {
        "transfer": transfer,
        "case": transfer.case,
        "due_at": due_at,
        "is_late": due_at is not None and due_at < now,
        "is_new": transfer.status == Transfer.Status.SENT,
        "level_tone": LEVEL_TONES.get(transfer.case.level, ""),
    }
