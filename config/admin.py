"""Background work in the admin: to look at, and to send again what failed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_q import admin as q
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin_bases import RoomAdmin, ViewOnly

for model in (Failure, OrmQ, Schedule, Success):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Schedule)
class ScheduleAdmin(ViewOnly, q.ScheduleAdmin, RoomAdmin):
    """Schedules are in code (config/schedules.py)."""

    list_display = ["name", "func", "schedule_type", "next_run", "get_success"]
    list_display_links = ["name"]
    list_filter = ["schedule_type"]


@admin.register(Success)
class SuccessAdmin(ViewOnly, q.TaskAdmin, RoomAdmin):
    list_display = ["name", "func", "started", "stopped", "time_taken"]
    list_filter = ["func"]


@admin.register(Failure)
class FailureAdmin(q.FailAdmin, RoomAdmin):
    list_display = ["name", "func", "started", "stopped", "short_result"]
    list_filter = ["func"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OrmQ)
class QueueAdmin(ViewOnly, q.QueueAdmin, RoomAdmin):
    list_display = ["id", "name", "func", "lock"]
    list_filter: list[str] = []
