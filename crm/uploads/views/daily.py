from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actions import describe
from accounts.http import UserRequest, query_text
from accounts.models import LogEntry, Organisation
from accounts.permissions import require_role, role_required
from crm.models import DailyFile, UploadBatch
from crm.uploads import services
from crm.uploads.daily import words as daily_words
from crm.uploads.daily.board import DAYS, GROUPS, name_clerks, read_board
from crm.uploads.daily.days import state_of
from crm.uploads.exports import csv_lines
from crm.uploads.permissions import DISCIPLINE, VIEWERS, may_hand_in
from standards.models import Clock
from standards.readings import reading

LATE_SHOWN = 50


@role_required(*DISCIPLINE)
@require_GET
def daily(request: UserRequest) -> HttpResponse:
    """Who hands in and who does not; `?under=` is the code of a part of the tree."""
    now = timezone.now()
    under = _under(request)
    board = read_board(request.user, now, under)
    late = board.late[:LATE_SHOWN]
    name_clerks(late)
    context = {
        "title": _("Hand-in board"),
        "subtitle": str(under) if under else "",
        "above": _above(request, under),
        "under": under,
        "today": daily_words.today(board),
        "late": daily_words.late_rows(late, now),
        "late_hidden": len(board.late) - len(late),
        "rows": list(daily_words.rows(board)),
        "first_day": board.days[0],
        "last_day": board.days[-1],
        "legend": daily_words.legend(),
        "hides_members": board.hides_members,
        "days": _days_of(under, now) if under and under.kind in services.OWING else [],
    }
    return render(request, "crm/daily.html", context)


@role_required(*DISCIPLINE)
@require_GET
def daily_csv(request: UserRequest) -> StreamingHttpResponse:
    """A line for each dealer and station, as a file."""
    under = _under(request)
    board = read_board(request.user, timezone.now(), under, whole=True)
    groups = Organisation.objects.filter(kind__in=GROUPS)
    lines = daily_words.export(board, {group.code: group for group in groups})
    name = _("daily-files-%(day)s.csv") % {"day": board.days[-1]}
    disposition = content_disposition_header(True, name) or "attachment"
    return StreamingHttpResponse(
        csv_lines(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition},
    )


@require_GET
def daily_file(request: UserRequest, pk: int) -> HttpResponse:
    """What one dealer or station owes, or has handed in, for one day."""
    daily = _seen(request, pk)
    now = timezone.now()
    files = UploadBatch.objects.for_day(daily.organisation_id, daily.day)
    entries = LogEntry.objects.about(daily).select_related("by").order_by("id")
    is_owed = daily.handed_in_at is None and daily.is_taken(now)
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


def _under(request: UserRequest) -> Organisation | None:
    code = query_text(request.GET, "under")
    if not code:
        return None
    seen = Organisation.objects.visible_to(request.user)
    return get_object_or_404(
        seen.filter(kind__in=(*GROUPS, *services.OWING)), code=code
    )


def _above(request: UserRequest, under: Organisation | None) -> list[Organisation]:
    """The way back up, from the top down, as far as the reader may go."""
    if under is None:
        return []
    seen = Organisation.objects.visible_to(request.user).filter(kind__in=GROUPS)
    codes = under.path.strip("/").split("/")[:-1]
    return list(seen.filter(code__in=codes).order_by("path"))


def _days_of(place: Organisation, now: datetime) -> list[dict[str, Any]]:
    """Each day of one dealer or station, the newest first."""
    first = timezone.localdate(now) - timedelta(days=DAYS - 1)
    rows = place.daily_files.filter(day__gte=first)
    return [
        {"daily": row, "state": state_of(row, now)}
        for row in rows.select_related("batch", "handed_in_by")
    ]
