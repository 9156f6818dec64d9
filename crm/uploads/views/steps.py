"""What the pages about one batch share."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts.http import UserRequest
from accounts.permissions import require_role
from crm.models import UploadBatch
from crm.uploads.permissions import VIEWERS, may_open_rows


def seen_batch(request: UserRequest, pk: int) -> UploadBatch:
    """The batch, or 404 for who may not know of it, 403 for who has no role in it.

    The number that mended rows arrived under leads to the batch they were taken into.
    """
    batches = UploadBatch.objects.visible_to(request.user).for_list()
    try:
        batch = batches.known_as(pk)
    except UploadBatch.DoesNotExist as error:
        raise Http404 from error
    require_role(request.user, *VIEWERS)
    return batch


def opened_batch(request: UserRequest, pk: int) -> UploadBatch:
    """The batch, for who may look into its rows and take its file away; else 403."""
    batch = seen_batch(request, pk)
    if not may_open_rows(request.user):
        raise PermissionDenied
    return batch


def take_step(
    request: UserRequest, pk: int, step: Callable[[], object], done: str
) -> HttpResponse:
    """Take one step with the batch, and say on its page how that went."""
    try:
        step()
        messages.success(request, done)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("crm:batch", pk)
