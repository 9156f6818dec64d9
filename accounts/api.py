"""What the API views of all rooms have in common."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.models import User

M = TypeVar("M", bound=Model)


def viewer(request: Request | None) -> User | None:
    """Whose eyes the API looks with; None while the schema is being made."""
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


class Ordering(OrderingFilter):
    """Orders as asked, then by id, so that pages neither repeat nor lose a row."""

    def get_ordering(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> list[str] | None:
        chosen = super().get_ordering(request, queryset, view)
        return [*chosen, "pk"] if chosen else None


class RoomViewSet(ReadOnlyModelViewSet[M]):
    """Read-only, and starts from what the user may see: all else answers 404."""

    queryset: QuerySet[M]
    filter_backends = [DjangoFilterBackend, Ordering]

    def get_queryset(self) -> QuerySet[M]:
        user = viewer(self.request)
        if user is None:
            return self.queryset.none()
        rows: QuerySet[M] = self.queryset.visible_to(user)  # type: ignore[attr-defined]
        return rows
