"""Work that was begun and not ended, or queued and lost, is queued again."""

from collections import defaultdict

from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from crm.models import UploadBatch, UploadProgress
from crm.uploads.progress import at_work
from crm.uploads.services.life import TASKS


def resume_left_over() -> int:
    """Queue again what nobody is at work on and nobody will be; how many there were.

    A worker or the whole machine may have been killed, a task lost. A file whose work
    fails each time is tried less and less often. Doing it twice is harmless.
    """
    now = timezone.now()
    taken, queued = at_work(), _queued()
    count = 0
    for batch in UploadBatch.objects.left_over():
        task = TASKS[batch.status]
        progress = getattr(batch, "progress", None)
        due = progress.next_try_at() if progress else None
        if batch.pk in taken or batch.pk in queued[task] or (due and due > now):
            continue
        # So that it is not queued again while a worker is about to take it.
        UploadProgress.objects.filter(batch=batch).update(updated_at=now)
        async_task(task, batch.pk)
        count += 1
    return count


def _queued() -> dict[str, set[int]]:
    """The batches that wait in the queue for a worker, by what is to be done.

    One that a worker has taken is not waiting any more, whatever became of it.
    """
    waiting: dict[str, set[int]] = defaultdict(set)
    for entry in OrmQ.objects.filter(lock__lte=timezone.now()):
        task = entry.task
        if task.get("func") in TASKS.values():
            waiting[task["func"]].update(task["args"])
    return waiting
