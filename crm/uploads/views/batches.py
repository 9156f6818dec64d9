from collections.abc import Iterator
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.actions import describe
from accounts.http import UserRequest
from accounts.models import LogEntry, User
from crm.models import UploadBatch
from crm.uploads import services, summary
from crm.uploads.corrections import corrected_by, corrections
from crm.uploads.forms import ReturnForm
from crm.uploads.permissions import (
    kind_of,
    may_open_rows,
    may_revert,
    may_review,
    may_submit,
)
from crm.uploads.problems import FileError
from crm.uploads.reasons import why_kept
from crm.uploads.views.progress import progress_of
from crm.uploads.views.steps import opened_batch, seen_batch
from crm.uploads.workbook import write_refused

Status = UploadBatch.Status


@require_GET
def batch(request: UserRequest, pk: int) -> HttpResponse:
    return batch_page(request, seen_batch(request, pk))


def batch_page(
    request: UserRequest,
    shown: UploadBatch,
    *,
    return_form: ReturnForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page about a file; with the form to return it, when that went wrong."""
    entries = list(LogEntry.objects.about(shown).select_related("by"))
    context = {
        "title": shown.file_name,
        "subtitle": f"{shown.organisation} · {shown.get_kind_display()}",
        "batch": shown,
        "progress": progress_of(shown),
        "same_file": UploadBatch.objects.same_file(shown).first(),
        "history": [{"at": e.at, "text": describe(e)} for e in entries],
        **_what_was_found(request.user, shown),
        **_what_became_of_it(request.user, shown),
        "rule": _rule(entries),
        **_what_can_be_done(request.user, shown, return_form),
    }
    return render(request, "crm/batch.html", context, status=status)


def _rule(entries: list[LogEntry]) -> str:
    """Whose rule approved it, if one did."""
    by_rule = (e for e in entries if e.action == "upload.approved_by_rule")
    return next((str(entry.data["rule"]) for entry in by_rule), "")


def _what_was_found(user: User, shown: UploadBatch) -> dict[str, Any]:
    opens = may_open_rows(user)
    return {
        "can_open": opens,
        "refusal": FileError.from_json(shown.refusal) if shown.refusal else None,
        "preview": summary.preview(shown),
        "errors": summary.problem_groups(shown, "errors", with_values=opens),
        "warnings": summary.problem_groups(shown, "warnings", with_values=opens),
        "sample": summary.sample(shown) if opens else None,
    }


def _what_can_be_done(
    user: User, shown: UploadBatch, return_form: ReturnForm | None
) -> dict[str, Any]:
    can_review = shown.status == Status.SUBMITTED and may_review(user, shown)
    return {
        "can_submit": shown.status == Status.CHECKED
        and shown.rows_accepted > 0
        and may_submit(user, shown),
        "can_review": can_review,
        "return_form": return_form or ReturnForm() if can_review else None,
        "can_upload": kind_of(user) == shown.kind,
        "can_revert": may_revert(user, shown),
        "can_cancel": Status.CANCELLED in UploadBatch.NEXT[shown.status]
        and may_submit(user, shown),
    }


def _what_became_of_it(user: User, shown: UploadBatch) -> dict[str, Any]:
    """What it corrected, what corrected it, and what stayed when it was taken back."""
    opens = may_open_rows(user)
    made = corrections(shown) if opens and shown.rows_corrected else []
    kept = [
        (row["number"], why_kept(row["reason"], row["detail"]))
        for row in (shown.kept if opens else [])
    ]
    return {
        "corrected_by": corrected_by(shown) if shown.posted_at else [],
        "corrections": made,
        "corrections_more": max(shown.rows_corrected - len(made), 0),
        "kept": kept,
        "kept_more": max(shown.rows_kept - len(kept), 0),
    }


@require_GET
def batch_errors(request: UserRequest, pk: int) -> FileResponse:
    """The workbook of the refused rows with the reasons beside them."""
    shown = opened_batch(request, pk)
    services.log_download(shown, by=request.user)
    content = BytesIO()
    write_refused(shown, content)
    content.seek(0)
    name = _("refused-%(number)s.xlsx") % {"number": shown.pk}
    return FileResponse(content, as_attachment=True, filename=name)


@require_GET
def batch_file(request: UserRequest, pk: int) -> StreamingHttpResponse:
    """The file as it was sent; it holds whole numbers, so who took it is kept."""
    shown = opened_batch(request, pk)
    services.log_download(shown, by=request.user)

    def content() -> Iterator[bytes]:
        with shown.file.open() as file:
            yield from file.chunks()

    disposition = content_disposition_header(True, shown.file_name) or "attachment"
    return StreamingHttpResponse(
        content(),
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )
