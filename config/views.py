from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.models import Success

from config.site import surroundings

# The clock sweep runs every minute, so a live worker finished something lately.
HEARTBEAT = timedelta(minutes=5)


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and a worker has finished a task lately."""
    try:
        last = Success.objects.order_by("-stopped").values_list("stopped").first()
    except DatabaseError:
        return JsonResponse({"database": "down", "worker": "unknown"}, status=503)
    alive = last is not None and timezone.now() - last[0] < HEARTBEAT
    worker = "up" if alive else "down"
    return JsonResponse(
        {"database": "up", "worker": worker}, status=200 if alive else 503
    )


@login_not_required
def favicon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask without having been told where it is."""
    return redirect(static("favicon.svg"))


def page_error(
    request: HttpRequest, title: str, text: str, status: int
) -> HttpResponse:
    """Programs get JSON; people a page of the shell, with a way on."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": title}, status=status)
    context = {"title": title, "text": text, **surroundings(request)}
    return render(request, "error.html", context, status=status)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    title = _("This is not yours to do")
    text = _("Your role does not allow it. If you need it, ask your administrator.")
    return page_error(request, title, text, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    title = _("There is no such page")
    text = _(
        "The address may be wrong, the record may be gone, or it belongs to a part of "
        "the organisation that you do not see."
    )
    return page_error(request, title, text, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    title = _("This form had expired")
    text = _(
        "You have logged in or out since the page was opened, or your browser refuses "
        "cookies. Nothing was saved. Go back, reload the page, and send it again."
    )
    return page_error(request, title, text, 403)
