from accounts.models import Organisation, User
from complaints.models import Case, Transfer
from complaints.roles import CASE_WORKERS, HANDLERS


def handles_for(user: User, organisation: Organisation) -> bool:
    """May accept, return and answer what was handed to `organisation`."""
    return user.organisation_id == organisation.pk and user.has_role(*HANDLERS)


def may_verify(user: User, case: Case) -> bool:
    """The centre's people may, but nobody checks the work of their own unit."""
    if not user.has_role(*CASE_WORKERS):
        return False
    answered = case.transfers.filter(status=Transfer.Status.ANSWERED)
    own = user.organisation
    return own is None or not any(
        transfer.to.contains(own) for transfer in answered.select_related("to")
    )
