from django.db import transaction
from django.db.models import Q, QuerySet

from crm.models import Repair, Sale
from followups.models import Task
from followups.services.planning import one_at_a_time
from standards.services import drop_clocks

AT_ONCE = 5_000


@transaction.atomic
def drop_untouched_tasks(sales: QuerySet[Sale], repairs: QuerySet[Repair]) -> int:
    """Delete the calls planned about these records that nobody has tried or promised,
    nor is working on, with their clocks; how many there were.

    Until the transaction ends none are planned anew.
    """
    one_at_a_time()
    tasks = Task.objects.filter(Q(sale__in=sales) | Q(repair__in=repairs))
    untouched = tasks.untouched().select_for_update(of=("self",))
    ids = list(untouched.values_list("pk", flat=True))
    for begin in range(0, len(ids), AT_ONCE):
        some = ids[begin : begin + AT_ONCE]
        drop_clocks(Task, some)
        Task.objects.filter(pk__in=some).delete()
    return len(ids)
