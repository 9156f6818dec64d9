"""Finding clocks that are nearly due, due or long overdue, and telling people once.

A step is told by the sweep whose row for it really went in; the row is unique. So a
sweep may run twice, late, or beside another one, and nobody is told twice; when it is
interrupted its transaction takes the rows back with the notifications.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from accounts.models import LogEntry, Notification, User
from accounts.roles import Role
from standards import telling
from standards.models import Clock, ClockStep

Step = ClockStep.Step
ACTIONS = {
    Step.WARN: "clock.warned",
    Step.DUE: "clock.overdue",
    Step.ALARM: "clock.alarmed",
}
BATCH = 5000
# What a dealer or station has in hand itself. The other clocks charged to it, such as
# those of follow-up calls, are worked by the centre.
HANDED_OVER = "complaints.transfer"

# All steps a clock has passed go in together, each with the time it was passed.
REACH = """
WITH passed AS (
    SELECT clock.id, clock.warn_at, clock.due_at, clock.alarm_at
      FROM standards_clock clock
     WHERE clock.stopped_at IS NULL AND clock.paused_at IS NULL
       AND clock.warn_at <= %(now)s
       AND (SELECT count(*) FROM standards_clockstep told
             WHERE told.clock_id = clock.id)
           < 1 + (clock.due_at <= %(now)s)::int + (clock.alarm_at <= %(now)s)::int
     ORDER BY clock.id
     LIMIT %(batch)s
)
INSERT INTO standards_clockstep (clock_id, step, reached_at)
SELECT passed.id, reached.step, reached.at
  FROM passed
 CROSS JOIN LATERAL (
       VALUES (70, passed.warn_at), (100, passed.due_at), (150, passed.alarm_at)
       ) AS reached (step, at)
 WHERE reached.at <= %(now)s
 ORDER BY passed.id, reached.step
    ON CONFLICT (clock_id, step) DO NOTHING
RETURNING clock_id, step
"""


def sweep(now: datetime) -> dict[str, int]:
    """Record every step passed by `now` and tell who is to know, once.

    A clock that passed several steps since the last sweep tells only the highest.
    """
    told: dict[str, int] = dict.fromkeys(
        ("warned", "overdue", "alarmed", "notifications"), 0
    )
    while reached := _sweep_batch(now, told):
        if reached < BATCH:
            break
    return told


@transaction.atomic
def _sweep_batch(now: datetime, told: dict[str, int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(REACH, {"now": now, "batch": BATCH})
        rows = cursor.fetchall()
    highest: dict[int, int] = {}
    for clock_id, step in rows:
        highest[clock_id] = max(step, highest.get(clock_id, 0))
    clocks = Clock.objects.select_related(
        "standard", "organisation", "escalates_to"
    ).in_bulk(list(highest))
    people = _People.load() if highest else _People()
    entries, readers = [], []
    for clock_id, number in highest.items():
        clock, step = clocks[clock_id], Step(number)
        told[ACTIONS[step].removeprefix("clock.")] += 1
        to_tell = people.to_tell(clock, step)
        if not to_tell and telling.is_registered(clock.subject_type):
            continue
        entries.append(
            LogEntry(
                at=now,
                action=ACTIONS[step],
                subject_type=clock.subject_type,
                subject_id=clock.subject_id,
                data={
                    "clock": clock.pk,
                    "metric": clock.standard.metric,
                    "due": clock.due_at.isoformat(),
                },
            )
        )
        readers.append(to_tell)
    LogEntry.objects.bulk_create(entries)
    notifications = [
        Notification(to_id=reader, entry=entry)
        for entry, ids in zip(entries, readers, strict=True)
        for reader in sorted(ids)
    ]
    Notification.objects.bulk_create(notifications, batch_size=BATCH)
    told["notifications"] += len(notifications)
    return len(highest)


@dataclass
class _People:
    """Who may have to be told, read once a batch: user ids by what they answer for."""

    handlers: dict[int | None, set[int]] = field(
        default_factory=lambda: defaultdict(set)
    )
    clerks: dict[int | None, set[int]] = field(default_factory=lambda: defaultdict(set))
    leaders: set[int] = field(default_factory=set)
    managers: set[int] = field(default_factory=set)
    regional: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    # By role and the code of their organisation.
    registered: dict[tuple[str, str], set[int]] = field(
        default_factory=lambda: defaultdict(set)
    )

    @classmethod
    def load(cls) -> "_People":
        people = cls()
        registered = telling.registered_roles()
        roles = {
            *registered,
            Role.DEPARTMENT_HANDLER,
            Role.DEALER_CLERK,
            Role.STATION_CLERK,
            Role.TEAM_LEADER,
            Role.OPERATIONS_MANAGER,
            Role.REGIONAL_MANAGER,
        }
        rows: Iterable[tuple[int, str, int | None, str | None]] = User.objects.filter(
            is_active=True, groups__name__in=roles
        ).values_list("pk", "groups__name", "organisation_id", "organisation__code")
        for pk, role, organisation, code in rows:
            if role in registered and code:
                people.registered[role, code].add(pk)
            if role == Role.DEPARTMENT_HANDLER:
                people.handlers[organisation].add(pk)
            elif role in {Role.DEALER_CLERK, Role.STATION_CLERK}:
                people.clerks[organisation].add(pk)
            elif role == Role.TEAM_LEADER:
                people.leaders.add(pk)
            elif role == Role.OPERATIONS_MANAGER:
                people.managers.add(pk)
            elif role == Role.REGIONAL_MANAGER and code:
                people.regional[code].add(pk)
        return people

    def to_tell(self, clock: Clock, step: Step) -> set[int]:
        """The agent and the unit's handlers: one may be waiting for the other."""
        if telling.is_registered(clock.subject_type):
            return self._registered(clock, step)
        told = set(self.handlers.get(clock.organisation_id, ()))
        if clock.subject_type == HANDED_OVER:
            told |= self.clerks.get(clock.organisation_id, set())
        if clock.agent_id is not None:
            told.add(clock.agent_id)
        if step >= Step.DUE:
            told |= self.leaders
        if step >= Step.ALARM:
            told |= self._above(clock) or self.managers
        return told

    def _registered(self, clock: Clock, step: Step) -> set[int]:
        if clock.organisation is None:
            return set()
        codes = clock.organisation.path.strip("/").split("/")
        roles = telling.roles_told(
            clock.subject_type,
            is_due=step >= Step.DUE,
            is_long_overdue=step >= Step.ALARM,
        )
        return set().union(
            *(self.registered[role, code] for role in roles for code in codes)
        )

    def _above(self, clock: Clock) -> set[int]:
        """The regional managers at the organisation it escalates to, or above it."""
        if clock.escalates_to is None:
            return set()
        codes = clock.escalates_to.path.strip("/").split("/")
        return set().union(*(self.regional.get(code, ()) for code in codes))
