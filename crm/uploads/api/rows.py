"""`POST /api/sales/` and `/api/repairs/`: rows as JSON, checked while one waits."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from crm.models import UploadBatch
from crm.uploads import json_rows, services
from crm.uploads.api import examples
from crm.uploads.api.answers import row_answers
from crm.uploads.api.keys import answer_once, fingerprint
from crm.uploads.api.parsers import RawJSON
from crm.uploads.api.problems import refused
from crm.uploads.api.schema import rows_schema
from crm.uploads.api.senders import sender_of
from crm.uploads.api.views import WithCodes, check_day, detail, sender
from crm.uploads.json_rows import RowsError


class RowsView(WithCodes):
    parser_classes = [RawJSON]
    throttle_scope = "rows"
    kind: str

    def post(self, request: Request) -> Response:
        by = sender(request)
        # Without a body no parser is asked.
        content: bytes = dict(request.data).get("sent", b"{}")
        try:
            sent = json_rows.read_rows(content)
        except RowsError as error:
            raise refused(error) from error
        check_day(sent.day)
        kind, organisation = sender_of(by, kind=self.kind, code=sent.organisation)

        def receive() -> UploadBatch:
            return services.receive_rows(
                kind=kind,
                organisation=organisation,
                by=by,
                sent=content,
                day=sent.day,
                submits_itself=sent.submit,
            )

        def answer(batch: UploadBatch) -> dict[str, Any]:
            rows = row_answers(batch, batch.rows.all())
            return {**detail(request, batch), "rows": rows}

        return answer_once(
            request,
            by=by,
            sha256=fingerprint("rows", kind, content),
            receive=receive,
            answer=answer,
            status_code=201,
        )


@rows_schema("sales", "Hand in sales", examples.SENT["sales"])
class SalesView(RowsView):
    kind = UploadBatch.Kind.SALES


@rows_schema("repairs", "Hand in repairs", examples.SENT["repairs"])
class RepairsView(RowsView):
    kind = UploadBatch.Kind.REPAIRS
