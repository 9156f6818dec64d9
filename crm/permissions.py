from accounts.models import User
from accounts.roles import Role

# Who may say that two customers are one; agents find them and tell a leader.
MERGERS = (Role.TEAM_LEADER, Role.OPERATIONS_MANAGER, Role.ADMINISTRATOR)


def may_merge(user: User) -> bool:
    return user.has_role(*MERGERS)
