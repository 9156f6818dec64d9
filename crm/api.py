from typing import Any

from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers

from accounts.api import RoomViewSet, viewer
from crm import phones
from crm.models import Customer, Ownership, Phone, Vehicle
from crm.search import find_by_phone, find_customers


class PhoneSerializer(serializers.ModelSerializer[Phone]):
    number = serializers.SerializerMethodField(
        help_text="Masked; whole numbers are shown, on the record, on the desk only."
    )

    class Meta:
        model = Phone
        fields = ["number", "is_wrong"]

    def get_number(self, phone: Phone) -> str:
        return phones.masked(phone.number)


class CustomerName(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ["id", "name"]


class VehicleName(serializers.ModelSerializer[Vehicle]):
    class Meta:
        model = Vehicle
        fields = ["id", "vin", "plate"]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A customer",
            value={
                "id": 17,
                "kind": "person",
                "name": "王小明",
                "gender": "m",
                "province": "广东省",
                "city": "深圳市",
                "do_not_call": False,
                "phones": [{"number": "138****8000", "is_wrong": False}],
                "created_at": "2026-03-02T09:30:00+08:00",
            },
        )
    ]
)
class CustomerSerializer(serializers.ModelSerializer[Customer]):
    phones = PhoneSerializer(many=True, read_only=True)

    class Meta:
        model = Customer
        fields = [
            "id",
            "kind",
            "name",
            "gender",
            "province",
            "city",
            "do_not_call",
            "phones",
            "created_at",
        ]


class CustomerFilter(filters.FilterSet):
    search = filters.CharFilter(
        method="by_anything",
        label="A phone number however written or its last 4 to 8 digits, a name, a "
        "plate, a VIN or its last 6 to 8 characters.",
    )
    name = filters.CharFilter(lookup_expr="icontains", label="Part of the name.")
    phone = filters.CharFilter(
        method="by_phone", label="A number however written, or its last 4 to 8 digits."
    )
    city = filters.CharFilter(lookup_expr="istartswith", label="Beginning of the city.")
    created = filters.IsoDateTimeFromToRangeFilter(
        field_name="created_at", label="When the customer became known."
    )

    class Meta:
        model = Customer
        fields = ["kind", "do_not_call"]

    def by_anything(
        self, rows: QuerySet[Customer], name: str, value: str
    ) -> QuerySet[Customer]:
        found = find_customers(value, self.request.user)
        return rows.filter(pk__in=found.order_by().values("pk"))

    def by_phone(
        self, rows: QuerySet[Customer], name: str, value: str
    ) -> QuerySet[Customer]:
        found = find_by_phone(value, self.request.user)
        return rows.filter(pk__in=found.values("pk"))


@extend_schema(tags=["Customers"])
@extend_schema_view(
    list=extend_schema(summary="Customers that the user may see"),
    retrieve=extend_schema(summary="One customer"),
)
class CustomerViewSet(RoomViewSet[Customer]):
    queryset = Customer.objects.prefetch_related("phones").order_by("pk")
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter
    ordering_fields = ["name", "city", "created_at"]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A vehicle",
            value={
                "id": 5,
                "vin": "LSVAA4182E2184847",
                "plate": "粤B12345",
                "model": "Aurora 1.5T",
                "colour": "白色",
                "engine_no": "EA1234567",
                "mileage": 12000,
                "owner": {"id": 17, "name": "王小明"},
            },
        )
    ]
)
class VehicleSerializer(serializers.ModelSerializer[Vehicle]):
    owner = serializers.SerializerMethodField(
        help_text="Who owns it now; null when nobody the user may see does."
    )

    class Meta:
        model = Vehicle
        fields = [
            "id",
            "vin",
            "plate",
            "model",
            "colour",
            "engine_no",
            "mileage",
            "owner",
        ]

    @extend_schema_field(CustomerName(allow_null=True))
    def get_owner(self, vehicle: Vehicle) -> dict[str, Any] | None:
        current = next(iter(vehicle.ownerships.all()), None)
        return dict(CustomerName(current.customer).data) if current else None


class VehicleFilter(filters.FilterSet):
    vin = filters.CharFilter(lookup_expr="iexact", label="The whole VIN.")
    vin_ending = filters.CharFilter(
        method="by_ending", label="The last characters of the VIN, commonly 6 to 8."
    )
    plate = filters.CharFilter(
        lookup_expr="istartswith", label="Beginning of the plate."
    )
    model = filters.CharFilter(lookup_expr="icontains", label="Part of the model.")
    owner = filters.NumberFilter(method="by_owner", label="Id of the present owner.")

    class Meta:
        model = Vehicle
        fields: list[str] = []

    def by_ending(
        self, rows: QuerySet[Vehicle], name: str, value: str
    ) -> QuerySet[Vehicle]:
        return rows.filter(vin_reversed__startswith=value.upper()[::-1])

    def by_owner(
        self, rows: QuerySet[Vehicle], name: str, value: int
    ) -> QuerySet[Vehicle]:
        owners = Customer.objects.visible_to(self.request.user).filter(pk=value)
        current = Ownership.objects.filter(to_on=None, customer__in=owners)
        return rows.filter(pk__in=current.values("vehicle"))


@extend_schema(tags=["Vehicles"])
@extend_schema_view(
    list=extend_schema(summary="Vehicles that the user may see"),
    retrieve=extend_schema(summary="One vehicle"),
)
class VehicleViewSet(RoomViewSet[Vehicle]):
    queryset = Vehicle.objects.order_by("pk")
    serializer_class = VehicleSerializer
    filterset_class = VehicleFilter
    ordering_fields = ["vin", "plate", "model", "mileage"]

    def get_queryset(self) -> QuerySet[Vehicle]:
        user = viewer(self.request)
        if user is None:
            return Vehicle.objects.none()
        current = Ownership.objects.filter(
            to_on=None, customer__in=Customer.objects.visible_to(user)
        ).select_related("customer")
        return super().get_queryset().prefetch_related(Prefetch("ownerships", current))
