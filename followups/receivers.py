from typing import Any

from complaints.models import Case
from followups.services import plan_resolution_check


def check_answered_case(sender: object, case: Case, **kwargs: Any) -> None:
    plan_resolution_check(case)
