from accounts.models import Organisation, User
from accounts.roles import CENTRE, Role
from crm.models import UploadBatch
from crm.uploads.services import HANDED_IN_BY

CLERKS = (Role.DEALER_CLERK, Role.STATION_CLERK)
REVIEWERS = (Role.BRANCH_REVIEWER, Role.REGIONAL_MANAGER, Role.ADMINISTRATOR)
# The centre looks on.
VIEWERS = (*CLERKS, *REVIEWERS, *CENTRE)
# Who sees how the daily files are kept to: clerks their own line.
DISCIPLINE = (*CLERKS, *REVIEWERS, Role.TEAM_LEADER, Role.OPERATIONS_MANAGER)

_CLERK_OF: dict[str, Role] = {
    UploadBatch.Kind.SALES: Role.DEALER_CLERK,
    UploadBatch.Kind.REPAIRS: Role.STATION_CLERK,
}


def kind_of(user: User) -> str | None:
    """What the user hands in for their own organisation, if anything."""
    organisation = user.organisation
    for kind, by in HANDED_IN_BY.items():
        if organisation and organisation.kind == by and _CLERK_OF[kind] in user.roles:
            return kind
    return None


def may_hand_in(user: User, organisation: Organisation) -> bool:
    """What an organisation owes, its own clerks hand in."""
    return user.organisation_id == organisation.pk and kind_of(user) is not None


def may_submit(user: User, batch: UploadBatch) -> bool:
    """A batch is handed on by a clerk of the organisation it came from, or by the
    administrator whose program sent it."""
    if batch.uploaded_by_id == user.pk and user.has_role(Role.ADMINISTRATOR):
        return True
    return (
        user.organisation_id == batch.organisation_id
        and _CLERK_OF[batch.kind] in user.roles
    )


def may_review(user: User, batch: UploadBatch) -> bool:
    """For those who see the batch: its branch, its region, the administrator."""
    return user.has_role(*REVIEWERS)


def may_revert(user: User, batch: UploadBatch) -> bool:
    """Who may approve a file may take it back once it is posted."""
    return batch.status == UploadBatch.Status.POSTED and may_review(user, batch)


def may_open_rows(user: User) -> bool:
    """Rows and files hold whole numbers by the thousand: no agent needs those.

    For those who see the batch. Agents look up customers one at a time.
    """
    return user.has_role(*CLERKS, *REVIEWERS, Role.TEAM_LEADER, Role.OPERATIONS_MANAGER)
