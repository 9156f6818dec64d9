"""For which organisation, and as what, the owner of a key hands in."""

import re

from accounts.models import Organisation, User
from accounts.roles import Role
from crm.uploads.api.problems import Refused, refused
from crm.uploads.permissions import kind_of
from crm.uploads.problems import FileError
from crm.uploads.services import HANDED_IN_BY, check_may_hand_in

_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")


def sender_of(
    user: User, *, kind: str = "", code: str = ""
) -> tuple[str, Organisation]:
    """A clerk hands in for their own organisation; an administrator says for which.

    `kind` is what was asked for; without it, what the organisation hands in.
    """
    own = user.organisation
    if own and kind_of(user):
        organisation = own
        if code and code != own.code:
            raise Refused("not_yours", organisation=own.code)
    elif user.has_role(Role.ADMINISTRATOR):
        if not code:
            raise Refused("organisation_needed")
        # A code that cannot be one is not worth a question, nor could all be asked.
        is_code = _CODE.fullmatch(code) is not None
        known = Organisation.objects.visible_to(user)
        found = known.filter(code=code).first() if is_code else None
        if found is None:
            raise Refused("organisation_unknown", organisation=code[:20])
        organisation = found
    else:
        raise Refused("no_hand_in")
    hands_in = [k for k, by in HANDED_IN_BY.items() if by == organisation.kind]
    kind = kind or next(iter(hands_in), "sales")
    try:
        check_may_hand_in(kind, organisation)
    except FileError as error:
        raise refused(error) from error
    return kind, organisation
