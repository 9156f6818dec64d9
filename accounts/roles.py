from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person does here; each role is a Django group of the same name."""

    AGENT = "agent", _("Agent")
    TEAM_LEADER = "team_leader", _("Team leader")
    OPERATIONS_MANAGER = "operations_manager", _("Operations manager")
    REGIONAL_MANAGER = "regional_manager", _("Regional manager")
    BRANCH_REVIEWER = "branch_reviewer", _("Branch reviewer")
    DEALER_CLERK = "dealer_clerk", _("Dealer clerk")
    STATION_CLERK = "station_clerk", _("Station clerk")
    DEPARTMENT_HANDLER = "department_handler", _("Department handler")
    KNOWLEDGE_EDITOR = "knowledge_editor", _("Knowledge editor")
    ADMINISTRATOR = "administrator", _("Administrator")


# The people of the centre itself, who see every customer.
CENTRE = (Role.AGENT, Role.TEAM_LEADER, Role.OPERATIONS_MANAGER, Role.ADMINISTRATOR)

# Outside the centre, those whose work is the customers of their part of the tree.
KEEPERS = (
    Role.REGIONAL_MANAGER,
    Role.BRANCH_REVIEWER,
    Role.DEALER_CLERK,
    Role.STATION_CLERK,
)
