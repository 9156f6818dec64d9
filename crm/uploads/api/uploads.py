"""`/api/uploads/`: hand in a file, ask how far it is, hand it on or take it back."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import RoomViewSet
from accounts.permissions import require_role
from crm.models import UploadBatch
from crm.uploads import json_rows, services
from crm.uploads.api.answers import (
    BatchDetailSerializer,
    BatchSerializer,
    row_answers,
)
from crm.uploads.api.keys import answer_once, fingerprint
from crm.uploads.api.parsers import FileForm
from crm.uploads.api.problems import Refused, refused
from crm.uploads.api.schema import uploads_schema
from crm.uploads.api.senders import sender_of
from crm.uploads.api.views import WithCodes, check_day, detail, sender
from crm.uploads.json_rows import RowsError
from crm.uploads.permissions import VIEWERS, may_open_rows, may_submit

# Seconds after which a program may ask again what became of its file.
POLL_AFTER = 2
FORM = ("kind", "organisation", "day", "submit")
# The browsable API's form sends its token too.
KNOWN = {"file", *FORM, "csrfmiddlewaretoken"}
BOOLEANS = {"": True, "true": True, "1": True, "false": False, "0": False}


class UploadFilter(filters.FilterSet):
    organisation = filters.CharFilter(
        field_name="organisation__code", label="Code of the dealer or station."
    )
    day = filters.DateFromToRangeFilter(label="Whose sales or repairs these are.")
    uploaded = filters.IsoDateTimeFromToRangeFilter(
        field_name="uploaded_at", label="When it came in."
    )

    class Meta:
        model = UploadBatch
        fields = ["kind", "status", "channel"]


@extend_schema(tags=["Handing in"])
@uploads_schema
class UploadViewSet(WithCodes, RoomViewSet[UploadBatch]):
    queryset = UploadBatch.objects.select_related("organisation", "progress").order_by(
        "-pk"
    )
    serializer_class = BatchSerializer
    filterset_class = UploadFilter
    ordering_fields = ["day", "uploaded_at"]
    parser_classes = [FileForm]

    @property
    def throttle_scope(self) -> str:
        return "uploads" if self.action == "create" else "polls"

    def get_serializer_class(self) -> type[BatchSerializer]:
        return BatchSerializer if self.action == "list" else BatchDetailSerializer

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        require_role(sender(request), *VIEWERS)
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._answer(self._seen())

    def create(self, request: Request) -> Response:
        by = sender(request)
        form, file = request.POST, request.FILES.get("file")
        if file is None:
            raise Refused("file_needed")
        if unknown := {*form, *request.FILES} - KNOWN:
            raise Refused("unknown_fields", fields=json_rows.shown(sorted(unknown)))
        texts = {name: str(form.get(name, "")).strip() for name in FORM}
        if texts["kind"] not in {"", *UploadBatch.Kind.values}:
            raise Refused("kind_malformed")
        if texts["submit"].lower() not in BOOLEANS:
            raise Refused("submit_malformed")
        try:
            day = json_rows.read_day(texts["day"])
        except RowsError as error:
            raise refused(error) from error
        check_day(day)
        kind, organisation = sender_of(
            by, kind=texts["kind"], code=texts["organisation"]
        )
        digest = hashlib.sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
        name = file.name or "?"

        def receive() -> UploadBatch:
            return services.receive_file(
                kind=kind,
                organisation=organisation,
                by=by,
                file=file,
                name=name,
                day=day,
                channel=UploadBatch.Channel.API,
                submits_itself=BOOLEANS[texts["submit"].lower()],
            )

        return answer_once(
            request,
            by=by,
            sha256=fingerprint("file", digest.digest(), name, *texts.values()),
            receive=receive,
            answer=lambda batch: detail(request, batch),
            status_code=202,
        )

    @action(detail=True, methods=["get"])
    def rows(self, request: Request, pk: str) -> Response:
        """What became of each row; `?problems=true` for those with something to say."""
        batch = self._seen()
        if not may_open_rows(sender(self.request)):
            raise PermissionDenied
        rows = batch.rows.all()
        if request.query_params.get("problems", "").lower() in {"true", "1"}:
            rows = rows.with_problems()
        pages: Any = self.paginator
        page = pages.paginate_queryset(rows, request, view=self)
        return self.get_paginated_response(row_answers(batch, page))

    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        return self._take_step(services.submit_batch)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self._take_step(services.cancel_batch)

    def _seen(self) -> UploadBatch:
        """404 for who may not know of it, 403 for who has no role in it.

        The number that mended rows came as leads to the batch they were taken into.
        """
        seen = UploadBatch.objects.visible_to(sender(self.request))
        seen = seen.select_related("organisation", "progress")
        try:
            batch = seen.known_as(int(self.kwargs["pk"]))
        except (ValueError, UploadBatch.DoesNotExist) as error:
            raise NotFound from error
        require_role(sender(self.request), *VIEWERS)
        return batch

    def _take_step(self, step: Callable[..., UploadBatch]) -> Response:
        batch, by = self._seen(), sender(self.request)
        if not may_submit(by, batch):
            raise PermissionDenied
        try:
            step(batch, by=by)
        except ValidationError as error:
            raise refused(error) from error
        return self._answer(self._seen())

    def _answer(self, batch: UploadBatch) -> Response:
        headers = {"Retry-After": str(POLL_AFTER)} if batch.is_working else {}
        return Response(detail(self.request, batch), headers=headers)
