from typing import Any

from axes.admin import AccessAttemptAdmin as AxesAccessAttemptAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from rest_framework.authtoken.models import TokenProxy
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.actions import describe
from accounts.admin_bases import (
    NeverDeletedAdmin,
    RoomAdmin,
    ViewOnlyAdmin,
    ViewOnlyRows,
)
from accounts.http import UserRequest
from accounts.models import LogEntry, Notification, Organisation, User
from accounts.roles import Role
from accounts.services import revoke_keys, save_organisation
from accounts.text import listed

# Groups are the roles in code; keys of the API are nobody's but their owner's; who
# came and went is in the business log's own table of Axes, which needs no page.
for model in (Group, TokenProxy, AccessAttempt, AccessLog, AccessFailureLog):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


@admin.register(Organisation)
class OrganisationAdmin(NeverDeletedAdmin):
    list_display = ["name", "code", "kind", "parent", "phone", "is_active"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["parent"]
    ordering = ["path"]

    def save_model(
        self, request: HttpRequest, obj: Organisation, form: Any, change: bool
    ) -> None:
        save_organisation(obj)


class RolesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return str(Role(obj.name).label)


class RoleFilter(admin.SimpleListFilter):
    title = _("roles")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Role.choices)

    def queryset(self, request: HttpRequest, people: QuerySet[User]) -> QuerySet[User]:
        return people.filter(groups__name=self.value()) if self.value() else people


@admin.register(User)
class UserAdmin(DjangoUserAdmin, NeverDeletedAdmin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = [
        "username",
        "name",
        "organisation",
        "role_names",
        "is_staff",
        "is_active",
        "last_login",
    ]
    list_filter = [RoleFilter, "is_active", "is_staff", "organisation__kind"]
    list_select_related = ["organisation"]
    search_fields = ["username", "first_name", "last_name", "email", "extension"]
    autocomplete_fields = ["organisation"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = ()
    actions = ["revoke_keys"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (
            _("Person"),
            {
                "fields": [
                    *("last_name", "first_name", "email", "wants_mail"),
                    *("extension", "language"),
                ]
            },
        ),
        (
            _("Place and roles"),
            {"fields": ["organisation", "groups", "is_staff", "is_active"]},
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": [
                    "username",
                    "usable_password",
                    "password1",
                    "password2",
                    "organisation",
                    "groups",
                ],
            },
        )
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people: QuerySet[User] = super().get_queryset(request)
        return people.prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Those who only look do not get to see even the hash of a password."""
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        return [(None, {"fields": ["username"]}), *fieldsets[1:]]

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "groups":
            kwargs["form_class"] = RolesField
            kwargs["queryset"] = Group.objects.filter(name__in=Role.values)
            kwargs["help_text"] = _("What the person does here.")
            kwargs["label"] = _("Roles")
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Administrators are staff, so that the admin's own search serves them too."""
        super().save_related(request, form, formsets, change)
        roles = form.instance.groups.values_list("name", flat=True)
        if Role.ADMINISTRATOR in roles and not form.instance.is_staff:
            form.instance.is_staff = True
            form.instance.save(update_fields=["is_staff"])

    @admin.action(description=_("Revoke API keys"), permissions=["change"])
    def revoke_keys(self, request: UserRequest, people: QuerySet[User]) -> None:
        count = revoke_keys(people, by=request.user)
        text = ngettext(
            "%(count)s API key is revoked.", "%(count)s API keys are revoked.", count
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.display(description=_("name"))
    def name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def role_names(self, user: User) -> str:
        known = [role for role in Role if role in user.roles]
        return listed(role.label for role in known)


class NotificationRows(ViewOnlyRows):
    model = Notification
    fields = ["to", "read_at", "mail", "mailed_at"]


@admin.register(LogEntry)
class LogEntryAdmin(ViewOnlyAdmin):
    list_display = ["at", "sentence", "by", "kind", "subject_id"]
    list_filter = ["action", "subject_type"]
    list_select_related = ["by"]
    search_fields = ["action", "=subject_id"]
    date_hierarchy = "at"
    fields = ["at", "by", "action", "subject_type", "subject_id", "data"]
    inlines = [NotificationRows]

    @admin.display(description=_("what was done"))
    def sentence(self, entry: LogEntry) -> str:
        return describe(entry)

    @admin.display(description=_("kind of subject"), ordering="subject_type")
    def kind(self, entry: LogEntry) -> str:
        try:
            return str(apps.get_model(entry.subject_type)._meta.verbose_name)
        except LookupError:
            return entry.subject_type


@admin.register(AccessAttempt)
class FailedLogInAdmin(AxesAccessAttemptAdmin, RoomAdmin):
    """Failed log-ins; deleting a row unlocks that name at that address."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start"]
    list_filter = ["attempt_time"]
    fieldsets = None
    fields = ["attempt_time", "username", "ip_address", "failures_since_start"]
    readonly_fields = fields
    actions: list[Any] = []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
