from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_bases import (
    NeverDeletedAdmin,
    RoomAdmin,
    Rows,
    ViewOnlyAdmin,
    ViewOnlyRows,
)
from standards.models import (
    CalendarDay,
    Clock,
    ClockPause,
    ClockStep,
    InteractionType,
    Procedure,
    ProcedureStep,
    Standard,
    WorkCalendar,
    WorkSpan,
)


@admin.register(InteractionType)
class InteractionTypeAdmin(NeverDeletedAdmin):
    list_display = ["code", "name_en", "name_zh", "order"]
    search_fields = ["code", "name_en", "name_zh"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # A type that no code serves would do nothing.

    def get_readonly_fields(
        self, request: HttpRequest, obj: InteractionType | None = None
    ) -> list[str]:
        return ["code"]


class StepRows(Rows):
    model = ProcedureStep
    ordering = ["order"]


@admin.register(Procedure)
class ProcedureAdmin(NeverDeletedAdmin):
    list_display = ["name_en", "name_zh", "type", "version", "is_current"]
    list_filter = ["type", "is_current"]
    list_select_related = ["type"]
    search_fields = ["name_en", "name_zh"]
    inlines = [StepRows]


class SpanRows(Rows):
    model = WorkSpan


@admin.register(WorkCalendar)
class WorkCalendarAdmin(NeverDeletedAdmin):
    list_display = ["code", "name_en", "name_zh", "time_zone"]
    search_fields = ["code", "name_en", "name_zh"]
    inlines = [SpanRows]


# Not part of the calendar's page: some decades of holidays are hundreds of rows.
@admin.register(CalendarDay)
class CalendarDayAdmin(RoomAdmin):
    list_display = ["date", "calendar", "is_working", "name_en", "name_zh"]
    list_filter = ["calendar", "is_working"]
    list_select_related = ["calendar"]
    search_fields = ["name_en", "name_zh"]
    date_hierarchy = "date"
    ordering = ["-date"]


@admin.register(Standard)
class StandardAdmin(NeverDeletedAdmin):
    list_display = [
        "type",
        "metric",
        "level",
        "organisation",
        "target",
        "unit",
        "goal_share",
        "grade",
        "valid_from",
        "valid_to",
    ]
    list_display_links = ["type", "metric"]
    list_filter = ["type", "metric", "is_statutory", "grade"]
    list_select_related = ["type", "organisation"]
    search_fields = ["metric", "level", "organisation__name", "organisation__code"]
    autocomplete_fields = ["organisation"]


class PauseRows(ViewOnlyRows):
    model = ClockPause


class ReachedRows(ViewOnlyRows):
    model = ClockStep


class RunningFilter(admin.SimpleListFilter):
    title = _("running")
    parameter_name = "running"

    def lookups(self, request: HttpRequest, model_admin: object) -> Any:
        return [("yes", _("Running")), ("no", _("Stopped"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Clock]
    ) -> QuerySet[Clock]:
        if self.value() is None:
            return queryset
        return queryset.filter(stopped_at__isnull=self.value() == "yes")


@admin.register(Clock)
class ClockAdmin(ViewOnlyAdmin):
    list_display = [
        "standard",
        "subject_type",
        "subject_id",
        "organisation",
        "agent",
        "started_at",
        "due_at",
        "stopped_at",
        "met",
    ]
    list_filter = [RunningFilter, "standard__type", "standard__metric"]
    list_select_related = ["standard", "organisation", "agent"]
    search_fields = ["=subject_id", "organisation__name", "agent__username"]
    date_hierarchy = "started_at"
    inlines = [PauseRows, ReachedRows]

    @admin.display(description=_("met"), boolean=True)
    def met(self, clock: Clock) -> bool | None:
        return clock.is_met()
