from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import UserRequest
from crm.uploads import services
from crm.uploads.forms import ReturnForm
from crm.uploads.permissions import may_review
from crm.uploads.views.steps import seen_batch, take_step


@require_POST
def batch_approve(request: UserRequest, pk: int) -> HttpResponse:
    shown = seen_batch(request, pk)
    if not may_review(request.user, shown):
        raise PermissionDenied
    step = partial(services.approve_batch, shown, by=request.user)
    return take_step(request, pk, step, _("Approved: the rows are being posted."))


@require_POST
def batch_return(request: UserRequest, pk: int) -> HttpResponse:
    shown = seen_batch(request, pk)
    if not may_review(request.user, shown):
        raise PermissionDenied
    form = ReturnForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    step = partial(services.return_batch, shown, by=request.user, reason=reason)
    return take_step(request, pk, step, _("Returned to who handed it in."))
