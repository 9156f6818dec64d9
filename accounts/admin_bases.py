"""What the admin pages of all rooms have in common."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline


class RoomAdmin(ModelAdmin):
    """Shows what the person may see; counts no big table twice for a page."""

    show_full_result_count = False
    list_per_page = 50
    compressed_fields = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        visible_to = getattr(rows, "visible_to", None)
        return visible_to(request.user) if visible_to else rows


class ViewOnly:
    """For rows whose state services own: they are looked at here, never changed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class ViewOnlyAdmin(ViewOnly, RoomAdmin):
    pass


class NeverDeletedAdmin(RoomAdmin):
    """For rows that history points to: they are closed or replaced, not deleted."""

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


class Rows(TabularInline):
    extra = 0
    show_change_link = False


class ViewOnlyRows(ViewOnly, Rows):
    can_delete = False
    max_num = 0
