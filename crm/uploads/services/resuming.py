from datetime import timedelta

from django.utils import timezone
from django_q.tasks import async_task

from crm.models import UploadBatch

# Longer than posting the largest file takes.
DONE_WITHIN = timedelta(minutes=30)


def resume_left_over() -> int:
    """Queue again what was approved a while ago and never posted; how many there were.

    A task may be lost, or fail for a reason that has passed; posting twice is harmless.
    """
    batches = UploadBatch.objects.left_over(timezone.now() - DONE_WITHIN)
    ids = list(batches.values_list("pk", flat=True))
    for batch_id in ids:
        async_task("crm.uploads.tasks.post", batch_id)
    return len(ids)
