from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import UserRequest
from accounts.permissions import role_required
from crm.models import UploadBatch
from crm.uploads import services
from crm.uploads.daily.days import to_choose
from crm.uploads.forms import UploadForm
from crm.uploads.permissions import CLERKS, kind_of, may_submit
from crm.uploads.problems import FileError
from crm.uploads.views.steps import seen_batch, take_step


@role_required(*CLERKS)
def upload(request: UserRequest) -> HttpResponse:
    """A clerk hands in a file for their own organisation, which fixes its kind."""
    kind, organisation = kind_of(request.user), request.user.organisation
    if kind is None or organisation is None:
        raise PermissionDenied
    days = to_choose(organisation, timezone.now())
    chosen = request.GET.get("day") or timezone.localdate().isoformat()
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        days=days,
        initial={"day": chosen},
    )
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = services.receive_file(
                kind=kind,
                organisation=organisation,
                by=request.user,
                file=file,
                name=file.name,
                day=form.cleaned_data["day"],
            )
        except FileError as error:
            form.add_error("file", str(error))
        else:
            # Small files may be read by now.
            batch = UploadBatch.objects.known_as(batch.pk)
            is_unmatched = batch.status == UploadBatch.Status.MAPPING
            page = "crm:batch_columns" if is_unmatched else "crm:batch"
            return redirect(page, batch.pk)
    title = _("Hand in repairs") if kind == "repairs" else _("Hand in sales")
    context = {
        "title": title,
        "form": form,
        "organisation": organisation,
        "columns": services.columns_by_need(kind),
    }
    status = 422 if form.errors else 200
    return render(request, "crm/upload.html", context, status=status)


@require_POST
def batch_submit(request: UserRequest, pk: int) -> HttpResponse:
    shown = seen_batch(request, pk)
    if not may_submit(request.user, shown):
        raise PermissionDenied
    step = partial(services.submit_batch, shown, by=request.user)
    return take_step(request, pk, step, _("Handed in for review."))


@require_POST
def batch_cancel(request: UserRequest, pk: int) -> HttpResponse:
    shown = seen_batch(request, pk)
    if not may_submit(request.user, shown):
        raise PermissionDenied
    step = partial(services.cancel_batch, shown, by=request.user)
    return take_step(request, pk, step, _("Cancelled: nothing of it goes on."))
