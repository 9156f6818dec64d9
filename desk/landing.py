from accounts.models import User
from accounts.roles import Role

# The first that fits decides where somebody lands who logs in.
LANDING: list[tuple[Role, str]] = [
    (Role.ADMINISTRATOR, "admin:index"),
    (Role.OPERATIONS_MANAGER, "desk:boards"),
    (Role.TEAM_LEADER, "desk:boards"),
    (Role.AGENT, "desk:mine"),
    (Role.REGIONAL_MANAGER, "desk:boards"),
    (Role.BRANCH_REVIEWER, "crm:uploads"),
    (Role.DEALER_CLERK, "crm:uploads"),
    (Role.STATION_CLERK, "crm:uploads"),
    (Role.DEPARTMENT_HANDLER, "complaints:inbox"),
    (Role.KNOWLEDGE_EDITOR, "knowledge:articles"),
]
ELSE = "knowledge:articles"


def landing_of(user: User) -> str:
    """The name of the page that is this person's work."""
    if user.is_superuser and not user.roles:
        return "admin:index"
    return next((page for role, page in LANDING if role in user.roles), ELSE)
