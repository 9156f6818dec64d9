"""What the API's schema says about handing in, with an example of everything."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers

from crm.models import UploadBatch
from crm.uploads.api import examples
from crm.uploads.api.answers import (
    BatchDetailSerializer,
    BatchSerializer,
    CheckedBatchSerializer,
    RowSerializer,
)
from crm.uploads.table import columns

V = TypeVar("V", bound=type)
HEADER: Literal["header"] = "header"


class RefusedSerializer(serializers.Serializer[Any]):
    """Why a request was refused: `code` stays as it is, `detail` is for people."""

    code = serializers.CharField()
    detail = serializers.CharField()
    row = serializers.IntegerField(required=False)
    # The name is what programs get; a serializer's own `fields` is not this.
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(), required=False
    )


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "number"}], "nullable": True}
)
class CellField(serializers.CharField):
    pass


def row_serializer(kind: str) -> serializers.Serializer[Any]:
    fields = {
        column.name: CellField(
            required=column.required, help_text=f"Also: {', '.join(column.aliases[:4])}"
        )
        for column in columns.COLUMNS[kind]
    }
    return inline_serializer(
        f"{kind.capitalize()}Row", dict[str, Any](fields), many=True, max_length=5_000
    )


def rows_serializer(kind: str) -> serializers.Serializer[Any]:
    fields: dict[str, Any] = {
        "day": serializers.DateField(
            required=False, help_text="Whose sales or repairs these are; else today."
        ),
        "submit": serializers.BooleanField(
            required=False, default=True, help_text=SUBMIT
        ),
        "organisation": serializers.CharField(required=False, help_text=ORGANISATION),
        "rows": row_serializer(kind),
    }
    return inline_serializer(f"{kind.capitalize()}Rows", fields)


SUBMIT = (
    "True: handed in for review as soon as it is checked, if a row was accepted. "
    "False: it waits for a person, or for `POST /api/uploads/{id}/submit/`."
)
ORGANISATION = (
    "Code of the dealer or station. Only an administrator's key says it; that of a "
    "clerk hands in for the clerk's own."
)
KEY = OpenApiParameter(
    "Idempotency-Key",
    location=HEADER,
    description=(
        "Chosen by the sender, one for each thing sent, at most 100 characters; a UUID "
        "is good. Sent again with the same content it is answered as the first time "
        "(with `Idempotent-Replayed: true`), and nothing is made twice. Kept for 7 "
        "days. Not required, but without it a retry makes another batch."
    ),
    examples=[
        OpenApiExample("A UUID", value="8e03978e-40d5-43dd-bc93-6894a57f9324"),
    ],
)
LANGUAGE = OpenApiParameter(
    "Accept-Language",
    location=HEADER,
    description="The language of messages: `en` or `zh-hans`. Codes never change.",
)
HEADERS = [
    OpenApiParameter(
        "Location",
        location=HEADER,
        response=[201, 202],
        description="Where to ask what became of it.",
    ),
    OpenApiParameter(
        "Idempotent-Replayed",
        location=HEADER,
        response=[201, 202],
        description="`true` when this was answered before under the same key.",
    ),
    OpenApiParameter(
        "Retry-After",
        OpenApiTypes.INT,
        location=HEADER,
        response=[409, 429],
        description="Seconds after which it may be sent again.",
    ),
]


def problem(title: str, *shown: OpenApiExample) -> OpenApiResponse:
    return OpenApiResponse(RefusedSerializer, title, examples=list(shown))


REFUSALS: dict[int, OpenApiResponse] = {
    401: problem("No key, or one that is not valid", examples.NO_KEY),
    403: problem("Not theirs to hand in", examples.NO_HAND_IN, examples.WRONG_KIND),
    409: problem("The first of these is still being worked on", examples.IN_PROGRESS),
    413: problem("Too much at once", examples.TOO_LARGE),
    415: problem("Another content type", examples.OTHER_TYPE),
    422: problem("The key was used for something else", examples.KEY_REUSED),
    429: problem("Too many requests", examples.THROTTLED),
}


def rows_schema(kind: str, summary: str, sent: Any) -> Callable[[V], V]:
    return extend_schema_view(
        post=extend_schema(
            tags=["Handing in"],
            summary=summary,
            description=(
                "Up to 5,000 rows, checked while you wait as the rows of a file are. "
                "Fields go by the names below, by any name a file's column may have, "
                "or by what your organisation's columns were matched to. Numbers are "
                "taken as they are written; null and a field left out are the same. "
                "The answer says what became of each row; refused rows are mended and "
                "sent again, alone or with the rest."
            ),
            parameters=[KEY, LANGUAGE, *HEADERS],
            request={"application/json": rows_serializer(kind)},
            examples=[OpenApiExample("Two rows", value=sent, request_only=True)],
            responses={
                201: OpenApiResponse(
                    CheckedBatchSerializer,
                    "Checked, row by row",
                    examples=[examples.CHECKED[kind]],
                ),
                400: problem("Not rows", *examples.BAD_ROWS),
                **REFUSALS,
            },
        )
    )


uploads_schema = extend_schema_view(
    list=extend_schema(
        summary="Files and rows that were handed in, newest first",
        responses=BatchSerializer(many=True),
        examples=[OpenApiExample("A batch", value=examples.BATCH, response_only=True)],
    ),
    retrieve=extend_schema(
        summary="How far a batch is, and what it comes to",
        description=(
            "Ask again after the seconds of `Retry-After`, which is sent while the "
            "worker reads (`received`) or posts (`approved`). `refused` and `mapping` "
            "say why in `refusal`; at `mapping` a person matches the columns once, on "
            "the page, and the file goes on by itself."
        ),
        parameters=[
            LANGUAGE,
            OpenApiParameter(
                "Retry-After", OpenApiTypes.INT, location=HEADER, response=[200]
            ),
        ],
        responses={
            200: OpenApiResponse(
                BatchDetailSerializer,
                examples=[examples.READING, examples.DONE, examples.REFUSED],
            ),
            404: problem("Not yours, or not there", examples.NOT_FOUND),
        },
    ),
    create=extend_schema(
        summary="Hand in a file",
        description=(
            "Any spreadsheet that the pages take. It is read and checked in the "
            "background: poll the answer's `url`."
        ),
        parameters=[KEY, LANGUAGE, *HEADERS],
        request={
            "multipart/form-data": inline_serializer(
                "UploadForm",
                {
                    "file": serializers.FileField(),
                    "kind": serializers.ChoiceField(
                        UploadBatch.Kind.choices,
                        required=False,
                        help_text="What the organisation hands in, when left out.",
                    ),
                    "organisation": serializers.CharField(
                        required=False, help_text=ORGANISATION
                    ),
                    "day": serializers.DateField(required=False),
                    "submit": serializers.BooleanField(
                        required=False, default=True, help_text=SUBMIT
                    ),
                },
            )
        },
        responses={
            202: OpenApiResponse(
                BatchDetailSerializer,
                "Kept; the worker reads it",
                examples=[examples.RECEIVED],
            ),
            400: problem("No file, or a wrong field", *examples.BAD_FORM),
            **REFUSALS,
        },
    ),
    rows=extend_schema(
        summary="What became of each row",
        parameters=[
            LANGUAGE,
            OpenApiParameter(
                "problems",
                OpenApiTypes.BOOL,
                description="True: only rows with an error or a warning.",
            ),
        ],
        filters=False,
        responses={
            200: RowSerializer(many=True),
            404: problem("Not yours, or not there", examples.NOT_FOUND),
        },
        examples=[
            OpenApiExample("A refused row", value=examples.BAD_ROW, response_only=True)
        ],
    ),
    submit=extend_schema(
        summary="Hand a checked batch in for review",
        request=None,
        parameters=[LANGUAGE],
        responses={
            200: OpenApiResponse(BatchDetailSerializer, examples=[examples.DONE]),
            403: problem("Only who sent it may", examples.FORBIDDEN),
            404: problem("Not yours, or not there", examples.NOT_FOUND),
            409: problem("Not at this point", examples.NOT_NOW),
        },
    ),
    cancel=extend_schema(
        summary="Take a batch back that is not posted yet",
        request=None,
        parameters=[LANGUAGE],
        responses={
            200: OpenApiResponse(BatchDetailSerializer, examples=[examples.CANCELLED]),
            403: problem("Only who sent it may", examples.FORBIDDEN),
            404: problem("Not yours, or not there", examples.NOT_FOUND),
            409: problem("Not at this point", examples.NOT_NOW),
        },
    ),
)
