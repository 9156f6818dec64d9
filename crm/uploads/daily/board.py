"""How dealers and stations keep to the daily file: the figures behind the board.

A handful of queries, whatever the number of dealers; all sums are made here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.roles import Role
from crm.models import DailyFile, Phone, Repair, Sale, UploadBatch
from crm.uploads.daily.days import MET
from crm.uploads.services import OWING
from standards.models import Standard

if TYPE_CHECKING:
    from collections.abc import Iterable

DAYS = 30  # today and the 29 days before it
# Above this many dealers and stations the branches are shown alone, until one of them
# is opened.
MOST_SHOWN = 60
GROUPS = (Organisation.Kind.REGION, Organisation.Kind.BRANCH)


@dataclass
class Share:
    """So many of so many; both are shown, so that a percentage tells how much it is."""

    part: int = 0
    whole: int = 0

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None

    def add(self, part: int, whole: int) -> None:
        self.part += part
        self.whole += whole


@dataclass
class Line:
    """A dealer or station, or the sum of those below a branch or a region."""

    organisation: Organisation | None  # None: all that are seen
    depth: int = 0
    # How many of its dealers and stations stand how on a day, by the day's code.
    days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    members: int = 0
    in_time: Share = field(default_factory=Share)
    refused: Share = field(default_factory=Share)
    corrected: Share = field(default_factory=Share)
    wrong_numbers: Share = field(default_factory=Share)

    @property
    def is_group(self) -> bool:
        return self.organisation is None or self.organisation.kind in GROUPS


@dataclass
class Late:
    """Who has not handed in past the deadline, and for which days."""

    organisation: Organisation
    days: list[tuple[date, int]]  # with the id of the day's row
    since: datetime
    clerks: list[User] = field(default_factory=list)


@dataclass
class Board:
    days: list[date]
    total: Line
    lines: list[Line]
    late: list[Late]
    goal: float | None
    hides_members: bool


def read_board(
    user: User, now: datetime, under: Organisation | None, *, whole: bool = False
) -> Board:
    """What `user` may see, perhaps only below one organisation; `whole` never hides
    the dealers behind their branches."""
    today = timezone.localdate(now)
    first = today - timedelta(days=DAYS - 1)
    path = under.path if under else ""
    places = list(
        Organisation.objects.visible_to(user)
        .filter(path__startswith=path)
        .filter(Q(kind__in=GROUPS) | Q(kind__in=OWING, is_active=True))
        .order_by("path")
    )
    members = {place.pk: place for place in places if place.kind in OWING}
    lines = {place.pk: Line(place) for place in places}
    total = Line(None)
    up = _lines_above(places, lines, total)
    for pk in members:
        for line in up[pk]:
            line.members += 1
    hides = not whole and len(members) > MOST_SHOWN and _has_groups_below(places, under)
    # What is not shown one by one is not read one by one either.
    summed_by = "organisation__parent" if hides else "organisation"
    owned = (
        DailyFile.objects.filter(organisation__in=members, day__range=(first, today))
        .with_state(now)
        .order_by()
        .values_list(summed_by, "day", "state")
        .annotate(Count("pk"))
    )
    for pk, day, code, count in owned:
        for line in up[pk]:
            line.days[day][code] += count
            if code != "open":
                line.in_time.add(count if code in MET else 0, count)
    for pk, rows, refused, posted, corrected in _rows_handed_in(members, first):
        for line in up[pk]:
            line.refused.add(refused, rows)
            line.corrected.add(corrected, posted)
    for pk, wrong, records in _wrong_numbers(members, first):
        for line in up[pk]:
            line.wrong_numbers.add(wrong, records)
    shown = [
        lines[place.pk]
        for place in places
        if lines[place.pk].members and not (hides and place.pk in members)
    ]
    return Board(
        days=[first + timedelta(days=n) for n in range(DAYS)],
        total=total,
        lines=shown,
        late=_late(members, now),
        goal=_goal(today),
        hides_members=hides,
    )


def _lines_above(
    places: list[Organisation], lines: dict[int, Line], total: Line
) -> dict[int, list[Line]]:
    """For each place the lines its figures add to: its own, those above it, the sum."""
    up: dict[int, list[Line]] = {}
    above: list[Organisation] = []
    for place in places:  # by path: what is above stands before
        while above and not place.path.startswith(above[-1].path):
            above.pop()
        line = lines[place.pk]
        line.depth = len(above)
        up[place.pk] = [total, *(lines[over.pk] for over in above), line]
        if place.kind in GROUPS:
            above.append(place)
    return up


def _has_groups_below(places: list[Organisation], under: Organisation | None) -> bool:
    top = under.pk if under else None
    return any(place.kind in GROUPS and place.pk != top for place in places)


def _rows_handed_in(
    members: Iterable[int], first: date
) -> Iterable[tuple[int, int, int, int, int]]:
    """Rows of the files handed in, those refused; rows posted, those that corrected."""
    batches = UploadBatch.objects.filter(
        organisation__in=members, day__gte=first, submitted_at__isnull=False
    ).exclude(status=UploadBatch.Status.CANCELLED)
    return (
        batches.order_by()
        .values_list("organisation")
        .annotate(
            Sum("rows_total"),
            Sum("rows_rejected"),
            Sum("rows_posted"),
            Sum("rows_corrected"),
        )
    )


def _wrong_numbers(
    members: Iterable[int], first: date
) -> Iterable[tuple[int, int, int]]:
    """Sales and repairs of these days, and those whose customer has a number that a
    call found to be wrong."""
    wrong = Phone.objects.filter(is_wrong=True).values("customer")
    for model, holder in ((Sale, "dealer"), (Repair, "station")):
        records: Any = model._default_manager.filter(
            batch__day__gte=first, **{f"{holder}__in": members}
        )
        yield from (
            records.order_by()
            .values(holder)
            .annotate(
                wrong=Count("pk", filter=Q(customer__in=wrong)), records=Count("pk")
            )
            .values_list(holder, "wrong", "records")
        )


def _late(members: dict[int, Organisation], now: datetime) -> list[Late]:
    """Most late first."""
    rows = DailyFile.objects.late(now).filter(organisation__in=members)
    found: dict[int, Late] = {}
    for pk, organisation, day, due_at in rows.order_by("due_at", "pk").values_list(
        "pk", "organisation", "day", "due_at"
    ):
        late = found.setdefault(organisation, Late(members[organisation], [], due_at))
        late.days.append((day, pk))
    return sorted(found.values(), key=lambda late: (late.since, late.organisation.path))


def _goal(today: date) -> float | None:
    goals = Standard.objects.valid_on(today).filter(
        type="daily_file", metric=Standard.Metric.HAND_IN, organisation=None
    )
    goal = goals.values_list("goal_share", flat=True).first()
    return None if goal is None else float(goal)


def name_clerks(late: list[Late]) -> None:
    """Whom to ring."""
    of = {one.organisation.pk: one for one in late}
    people = User.objects.with_role(Role.DEALER_CLERK, Role.STATION_CLERK)
    for person in people.filter(organisation__in=of).order_by("pk"):
        if person.organisation_id is not None:
            of[person.organisation_id].clerks.append(person)
