from followups.services.attempts import record_attempt
from followups.services.dropping import drop_untouched_tasks
from followups.services.planning import Planned, plan_followups, run_planning
from followups.services.promises import plan_resolution_check, promise_call_back
from followups.services.taking import call_again, release_task, take_next_task

__all__ = [
    "Planned",
    "call_again",
    "drop_untouched_tasks",
    "plan_followups",
    "plan_resolution_check",
    "promise_call_back",
    "record_attempt",
    "release_task",
    "run_planning",
    "take_next_task",
]
