from accounts.roles import CENTRE, Role

# The centre's people who work cases, and the only ones who may close one.
CASE_WORKERS = (Role.AGENT, Role.TEAM_LEADER, Role.OPERATIONS_MANAGER)
LEADERS = (Role.TEAM_LEADER, Role.OPERATIONS_MANAGER)
# Those who receive cases for their own organisation.
HANDLERS = (Role.DEPARTMENT_HANDLER, Role.DEALER_CLERK, Role.STATION_CLERK)
# Those who watch over the cases of their part of the tree.
OVERSEERS = (Role.REGIONAL_MANAGER, Role.BRANCH_REVIEWER)
LIST_READERS = (*CENTRE, *OVERSEERS, Role.DEPARTMENT_HANDLER)
