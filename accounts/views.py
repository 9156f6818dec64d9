from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.actions import describe, page_of
from accounts.http import UserRequest
from accounts.models import Notification
from accounts.services import mark_read


def password_done(request: UserRequest) -> HttpResponse:
    messages.success(request, _("Your password is changed."))
    return redirect("/")


def notifications(request: UserRequest) -> HttpResponse:
    """What I was told, newest first; a POST marks all as read."""
    if request.method == "POST":
        mark_read(request.user)
        return redirect("accounts:notifications")
    told = Notification.objects.visible_to(request.user).select_related("entry__by")
    page = Paginator(told, 25).get_page(request.GET.get("page"))
    rows = [
        {
            "at": row.entry.at,
            "text": describe(row.entry),
            "url": page_of(row.entry),
            "is_unread": row.read_at is None,
        }
        for row in page
    ]
    context = {"title": _("Notifications"), "page": page, "rows": rows}
    return render(request, "accounts/notifications.html", context)
