from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django_q.models import Success

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
