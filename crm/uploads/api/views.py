"""What the views have in common."""

from typing import Any

from django.utils import timezone
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import viewer
from accounts.models import User
from crm.models import UploadBatch
from crm.uploads.api.answers import BatchDetailSerializer
from crm.uploads.api.problems import Refused
from crm.uploads.services import OLDEST


class WithCodes(APIView):
    """Every refusal has a code, REST framework's own too."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # Django reads nothing of such a body, which would look like an empty one.
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            raise Refused("length_needed")

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        said = response.data
        if isinstance(said, dict) and "detail" in said and "code" not in said:
            response.data = {"code": getattr(said["detail"], "code", ""), **said}
        return response


def sender(request: Request) -> User:
    user = viewer(request)
    if user is None:
        raise NotAuthenticated
    return user


def detail(request: Request, batch: UploadBatch) -> dict[str, Any]:
    serializer = BatchDetailSerializer(batch, context={"request": request})
    return dict(serializer.data)


def check_day(day: Any) -> None:
    if day and day > timezone.localdate():
        raise Refused("day_future")
    if day and day < timezone.localdate() - OLDEST:
        raise Refused("day_too_old", days=OLDEST.days)
