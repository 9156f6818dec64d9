from typing import Any

from django.db.models import QuerySet

from complaints.models import Case
from crm.models import Repair, Sale
from followups.services import drop_untouched_tasks, plan_resolution_check


def check_answered_case(sender: object, case: Case, **kwargs: Any) -> None:
    plan_resolution_check(case)


def drop_tasks_of_reverted_records(
    sender: object, sales: QuerySet[Sale], repairs: QuerySet[Repair], **kwargs: Any
) -> None:
    drop_untouched_tasks(sales, repairs)
