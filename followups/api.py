from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers

from accounts.api import RoomViewSet
from complaints.api import PersonName
from crm.api import CustomerName, VehicleName
from followups.models import Task


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A task",
            value={
                "id": 99,
                "plan": "sale-3",
                "type": "post_purchase",
                "status": "assigned",
                "customer": {"id": 17, "name": "王小明"},
                "vehicle": {"id": 5, "vin": "LSVAA4182E2184847", "plate": "粤B12345"},
                "case": None,
                "round": 1,
                "not_before": "2026-03-05T09:00:00+08:00",
                "due_at": "2026-03-06T18:00:00+08:00",
                "priority": 50,
                "assigned_to": {"id": 3, "name": "李坐席"},
                "attempts_made": 1,
                "note": "",
                "ended_at": None,
            },
        )
    ]
)
class TaskSerializer(serializers.ModelSerializer[Task]):
    plan = serializers.SlugRelatedField[Task](
        slug_field="code", read_only=True, help_text="Code of the follow-up plan."
    )
    type = serializers.CharField(
        source="plan.type_id", read_only=True, help_text="Code of the interaction type."
    )
    customer = CustomerName(read_only=True)
    vehicle = VehicleName(read_only=True, allow_null=True)
    case = serializers.SlugRelatedField[Task](
        slug_field="number",
        read_only=True,
        allow_null=True,
        help_text="Number of the case whose answer is checked.",
    )
    assigned_to = PersonName(read_only=True, allow_null=True)

    class Meta:
        model = Task
        fields = [
            "id",
            "plan",
            "type",
            "status",
            "customer",
            "vehicle",
            "case",
            "round",
            "not_before",
            "due_at",
            "priority",
            "assigned_to",
            "attempts_made",
            "note",
            "ended_at",
        ]


class TaskFilter(filters.FilterSet):
    search = filters.CharFilter(
        field_name="customer__name",
        lookup_expr="icontains",
        label="Part of the customer's name.",
    )
    open = filters.BooleanFilter(method="by_open", label="Still owed, or ended.")
    mine = filters.BooleanFilter(
        method="by_mine", label="true: only those assigned to the user."
    )
    status = filters.MultipleChoiceFilter(choices=Task.Status.choices)
    plan = filters.CharFilter(field_name="plan__code", label="Code of the plan.")
    type = filters.CharFilter(
        field_name="plan__type", label="Code of the interaction type."
    )
    customer = filters.NumberFilter(field_name="customer_id", label="Customer's id.")
    assigned_to = filters.NumberFilter(
        field_name="assigned_to_id", label="Id of the agent."
    )
    due = filters.IsoDateTimeFromToRangeFilter(
        field_name="due_at", label="When the call must be made by."
    )

    class Meta:
        model = Task
        fields: list[str] = []

    def by_open(self, rows: QuerySet[Task], name: str, value: bool) -> QuerySet[Task]:
        if value:
            return rows.filter(status__in=Task.OPEN)
        return rows.exclude(status__in=Task.OPEN)

    def by_mine(self, rows: QuerySet[Task], name: str, value: bool) -> QuerySet[Task]:
        return rows.filter(assigned_to=self.request.user) if value else rows


@extend_schema(tags=["Tasks"])
@extend_schema_view(
    list=extend_schema(summary="Follow-up tasks that the user may see"),
    retrieve=extend_schema(summary="One follow-up task"),
)
class TaskViewSet(RoomViewSet[Task]):
    queryset = Task.objects.select_related(
        "plan", "customer", "vehicle", "case", "assigned_to"
    ).order_by("priority", "due_at", "pk")
    serializer_class = TaskSerializer
    filterset_class = TaskFilter
    ordering_fields = ["due_at", "not_before", "priority", "status", "ended_at"]
