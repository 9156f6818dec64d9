"""The people and places of the tests.

    HQ ── DEPT (department), DEPT2
     ├── R1 ── B1 ── D1 (dealer), S1 (station)
     └── R2 ── B2 ── D2 (dealer), S2 (station)

Alice is an agent; everybody named after region 2 is an outsider to region 1.
"""

from dataclasses import dataclass, fields

from accounts.models import Organisation, User
from accounts.roles import Role
from tests.factories.accounts import OrganisationFactory, UserFactory

Kind = Organisation.Kind


@dataclass
class Places:
    hq: Organisation
    department: Organisation
    other_department: Organisation
    region: Organisation
    branch: Organisation
    dealer: Organisation
    station: Organisation
    other_region: Organisation
    other_branch: Organisation
    other_dealer: Organisation
    other_station: Organisation


CODES = {
    "hq": "HQ",
    "department": "DEPT",
    "other_department": "DEPT2",
    "region": "R1",
    "branch": "B1",
    "dealer": "D1",
    "station": "S1",
    "other_region": "R2",
    "other_branch": "B2",
    "other_dealer": "D2",
    "other_station": "S2",
}
NAMES = {
    "agent": "alice",
    "colleague": "bob",
    "leader": "leader",
    "manager": "manager",
    "handler": "handler",
    "other_handler": "handler2",
    "regional": "regional",
    "reviewer": "reviewer",
    "clerk": "clerk",
    "station_clerk": "station",
    "other_reviewer": "reviewer2",
    "outsider": "charlie",
    "editor": "editor",
    "administrator": "admin",
}


@dataclass
class Cast:
    agent: User
    colleague: User
    leader: User
    manager: User
    handler: User
    other_handler: User
    regional: User
    reviewer: User
    clerk: User
    station_clerk: User
    other_reviewer: User
    outsider: User
    editor: User
    administrator: User

    def __iter__(self):
        return (getattr(self, field.name) for field in fields(self))


def make_places() -> Places:
    def make(code: str, kind: str, parent: Organisation | None) -> Organisation:
        return OrganisationFactory(code=code, kind=kind, parent=parent)

    hq = make("HQ", Kind.HEADQUARTERS, None)
    r1, r2 = (make(code, Kind.REGION, hq) for code in ("R1", "R2"))
    b1, b2 = make("B1", Kind.BRANCH, r1), make("B2", Kind.BRANCH, r2)
    return Places(
        hq=hq,
        department=make("DEPT", Kind.DEPARTMENT, hq),
        other_department=make("DEPT2", Kind.DEPARTMENT, hq),
        region=r1,
        branch=b1,
        dealer=make("D1", Kind.DEALER, b1),
        station=make("S1", Kind.STATION, b1),
        other_region=r2,
        other_branch=b2,
        other_dealer=make("D2", Kind.DEALER, b2),
        other_station=make("S2", Kind.STATION, b2),
    )


def make_cast(places: Places) -> Cast:
    def make(name: str, role: Role, organisation: Organisation) -> User:
        return UserFactory(username=name, roles=[role], organisation=organisation)

    return Cast(
        agent=make("alice", Role.AGENT, places.hq),
        colleague=make("bob", Role.AGENT, places.hq),
        leader=make("leader", Role.TEAM_LEADER, places.hq),
        manager=make("manager", Role.OPERATIONS_MANAGER, places.hq),
        handler=make("handler", Role.DEPARTMENT_HANDLER, places.department),
        other_handler=make(
            "handler2", Role.DEPARTMENT_HANDLER, places.other_department
        ),
        regional=make("regional", Role.REGIONAL_MANAGER, places.region),
        reviewer=make("reviewer", Role.BRANCH_REVIEWER, places.branch),
        clerk=make("clerk", Role.DEALER_CLERK, places.dealer),
        station_clerk=make("station", Role.STATION_CLERK, places.station),
        other_reviewer=make("reviewer2", Role.BRANCH_REVIEWER, places.other_branch),
        outsider=make("charlie", Role.DEALER_CLERK, places.other_dealer),
        editor=make("editor", Role.KNOWLEDGE_EDITOR, places.hq),
        administrator=make("admin", Role.ADMINISTRATOR, places.hq),
    )


def the_places() -> Places:
    """Those made before; made anew where a transactional test has flushed them."""
    known = {place.code: place for place in Organisation.objects.all()}
    if "HQ" not in known:
        return make_places()
    for place in known.values():
        place.parent = known.get(place.path.split("/")[-3]) if place.parent_id else None
    return Places(**{field: known[code] for field, code in CODES.items()})


def the_cast(places: Places) -> Cast:
    """Those made before; made anew where a transactional test has flushed them."""
    people = User.objects.select_related("organisation__parent")
    known = {user.username: user for user in people.prefetch_related("groups")}
    if "alice" not in known:
        return make_cast(places)
    return Cast(**{field: known[name] for field, name in NAMES.items()})
