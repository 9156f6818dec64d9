from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actions import describe, page_of, subjects_of
from accounts.http import UserRequest
from accounts.models import LogEntry, Notification
from accounts.services import mark_read, set_mail


def password_done(request: UserRequest) -> HttpResponse:
    messages.success(request, _("Your password is changed."))
    return redirect("/")


def is_deadline(entry: LogEntry) -> bool:
    return entry.action.startswith("clock.")


def notifications(request: UserRequest) -> HttpResponse:
    """What I was told, newest first; a POST marks all as read."""
    if request.method == "POST":
        mark_read(request.user)
        return redirect("accounts:notifications")
    told = Notification.objects.visible_to(request.user).select_related("entry__by")
    page = Paginator(told, 25).get_page(request.GET.get("page"))
    # A deadline's sentence tells the measure only; whose it is stands before it.
    about = subjects_of(row.entry for row in page if is_deadline(row.entry))
    rows = [
        {
            "at": row.entry.at,
            "about": about.get((row.entry.subject_type, row.entry.subject_id))
            if is_deadline(row.entry)
            else None,
            "text": describe(row.entry),
            "url": page_of(row.entry),
            "is_unread": row.read_at is None,
        }
        for row in page
    ]
    context = {
        "title": _("Notifications"),
        "page": page,
        "rows": rows,
        "has_mail": bool(settings.EMAIL_HOST),
        "is_mail_refused": any(row.mail == Notification.Mail.REFUSED for row in page),
    }
    return render(request, "accounts/notifications.html", context)


@require_POST
def mail(request: UserRequest) -> HttpResponse:
    """Switch e-mail on or off for oneself."""
    wanted = request.POST.get("wanted") == "1"
    set_mail(request.user, wanted=wanted)
    done = _("You are told by e-mail too.") if wanted else _("You get no e-mail.")
    messages.success(request, done)
    return redirect("accounts:notifications")
