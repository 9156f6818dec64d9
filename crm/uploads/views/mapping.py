from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import UserRequest
from crm.uploads import services
from crm.uploads.forms import ColumnsForm
from crm.uploads.permissions import may_submit
from crm.uploads.services.mapping import MATCHABLE, layout_of
from crm.uploads.table import columns
from crm.uploads.views.steps import seen_batch


@require_http_methods(["GET", "POST"])
def batch_columns(request: UserRequest, pk: int) -> HttpResponse:
    """Which column of the file is what. With choices in the address it only shows
    what they come to; nothing is kept before they are sent."""
    shown = seen_batch(request, pk)
    if not may_submit(request.user, shown):
        raise PermissionDenied
    if shown.status not in MATCHABLE:
        messages.error(request, _("The columns of this file cannot be changed now."))
        return redirect("crm:batch", pk)
    layout = layout_of(shown)
    sent = request.POST if request.method == "POST" else request.GET or None
    form = ColumnsForm(sent, kind=shown.kind, layout=layout)
    errors: list[str] = []
    if request.method == "POST":
        try:
            services.match_columns(shown, by=request.user, names=form.names())
        except ValidationError as error:
            errors = error.messages
        else:
            messages.success(
                request,
                _("The columns are kept: the next such file needs no matching."),
            )
            return redirect("crm:batch", pk)
    context = {
        "title": _("Match the columns"),
        "subtitle": f"{shown.file_name} · {shown.organisation}",
        "batch": shown,
        "layout": layout,
        "rows": form.rows(),
        "needed": form.needed(),
        "twice": form.twice(),
        "too_few": len(layout.columns) < len(columns.missing(shown.kind, {})),
        "errors": errors,
    }
    return render(request, "crm/columns.html", context, status=422 if errors else 200)
