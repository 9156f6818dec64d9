from typing import Any

from django.contrib.auth.backends import BaseBackend

from accounts.models import User
from accounts.roles import Role

# The rooms whose rows those who lead the centre may look at in the admin.
ROOMS = {"accounts", "standards", "crm", "knowledge", "complaints", "followups"}


class RoleBackend(BaseBackend):
    """Permissions follow from roles, so no rows of permissions have to be kept.

    Administrators may do all that the admin offers; team leaders and operations
    managers may look. Whether somebody may enter at all, `User.enters_admin` says.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        app, _, action = perm.partition(".")
        if not isinstance(user_obj, User) or not user_obj.is_active:
            return False
        if user_obj.has_role(Role.ADMINISTRATOR):
            return True
        looks = user_obj.has_role(Role.TEAM_LEADER, Role.OPERATIONS_MANAGER)
        return looks and app in ROOMS and action.startswith("view_")

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return self.has_perm(user_obj, f"{app_label}.view_")
