from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.http import UserRequest
from accounts.permissions import role_required
from crm.models import UploadBatch
from crm.uploads.daily.days import owed_by
from crm.uploads.forms import BatchFilter
from crm.uploads.permissions import REVIEWERS, VIEWERS, kind_of


@role_required(*VIEWERS)
@require_GET
def uploads(request: UserRequest) -> HttpResponse:
    """The files handed in, newest first; to reviewers first what waits for them."""
    chosen = BatchFilter(request.GET, auto_id="uploads-%s")
    chosen.is_valid()
    seen = UploadBatch.objects.visible_to(request.user).for_list()
    is_filtered = any(chosen.cleaned_data.values())
    waiting = seen.waiting_for_review()
    count = waiting.count() if request.user.has_role(*REVIEWERS) else 0
    tab = request.GET.get("tab", "all" if is_filtered or not count else "waiting")
    is_waiting = tab == "waiting" and request.user.has_role(*REVIEWERS)
    found = (waiting if is_waiting else seen).matching(**chosen.cleaned_data)
    organisation = request.user.organisation
    may_upload = kind_of(request.user) is not None
    context = {
        "title": _("Files handed in"),
        "page": Paginator(found, 25).get_page(request.GET.get("page")),
        "chosen": chosen,
        "is_filtered": is_filtered,
        "is_waiting": is_waiting,
        "waiting_count": count,
        "has_tabs": request.user.has_role(*REVIEWERS),
        "may_upload": may_upload,
        "owed": owed_by(organisation, timezone.now())
        if may_upload and organisation
        else [],
    }
    return render(request, "crm/uploads.html", context)
