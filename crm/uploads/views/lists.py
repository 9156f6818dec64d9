from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.http import UserRequest
from accounts.permissions import role_required
from crm.models import UploadBatch
from crm.uploads.days import owed_by
from crm.uploads.forms import BatchFilter
from crm.uploads.permissions import VIEWERS, kind_of


@role_required(*VIEWERS)
@require_GET
def uploads(request: UserRequest) -> HttpResponse:
    """The files handed in, newest first; `?status=`, `?kind=` and `?q=` choose."""
    chosen = BatchFilter(request.GET)
    chosen.is_valid()
    seen = UploadBatch.objects.visible_to(request.user).for_list()
    found = seen.matching(**chosen.cleaned_data)
    organisation = request.user.organisation
    may_upload = kind_of(request.user) is not None
    context = {
        "title": _("Files handed in"),
        "page": Paginator(found, 25).get_page(request.GET.get("page")),
        "chosen": chosen.cleaned_data,
        "is_filtered": any(chosen.cleaned_data.values()),
        "statuses": UploadBatch.Status.choices,
        "kinds": UploadBatch.Kind.choices,
        "may_upload": may_upload,
        "owed": owed_by(organisation, timezone.now())
        if may_upload and organisation
        else [],
    }
    return render(request, "crm/uploads.html", context)
