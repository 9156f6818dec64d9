"""Who is told, and which part of the tree a case belongs to."""

from accounts.models import Organisation, User
from accounts.querysets import UserQuerySet
from accounts.roles import Role
from complaints.models import Case
from complaints.roles import HANDLERS, LEADERS
from crm.models import Vehicle

Kind = Organisation.Kind
# Who can be handed a case.
RECEIVERS = (Kind.DEPARTMENT, Kind.DEALER, Kind.STATION)


def handlers_of(organisation: Organisation) -> UserQuerySet:
    return User.objects.with_role(*HANDLERS).filter(organisation=organisation)


def leaders() -> UserQuerySet:
    """Those who must hear of a grave case at once."""
    return User.objects.with_role(*LEADERS)


def team_leaders_of(owner: User) -> UserQuerySet:
    """The owner's team leaders; all of them when the owner has none."""
    if owner.organisation:
        own = User.objects.responsible_for(owner.organisation, Role.TEAM_LEADER)
        if own.exists():
            return own
    return User.objects.with_role(Role.TEAM_LEADER)


def regional_managers_of(case: Case) -> UserQuerySet:
    if case.organisation is None:
        return User.objects.get_queryset().none()
    return User.objects.responsible_for(case.organisation, Role.REGIONAL_MANAGER)


def headquarters() -> Organisation | None:
    return Organisation.objects.filter(kind=Kind.HEADQUARTERS).order_by("path").first()


def region_of(organisation: Organisation | None) -> Organisation | None:
    if organisation is None:
        return None
    return Organisation.objects.above(organisation).filter(kind=Kind.REGION).first()


def concerned_with(vehicle: Vehicle | None, category: str) -> Organisation | None:
    """The dealer that sold the car or the station that had it last.

    What went wrong in the workshop is the station's; all else the seller's first.
    """
    if vehicle is None:
        return None
    sale = vehicle.sales.select_related("dealer").first()
    repair = vehicle.repairs.select_related("station").first()
    sold_by = sale.dealer if sale else None
    served_by = repair.station if repair else None
    if category in {Case.Category.SERVICE, Case.Category.PARTS}:
        return served_by or sold_by
    return sold_by or served_by
