from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import UserRequest
from crm.uploads import services
from crm.uploads.permissions import may_revert, may_review
from crm.uploads.reasons import why_kept
from crm.uploads.views.steps import seen_batch, take_step


@require_http_methods(["GET", "POST"])
def batch_revert(request: UserRequest, pk: int) -> HttpResponse:
    """Shows what would go and what would stay; a POST takes the file back."""
    shown = seen_batch(request, pk)
    if not may_review(request.user, shown):
        raise PermissionDenied
    if request.method == "POST":
        step = partial(services.revert_batch, shown, by=request.user)
        return take_step(request, pk, step, _("Taken back."))
    if not may_revert(request.user, shown):
        return redirect("crm:batch", pk)
    try:
        found = services.preview_revert(shown)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("crm:batch", pk)
    context = {
        "title": _("Take back %(file)s") % {"file": shown.file_name},
        "subtitle": f"{shown.organisation} · {shown.get_kind_display()}",
        "batch": shown,
        "found": found,
        "kept": [(row.number, why_kept(row.reason, row.detail)) for row in found.kept],
        "more": found.staying - len(found.kept),
    }
    return render(request, "crm/batch_revert.html", context)
