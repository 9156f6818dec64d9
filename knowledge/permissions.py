from accounts.models import User
from accounts.roles import Role

# Who writes articles; everybody else reads them.
EDITORS = (Role.KNOWLEDGE_EDITOR, Role.ADMINISTRATOR)


def can_edit(user: User) -> bool:
    return user.has_role(*EDITORS)
