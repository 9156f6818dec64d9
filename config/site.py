from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite

from accounts.roles import CENTRE

View = Callable[..., HttpResponseBase]


class Site(UnfoldAdminSite):
    """The admin, whose shell also carries the pages of users who may not enter it."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.enters_admin

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Refuse those who are logged in but may not enter; a log-in will not help."""
        guarded: View = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return update_wrapper(inner, guarded)

    def get_urls(self) -> list[Any]:
        """Without the admin's own password pages: everybody uses the same ones."""
        dropped = {"password_change", "password_change_done"}
        return [
            url for url in super().get_urls() if getattr(url, "name", "") not in dropped
        ]

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one log-in page for all."""
        after = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(after)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        if request.user.is_authenticated and not self.has_permission(request):
            context["sidebar_navigation"] = self.get_sidebar_list(request)
            context["has_permission"] = True
        return context


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every page that is not the admin's own the same surroundings."""
    if request.path.startswith("/admin/") or not hasattr(request, "user"):
        return {}
    return surroundings(request)


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """Made once a request: a page renders several templates with it."""
    made: dict[str, Any] | None = getattr(request, "surroundings", None)
    if made is not None:
        return made
    context: dict[str, Any] = admin.site.each_context(request)
    if request.user.is_authenticated:
        context["can_search"] = request.user.has_role(*CENTRE)
        unread = request.user.notifications.filter(read_at=None)
        context["unread_count"] = SimpleLazyObject(unread.count)
    request.surroundings = context  # type: ignore[attr-defined]
    return context
