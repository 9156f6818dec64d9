from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_bases import NeverDeletedAdmin, Rows, ViewOnlyAdmin, ViewOnlyRows
from followups.models import (
    Answer,
    Attempt,
    Plan,
    Questionnaire,
    QuestionnaireItem,
    Task,
)


class ItemRows(Rows):
    model = QuestionnaireItem


@admin.register(Questionnaire)
class QuestionnaireAdmin(NeverDeletedAdmin):
    list_display = ["code", "version", "name_en", "name_zh"]
    search_fields = ["code", "name_en", "name_zh"]
    inlines = [ItemRows]


@admin.register(Plan)
class PlanAdmin(NeverDeletedAdmin):
    list_display = [
        "code",
        "name_en",
        "name_zh",
        "source",
        "opens_after_days",
        "closes_after_days",
        "max_attempts",
        "is_active",
    ]
    list_filter = ["source", "is_active"]
    list_select_related = ["type"]
    search_fields = ["code", "name_en", "name_zh"]


class AttemptRows(ViewOnlyRows):
    model = Attempt
    fields = ["number", "outcome", "at", "by", "call_back_at"]


class AnswerRows(ViewOnlyRows):
    model = Answer
    fields = ["item", "value"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        rows: QuerySet[Answer] = super().get_queryset(request)
        return rows.select_related("item")


@admin.register(Task)
class TaskAdmin(ViewOnlyAdmin):
    list_display = [
        "id",
        "plan",
        "customer",
        "status",
        "not_before",
        "due_at",
        "assigned_to",
        "attempts_made",
    ]
    list_filter = ["status", "plan", "due_at"]
    list_select_related = ["plan", "customer", "assigned_to"]
    search_fields = ["customer__name", "vehicle__vin", "case__number"]
    date_hierarchy = "due_at"
    inlines = [AttemptRows, AnswerRows]
