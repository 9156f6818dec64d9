from accounts.models import LogEntry, User
from accounts.roles import Role
from followups.models import Task

LEADERS = (Role.TEAM_LEADER, Role.OPERATIONS_MANAGER, Role.ADMINISTRATOR)
CALLERS = (Role.AGENT, Role.TEAM_LEADER)


def may_call(user: User) -> bool:
    return user.has_role(*CALLERS)


def may_see_team(user: User) -> bool:
    return user.has_role(*LEADERS)


def may_record(user: User, task: Task) -> bool:
    """Who holds the task, or held it last while nobody has it now.

    A long talk outlasts the time after which a task goes back to the others.
    """
    return may_call(user) and (task.is_held_by(user) or held_last(task) == user.pk)


def held_last(task: Task) -> int | None:
    """The agent from whom a task that nobody has was taken back for want of a call."""
    if task.status != Task.Status.PLANNED or task.assigned_to_id is not None:
        return None
    steps = LogEntry.objects.about(task).filter(action__startswith="task.")
    last = steps.order_by("-pk").first()
    return last.by_id if last and last.action == "task.taken" else None


def may_release(user: User, task: Task) -> bool:
    return task.status == Task.Status.ASSIGNED and (
        task.assigned_to_id == user.pk or may_see_team(user)
    )
