from django.contrib import admin

from accounts.admin_bases import ViewOnlyAdmin, ViewOnlyRows
from complaints.models import Case, Transfer


class TransferRows(ViewOnlyRows):
    model = Transfer
    fields = ["round", "to", "status", "sent_at", "accepted_at", "ended_at"]


@admin.register(Case)
class CaseAdmin(ViewOnlyAdmin):
    list_display = [
        "number",
        "subject",
        "kind",
        "level",
        "status",
        "round",
        "customer",
        "owner",
        "opened_at",
    ]
    list_filter = ["status", "level", "kind", "category", "opened_at"]
    list_select_related = ["customer", "owner"]
    search_fields = ["number", "subject", "customer__name", "vehicle__vin"]
    date_hierarchy = "opened_at"
    inlines = [TransferRows]


@admin.register(Transfer)
class TransferAdmin(ViewOnlyAdmin):
    list_display = ["case", "round", "to", "status", "sent_at", "ended_at"]
    list_filter = ["status", "to"]
    list_select_related = ["case", "to"]
    search_fields = ["case__number", "to__name"]
    date_hierarchy = "sent_at"
