from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite

from accounts.roles import CENTRE


class Site(UnfoldAdminSite):
    """The admin, whose shell also carries the pages of users who are not staff."""

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        if request.user.is_authenticated and not request.user.is_staff:
            context["sidebar_navigation"] = self.get_sidebar_list(request)
            context["has_permission"] = True
        return context


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every page that is not the admin's own the same surroundings."""
    if request.path.startswith("/admin/") or not hasattr(request, "user"):
        return {}
    context: dict[str, Any] = admin.site.each_context(request)
    if request.user.is_authenticated:
        context["can_search"] = request.user.has_role(*CENTRE)
        unread = request.user.notifications.filter(read_at=None)
        context["unread_count"] = SimpleLazyObject(unread.count)
    return context
