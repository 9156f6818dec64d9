"""What is answered about a batch and its rows."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from crm.models import UploadBatch, UploadRow
from crm.uploads import summary
from crm.uploads.permissions import may_open_rows
from crm.uploads.problems import FileError, describe, note
from crm.uploads.table import columns

NUMBER_OF = {kind: known[0].name for kind, known in columns.COLUMNS.items()}


class BatchSerializer(serializers.ModelSerializer[UploadBatch]):
    organisation = serializers.CharField(source="organisation.code")
    url = serializers.HyperlinkedIdentityField(view_name="api:upload-detail")

    class Meta:
        model = UploadBatch
        fields = [
            "id",
            "url",
            "kind",
            "organisation",
            "channel",
            "day",
            "file_name",
            "status",
            "rest_of",
            "submits_itself",
            "uploaded_at",
            "submitted_at",
            "reviewed_at",
            "return_reason",
            "posted_at",
            "rows_total",
            "rows_accepted",
            "rows_rejected",
            "rows_warned",
            "rows_posted",
            "rows_corrected",
        ]
        read_only_fields = fields


class ReasonSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class ProgressSerializer(serializers.Serializer[Any]):
    stage = serializers.CharField()
    rows_done = serializers.IntegerField()
    rows_total = serializers.IntegerField(allow_null=True)
    seconds_left = serializers.FloatField(allow_null=True)
    is_stopping = serializers.BooleanField(help_text="Somebody asked to cancel it.")


class EffectsSerializer(serializers.Serializer[Any]):
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()


class LinksSerializer(serializers.Serializer[Any]):
    rows = serializers.URLField()
    submit = serializers.URLField()
    cancel = serializers.URLField()
    page = serializers.URLField(help_text="The page about it, for people.")


class BatchDetailSerializer(BatchSerializer):
    """A batch with all that a program may wait for."""

    refusal = serializers.SerializerMethodField(
        help_text="Why the whole file was refused, or waits for a person."
    )
    progress = serializers.SerializerMethodField(
        help_text="While the file is read or its rows are posted."
    )
    effects = serializers.SerializerMethodField(
        help_text="How many accepted rows are new, changed, unchanged."
    )
    preview = serializers.JSONField(
        help_text="What posting it changes: customers and cars, by effect."
    )
    notes = serializers.SerializerMethodField(
        help_text="What of the file was not read, as another sheet with such a table."
    )
    links = serializers.SerializerMethodField()

    class Meta(BatchSerializer.Meta):
        fields = [
            *BatchSerializer.Meta.fields,
            "refusal",
            "progress",
            "effects",
            "preview",
            "notes",
            "links",
        ]
        read_only_fields = fields

    @extend_schema_field(ReasonSerializer(allow_null=True))
    def get_refusal(self, batch: UploadBatch) -> dict[str, Any] | None:
        if not batch.refusal:
            return None
        opens = may_open_rows(self.context["request"].user)
        error = FileError.from_json(batch.refusal, with_cells=opens)
        return {"code": error.code, "message": str(error)}

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, batch: UploadBatch) -> dict[str, Any] | None:
        progress = getattr(batch, "progress", None)
        if progress is None or not batch.is_working:
            return None
        return {
            "stage": progress.stage,
            "rows_done": progress.rows_done,
            "rows_total": progress.rows_total,
            "seconds_left": progress.seconds_left(timezone.now()),
            "is_stopping": progress.is_cancelled,
        }

    @extend_schema_field(EffectsSerializer())
    def get_effects(self, batch: UploadBatch) -> dict[str, int]:
        return summary.effects(batch)

    @extend_schema_field(ReasonSerializer(many=True))
    def get_notes(self, batch: UploadBatch) -> list[dict[str, str]]:
        return [{"code": kept["code"], "message": note(kept)} for kept in batch.notes]

    @extend_schema_field(LinksSerializer())
    def get_links(self, batch: UploadBatch) -> dict[str, str]:
        request: Request = self.context["request"]
        names = {
            "rows": "api:upload-rows",
            "submit": "api:upload-submit",
            "cancel": "api:upload-cancel",
            "page": "crm:batch",
        }
        return {
            key: request.build_absolute_uri(reverse(name, args=[batch.pk]))
            for key, name in names.items()
        }


class ProblemSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()


class RowSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(
        help_text="Its place among the rows sent, from 1; in a file, its line."
    )
    number = serializers.CharField(help_text="The sale or order number.")
    outcome = serializers.ChoiceField(["new", "changed", "unchanged", "refused"])
    errors = ProblemSerializer(many=True)  # type: ignore[assignment]
    warnings = ProblemSerializer(many=True)


class CheckedBatchSerializer(BatchDetailSerializer):
    """A batch with what became of each row."""

    rows = RowSerializer(many=True)

    class Meta(BatchDetailSerializer.Meta):
        fields = [*BatchDetailSerializer.Meta.fields, "rows"]
        read_only_fields = fields


def row_answers(batch: UploadBatch, rows: Iterable[UploadRow]) -> list[dict[str, Any]]:
    """What became of each row, in plain words and in codes."""
    number_of = NUMBER_OF[batch.kind]
    at = batch.fields.index(number_of)
    sent_at = batch.places.get(number_of)
    return [
        {
            "row": row.number,
            "number": row.values[at]
            or (row.cells[sent_at].strip() if sent_at is not None else ""),
            "outcome": "refused" if row.errors else row.effect,
            "errors": _problems(row.errors, batch.kind),
            "warnings": _problems(row.warnings, batch.kind),
        }
        for row in rows
    ]


def _problems(problems: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [
        {
            "code": problem["code"],
            "field": problem.get("column", ""),
            "message": describe(problem, kind),
        }
        for problem in problems
    ]
