from typing import Any, cast

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
from accounts.models import User
from accounts.services import log_action
from crm.models import (
    Customer,
    Interaction,
    Ownership,
    Phone,
    Repair,
    RepairLine,
    ReviewRule,
    Sale,
    UploadBatch,
    Vehicle,
)
from crm.templatetags.crm import masked_id, masked_phone


class PhoneRows(Rows):
    model = Phone
    readonly_fields = ["masked_number"]

    def get_fields(
        self, request: HttpRequest, obj: Customer | None = None
    ) -> list[str]:
        """The whole number only for who may mend it."""
        may_mend = self.has_change_permission(request, obj)
        return ["number" if may_mend else "masked_number", "is_wrong"]

    @admin.display(description=_("number"))
    def masked_number(self, phone: Phone) -> str:
        return masked_phone(phone.number)


class OwnershipRows(ViewOnlyRows):
    model = Ownership
    fields = ["vehicle", "customer", "from_on", "to_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ownership]:
        rows: QuerySet[Ownership] = super().get_queryset(request)
        return rows.select_related("vehicle", "customer")


@admin.register(Customer)
class CustomerAdmin(NeverDeletedAdmin):
    list_display = ["name", "kind", "city", "do_not_call", "created_at"]
    list_filter = ["kind", "do_not_call", "province"]
    search_fields = ["name", "phones__number"]
    search_help_text = _("Name or telephone number")
    date_hierarchy = "created_at"
    inlines = [PhoneRows, OwnershipRows]
    readonly_fields = ["masked_id_number"]

    def get_fields(
        self, request: HttpRequest, obj: Customer | None = None
    ) -> list[str]:
        """The whole identity number only for who may mend it."""
        may_mend = self.has_change_permission(request, obj)
        hidden = "masked_id_number" if may_mend else "id_number"
        return [f for f in super().get_fields(request, obj) if f != hidden]

    @admin.display(description=_("identity number"))
    def masked_id_number(self, customer: Customer) -> str:
        return masked_id(customer.id_number)


@admin.register(Vehicle)
class VehicleAdmin(NeverDeletedAdmin):
    list_display = ["vin", "plate", "model", "colour", "mileage"]
    list_filter = ["model"]
    search_fields = ["vin", "plate", "engine_no"]
    inlines = [OwnershipRows]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Vehicle | None = None
    ) -> list[str]:
        return ["vin"] if obj else []


@admin.register(Sale)
class SaleAdmin(ViewOnlyAdmin):
    list_display = ["sale_no", "dealer", "customer", "vehicle", "delivered_on"]
    list_filter = ["delivered_on"]
    list_select_related = ["dealer", "customer", "vehicle"]
    search_fields = ["sale_no", "invoice_no", "vehicle__vin", "customer__name"]
    date_hierarchy = "invoiced_on"


class LineRows(ViewOnlyRows):
    model = RepairLine


@admin.register(Repair)
class RepairAdmin(ViewOnlyAdmin):
    list_display = ["order_no", "station", "vehicle", "customer", "kind", "out_at"]
    list_filter = ["kind", "out_at"]
    list_select_related = ["station", "customer", "vehicle"]
    search_fields = ["order_no", "vehicle__vin", "vehicle__plate", "customer__name"]
    date_hierarchy = "in_at"
    inlines = [LineRows]


@admin.register(Interaction)
class InteractionAdmin(ViewOnlyAdmin):
    list_display = ["started_at", "type", "direction", "customer", "agent", "outcome"]
    list_filter = ["type", "direction", "channel", "outcome"]
    list_select_related = ["type", "customer", "agent"]
    search_fields = ["customer__name", "number", "agent__username"]
    date_hierarchy = "started_at"
    exclude = ["number"]
    readonly_fields = ["masked_number"]

    @admin.display(description=_("number"))
    def masked_number(self, interaction: Interaction) -> str:
        return masked_phone(interaction.number)


@admin.register(UploadBatch)
class UploadBatchAdmin(ViewOnlyAdmin):
    list_display = [
        "id",
        "file_name",
        "kind",
        "organisation",
        "status",
        "rows_total",
        "rows_rejected",
        "rows_posted",
        "uploaded_at",
    ]
    list_display_links = ["id", "file_name"]
    list_filter = ["status", "kind", "uploaded_at"]
    list_select_related = ["organisation"]
    search_fields = ["file_name", "organisation__name", "organisation__code"]
    date_hierarchy = "uploaded_at"
    # The file itself is reached through the upload's own page, which checks access.
    exclude = ["file"]


@admin.register(ReviewRule)
class ReviewRuleAdmin(RoomAdmin):
    """Whose files need no review; one that waits already is not touched."""

    list_display = ["organisation", "approves_itself"]
    list_filter = ["approves_itself"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name", "organisation__code"]
    autocomplete_fields = ["organisation"]
    # Deleting many at once would go past the log.
    actions = None

    def save_model(
        self, request: HttpRequest, obj: ReviewRule, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        self._log(request, "review_rule.set", obj)

    def delete_model(self, request: HttpRequest, obj: ReviewRule) -> None:
        self._log(request, "review_rule.removed", obj)
        super().delete_model(request, obj)

    def _log(self, request: HttpRequest, action: str, rule: ReviewRule) -> None:
        about = {
            "organisation": str(rule.organisation),
            "approves_itself": rule.approves_itself,
        }
        log_action(cast("User", request.user), action, rule, about)
