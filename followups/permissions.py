from accounts.models import User
from accounts.roles import Role
from followups.models import Task

LEADERS = (Role.TEAM_LEADER, Role.OPERATIONS_MANAGER, Role.ADMINISTRATOR)
CALLERS = (Role.AGENT, Role.TEAM_LEADER)


def may_call(user: User) -> bool:
    return user.has_role(*CALLERS)


def may_see_team(user: User) -> bool:
    return user.has_role(*LEADERS)


def may_record(user: User, task: Task) -> bool:
    return may_call(user) and task.is_held_by(user)


def may_release(user: User, task: Task) -> bool:
    return task.status == Task.Status.ASSIGNED and (
        task.assigned_to_id == user.pk or may_see_team(user)
    )
