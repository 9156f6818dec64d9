from django.db.models import Prefetch, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers

from accounts.api import RoomViewSet, viewer
from accounts.models import Organisation, User
from complaints.models import Case, Transfer
from crm.api import CustomerName, VehicleName


class OrganisationName(serializers.ModelSerializer[Organisation]):
    class Meta:
        model = Organisation
        fields = ["code", "name"]


class PersonName(serializers.ModelSerializer[User]):
    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = User
        fields = ["id", "name"]


class TransferSerializer(serializers.ModelSerializer[Transfer]):
    to = OrganisationName(read_only=True)

    class Meta:
        model = Transfer
        fields = [
            "id",
            "round",
            "to",
            "status",
            "sent_at",
            "accepted_at",
            "ended_at",
            "return_reason",
            "answer",
        ]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A case",
            value={
                "id": 42,
                "number": "C20260302-0042",
                "kind": "complaint",
                "category": "service",
                "level": "general",
                "status": "dispatched",
                "round": 1,
                "subject": "空调维修后仍有异响",
                "description": "客户三天前到店维修空调，今天异响再次出现。",
                "demand": "免费返修",
                "customer": {"id": 17, "name": "王小明"},
                "vehicle": {"id": 5, "vin": "LSVAA4182E2184847", "plate": "粤B12345"},
                "organisation": {"code": "S1", "name": "深圳服务站"},
                "owner": {"id": 3, "name": "李坐席"},
                "opened_at": "2026-03-02T09:30:00+08:00",
                "contacted_at": "2026-03-02T10:05:00+08:00",
                "closed_at": None,
                "transfers": [
                    {
                        "id": 8,
                        "round": 1,
                        "to": {"code": "AFTERSALES", "name": "售后服务部"},
                        "status": "sent",
                        "sent_at": "2026-03-02T09:40:00+08:00",
                        "accepted_at": None,
                        "ended_at": None,
                        "return_reason": "",
                        "answer": "",
                    }
                ],
            },
        )
    ]
)
class CaseSerializer(serializers.ModelSerializer[Case]):
    customer = CustomerName(read_only=True)
    vehicle = VehicleName(read_only=True, allow_null=True)
    organisation = OrganisationName(read_only=True, allow_null=True)
    owner = PersonName(read_only=True)
    transfers = TransferSerializer(
        many=True, read_only=True, help_text="Those that the user may see."
    )

    class Meta:
        model = Case
        fields = [
            "id",
            "number",
            "kind",
            "category",
            "level",
            "status",
            "round",
            "subject",
            "description",
            "demand",
            "customer",
            "vehicle",
            "organisation",
            "owner",
            "opened_at",
            "contacted_at",
            "closed_at",
            "transfers",
        ]


class CaseFilter(filters.FilterSet):
    search = filters.CharFilter(
        method="by_words", label="The number, or part of the subject or description."
    )
    number = filters.CharFilter(lookup_expr="iexact", label="The whole number.")
    open = filters.BooleanFilter(method="by_open", label="Not closed, or closed.")
    status = filters.MultipleChoiceFilter(choices=Case.Status.choices)
    level = filters.MultipleChoiceFilter(choices=Case.Level.choices)
    customer = filters.NumberFilter(field_name="customer_id", label="Customer's id.")
    vin = filters.CharFilter(
        field_name="vehicle__vin", lookup_expr="iexact", label="The vehicle's VIN."
    )
    organisation = filters.CharFilter(
        field_name="organisation__code", label="Code of the dealer or station."
    )
    opened = filters.IsoDateTimeFromToRangeFilter(
        field_name="opened_at", label="When the case was opened."
    )

    class Meta:
        model = Case
        fields = ["kind", "category"]

    def by_words(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return rows.filter(
            Q(number__iexact=value)
            | Q(subject__icontains=value)
            | Q(description__icontains=value)
        )

    def by_open(self, rows: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        closed = Case.Status.CLOSED
        return rows.exclude(status=closed) if value else rows.filter(status=closed)


@extend_schema(tags=["Cases"])
@extend_schema_view(
    list=extend_schema(summary="Complaints and consultations that the user may see"),
    retrieve=extend_schema(summary="One case with its transfers"),
)
class CaseViewSet(RoomViewSet[Case]):
    queryset = Case.objects.select_related(
        "customer", "vehicle", "organisation", "owner"
    ).order_by("-opened_at", "-pk")
    serializer_class = CaseSerializer
    filterset_class = CaseFilter
    # Not by level or status: those would sort by spelling.
    ordering_fields = ["opened_at", "closed_at", "number"]

    def get_queryset(self) -> QuerySet[Case]:
        user = viewer(self.request)
        if user is None:
            return Case.objects.none()
        transfers = Transfer.objects.visible_to(user).select_related("to")
        return super().get_queryset().prefetch_related(Prefetch("transfers", transfers))
