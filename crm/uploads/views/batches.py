from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.actions import describe
from accounts.http import UserRequest
from accounts.models import LogEntry, User
from crm.models import UploadBatch
from crm.uploads import summary
from crm.uploads.changes.corrections import corrected_by, corrections
from crm.uploads.forms import ReturnForm
from crm.uploads.mending.workbook import MOST_ROWS
from crm.uploads.permissions import (
    kind_of,
    may_open_rows,
    may_revert,
    may_review,
    may_submit,
)
from crm.uploads.problems import FileError, note
from crm.uploads.reasons import why_kept
from crm.uploads.services.mapping import MATCHABLE
from crm.uploads.services.mending import mended_files
from crm.uploads.views.progress import progress_of
from crm.uploads.views.steps import seen_batch

Status = UploadBatch.Status


@require_GET
def batch(request: UserRequest, pk: int) -> HttpResponse:
    shown = seen_batch(request, pk)
    if shown.pk != pk:
        return redirect("crm:batch", shown.pk)
    return batch_page(request, shown)


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
        "mended": mended_files(shown),
        "workbook_holds": MOST_ROWS,
        "rests": shown.rests.order_by("pk"),
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
    kept = shown.refusal
    return {
        "can_open": opens,
        "refusal": FileError.from_json(kept, with_cells=opens) if kept else None,
        "notes": [note(kept) for kept in shown.notes],
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
        "can_match": shown.status in MATCHABLE and may_submit(user, shown),
        "can_cancel": Status.CANCELLED in UploadBatch.NEXT[shown.status]
        and may_submit(user, shown),
    }


def _what_became_of_it(user: User, shown: UploadBatch) -> dict[str, Any]:
    """What it corrected, what corrected it, and what stayed when it was taken back."""
    opens = may_open_rows(user)
    is_posted = shown.status == Status.POSTED
    made = corrections(shown) if opens and shown.rows_corrected and is_posted else []
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
