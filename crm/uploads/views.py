from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actions import describe
from accounts.http import UserRequest
from accounts.models import LogEntry
from accounts.permissions import require_role, role_required
from crm.models import UploadBatch
from crm.uploads import services, summary
from crm.uploads.forms import BatchFilter, ReturnForm, UploadForm
from crm.uploads.permissions import (
    CLERKS,
    VIEWERS,
    kind_of,
    may_review,
    may_submit,
)
from crm.uploads.problems import FileError
from crm.uploads.workbook import write_refused

Status = UploadBatch.Status


def _seen_batch(request: UserRequest, pk: int) -> UploadBatch:
    batches = UploadBatch.objects.visible_to(request.user).for_list()
    batch = get_object_or_404(batches, pk=pk)
    require_role(request.user, *VIEWERS)
    return batch


@role_required(*VIEWERS)
@require_GET
def uploads(request: UserRequest) -> HttpResponse:
    """The files handed in, newest first; `?status=`, `?kind=` and `?q=` choose."""
    chosen = BatchFilter(request.GET)
    chosen.is_valid()
    seen = UploadBatch.objects.visible_to(request.user).for_list()
    found = seen.matching(**chosen.cleaned_data)
    context = {
        "title": _("Files handed in"),
        "page": Paginator(found, 25).get_page(request.GET.get("page")),
        "chosen": chosen.cleaned_data,
        "is_filtered": any(chosen.cleaned_data.values()),
        "statuses": [c for c in Status.choices if c[0] in SHOWN_STATUSES],
        "kinds": UploadBatch.Kind.choices,
        "may_upload": kind_of(request.user) is not None,
    }
    return render(request, "crm/uploads.html", context)


SHOWN_STATUSES = {
    Status.CHECKED,
    Status.SUBMITTED,
    Status.RETURNED,
    Status.APPROVED,
    Status.POSTED,
}


@role_required(*CLERKS)
def upload(request: UserRequest) -> HttpResponse:
    """A clerk hands in a file for their own organisation, which fixes its kind."""
    kind, organisation = kind_of(request.user), request.user.organisation
    if kind is None or organisation is None:
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = services.receive_file(
                kind=kind,
                organisation=organisation,
                by=request.user,
                file=file,
                name=file.name,
            )
        except FileError as error:
            form.add_error("file", str(error))
        else:
            return redirect("crm:batch", batch.pk)
    title = _("Hand in repairs") if kind == "repairs" else _("Hand in sales")
    context = {
        "title": title,
        "form": form,
        "organisation": organisation,
        "columns": services.columns_by_need(kind),
    }
    status = 422 if form.errors else 200
    return render(request, "crm/upload.html", context, status=status)


@require_GET
def batch(request: UserRequest, pk: int) -> HttpResponse:
    shown = _seen_batch(request, pk)
    entries = LogEntry.objects.about(shown).select_related("by")
    user = request.user
    can_review = shown.status == Status.SUBMITTED and may_review(user, shown)
    context = {
        "title": shown.file_name,
        "subtitle": f"{shown.organisation} · {shown.get_kind_display()}",
        "batch": shown,
        "same_file": UploadBatch.objects.same_file(shown).first(),
        "effects": summary.effects(shown),
        "errors": summary.problem_groups(shown, "errors"),
        "warnings": summary.problem_groups(shown, "warnings"),
        "sample": summary.sample(shown),
        "history": [{"at": e.at, "text": describe(e)} for e in entries],
        "can_submit": shown.status == Status.CHECKED
        and shown.rows_accepted > 0
        and may_submit(user, shown),
        "can_review": can_review,
        "can_upload": kind_of(user) == shown.kind,
        "return_form": ReturnForm() if can_review else None,
        "is_working": shown.status == Status.APPROVED,
    }
    return render(request, "crm/batch.html", context)


@require_GET
def batch_errors(request: UserRequest, pk: int) -> FileResponse:
    """The workbook of the refused rows with the reasons beside them."""
    shown = _seen_batch(request, pk)
    services.log_download(shown, by=request.user)
    content = BytesIO()
    write_refused(shown, content)
    content.seek(0)
    name = _("refused-%(number)s.xlsx") % {"number": shown.pk}
    return FileResponse(content, as_attachment=True, filename=name)


@require_GET
def batch_file(request: UserRequest, pk: int) -> StreamingHttpResponse:
    """The file as it was sent; it holds whole numbers, so who took it is kept."""
    shown = _seen_batch(request, pk)
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


@require_POST
def batch_submit(request: UserRequest, pk: int) -> HttpResponse:
    shown = _seen_batch(request, pk)
    if not may_submit(request.user, shown):
        raise PermissionDenied
    step = partial(services.submit_batch, shown, by=request.user)
    return _take(request, pk, step, _("Handed in for review."))


@require_POST
def batch_approve(request: UserRequest, pk: int) -> HttpResponse:
    shown = _seen_batch(request, pk)
    if not may_review(request.user, shown):
        raise PermissionDenied
    step = partial(services.approve_batch, shown, by=request.user)
    return _take(request, pk, step, _("Approved: the rows are being posted."))


@require_POST
def batch_return(request: UserRequest, pk: int) -> HttpResponse:
    shown = _seen_batch(request, pk)
    if not may_review(request.user, shown):
        raise PermissionDenied
    form = ReturnForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    step = partial(services.return_batch, shown, by=request.user, reason=reason)
    return _take(request, pk, step, _("Returned to who handed it in."))


def _take(
    request: UserRequest, pk: int, step: Callable[[], object], done: str
) -> HttpResponse:
    """Take one step with the batch, and say on its page how that went."""
    try:
        step()
        messages.success(request, done)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("crm:batch", pk)
