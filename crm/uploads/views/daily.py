from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actions import describe
from accounts.http import UserRequest
from accounts.models import LogEntry
from accounts.permissions import require_role
from crm.models import DailyFile, UploadBatch
from crm.uploads import services
from crm.uploads.days import state_of
from crm.uploads.permissions import VIEWERS, may_hand_in
from standards.models import Clock
from standards.readings import reading


@require_GET
def daily_file(request: UserRequest, pk: int) -> HttpResponse:
    """What one dealer or station owes, or has handed in, for one day."""
    daily = _seen(request, pk)
    now = timezone.now()
    files = UploadBatch.objects.for_day(daily.organisation_id, daily.day)
    entries = LogEntry.objects.about(daily).select_related("by").order_by("id")
    is_owed = daily.handed_in_at is None
    context = {
        "title": date_format(daily.day, "D Y-m-d"),
        "subtitle": f"{daily.organisation} · {_('Daily file')}",
        "daily": daily,
        "state": state_of(daily, now),
        "files": files.for_list(),
        "clocks": [
            reading(clock, now) for clock in Clock.objects.about(daily).for_pages()
        ],
        "history": [{"at": e.at, "text": describe(e)} for e in entries],
        "may_hand_in": is_owed and may_hand_in(request.user, daily.organisation),
    }
    return render(request, "crm/daily_file.html", context)


@require_POST
def daily_nil(request: UserRequest, pk: int) -> HttpResponse:
    """A clerk says that there is nothing to hand in for the day."""
    daily = _seen(request, pk)
    organisation = daily.organisation
    if not may_hand_in(request.user, organisation):
        raise PermissionDenied
    try:
        services.report_nil(organisation, daily.day, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        done = _("Noted: nothing to report for %(day)s.")
        messages.success(request, done % {"day": date_format(daily.day, "D Y-m-d")})
    return redirect("crm:uploads")


def _seen(request: UserRequest, pk: int) -> DailyFile:
    rows = DailyFile.objects.visible_to(request.user)
    rows = rows.select_related("organisation", "batch", "handed_in_by")
    daily = get_object_or_404(rows, pk=pk)
    require_role(request.user, *VIEWERS)
    return daily
