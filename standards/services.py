"""Starting, pausing and stopping clocks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, Model, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.services import log_action
from standards.choosing import StandardBook
from standards.models import Clock, ClockPause, Standard
from standards.readings import explain
from standards.sweeping import sweep
from standards.timing import Pause, set_times

__all__ = [
    "ClockStart",
    "drop_clocks",
    "explain",
    "pause_clock",
    "resume_clock",
    "start_clock",
    "start_clocks",
    "stop_clock",
    "stop_clocks",
    "sweep",
]

BATCH = 5000
INSERT = """
INSERT INTO standards_clock (
    standard_id, subject_type, subject_id, organisation_id, agent_id, escalates_to_id,
    started_at, due_at, warn_at, alarm_at, agreed_due_at
)
SELECT * FROM unnest(
    %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
    %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
    %s::timestamptz[]
)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class ClockStart:
    """One measurement to begin. `agent_id` is who is measured; see `Clock`."""

    subject_type: str
    subject_id: int
    type: str
    metric: str
    at: datetime
    level: str = ""
    organisation_id: int | None = None
    agent_id: int | None = None
    escalates_to_id: int | None = None
    due_at: datetime | None = None


def start_clock(
    subject: Model,
    *,
    type: str,
    metric: str,
    at: datetime,
    level: str = "",
    organisation: Organisation | None = None,
    agent: User | None = None,
    escalates_to: Organisation | None = None,
    due_at: datetime | None = None,
) -> Clock | None:
    """Start measuring `subject`; the running clock when that has begun already.

    None when no standard is valid: then nothing is promised and nothing measured.
    `due_at` takes the place of the computed time, for a window or a promise.
    """
    start_clocks(
        [
            ClockStart(
                subject_type=subject._meta.label_lower,
                subject_id=subject.pk,
                type=type,
                metric=metric,
                at=at,
                level=level,
                organisation_id=organisation.pk if organisation else None,
                agent_id=agent.pk if agent else None,
                escalates_to_id=escalates_to.pk if escalates_to else None,
                due_at=due_at,
            )
        ]
    )
    running = Clock.objects.about(subject).running().filter(standard__metric=metric)
    return running.select_related("standard__calendar").order_by("id").first()


def start_clocks(starts: Iterable[ClockStart]) -> None:
    """Start many at once; subjects whose metric is being measured are passed over."""
    waiting = list(starts)
    for first in range(0, len(waiting), BATCH):
        _start_batch(waiting[first : first + BATCH])


@transaction.atomic
def _start_batch(starts: list[ClockStart]) -> None:
    book = StandardBook(
        types={start.type for start in starts},
        metrics={start.metric for start in starts},
        organisations={start.organisation_id for start in starts},
    )
    running = set(
        Clock.objects.running()
        .filter(
            subject_type__in={start.subject_type for start in starts},
            subject_id__in={start.subject_id for start in starts},
        )
        .values_list("subject_type", "subject_id", "standard__metric")
    )
    clocks = []
    for start in starts:
        standard = book.find(
            type=start.type,
            metric=start.metric,
            level=start.level,
            organisation_id=start.organisation_id,
            at=start.at,
        )
        about = (start.subject_type, start.subject_id, start.metric)
        if standard is None or about in running:
            continue
        running.add(about)
        clock = Clock(
            standard=standard,
            subject_type=start.subject_type,
            subject_id=start.subject_id,
            organisation_id=start.organisation_id,
            agent_id=start.agent_id,
            escalates_to_id=start.escalates_to_id,
            started_at=start.at,
            agreed_due_at=start.due_at,
        )
        set_times(clock)
        clocks.append(clock)
    _insert(clocks)


def _insert(clocks: list[Clock]) -> None:
    """In one statement with a column each: `bulk_create` spends most of its time on
    the parameters, and follow-up plans start clocks by the hundred thousand.

    Somebody else may start the same ones at this moment: the constraint keeps one of
    each, and the common order keeps the two from waiting for each other in a ring.
    """
    rows = [
        (
            clock.standard_id,
            clock.subject_type,
            clock.subject_id,
            clock.organisation_id,
            clock.agent_id,
            clock.escalates_to_id,
            clock.started_at,
            clock.due_at,
            clock.warn_at,
            clock.alarm_at,
            clock.agreed_due_at,
        )
        for clock in sorted(clocks, key=lambda c: (c.subject_type, c.subject_id))
    ]
    if rows:
        with connection.cursor() as cursor:
            columns = [list(column) for column in zip(*rows, strict=True)]
            cursor.execute(INSERT, columns)


@transaction.atomic
def stop_clock(subject: Model, metric: str, *, at: datetime) -> Clock | None:
    """Stop the measurement; None when none is running.

    A pause still open ends with it. What is stopped before it has started took no time.
    """
    clock = (
        Clock.objects.about(subject)
        .running()
        .filter(standard__metric=metric)
        .select_related("standard__calendar")
        .select_for_update(of=("self",))
        .order_by("id")
        .first()
    )
    if clock is not None:
        _stop(clock, at)
    return clock


@transaction.atomic
def stop_clocks(
    model: type[Model],
    ids: Collection[int],
    *,
    at: datetime,
    metric: str | None = None,
) -> int:
    """Stop all running clocks (of one metric) of these rows; how many there were."""
    about = Clock.objects.for_rows(model, ids)
    if metric is not None:
        # Not a join: the update would then run over all clocks once more.
        about = about.filter(standard__in=Standard.objects.filter(metric=metric))
    stopped = about.running().update(stopped_at=Greatest(Value(at), F("started_at")))
    # Only now, with the rows locked by the update, is it certain which were paused.
    paused = about.finished().exclude(paused_at=None)
    for clock in paused.select_related("standard__calendar"):
        _stop(clock, at)
    return stopped


def drop_clocks(model: type[Model], ids: Collection[int]) -> int:
    """Delete the running clocks of these rows, as if nothing had been promised."""
    running = Clock.objects.running().for_rows(model, ids)
    _all, by_model = running.delete()
    return by_model.get("standards.Clock", 0)


@transaction.atomic
def pause_clock(clock: Clock, *, by: User, reason: str, at: datetime) -> ClockPause:
    """Stop counting until `resume_clock`. Raises ValidationError for a clock the law
    sets, for one that is stopped or paused already, and without a reason."""
    locked = _lock(clock)
    if locked.standard.is_statutory:
        raise ValidationError(_("A time limit set by law cannot be paused."))
    if locked.stopped_at is not None:
        raise ValidationError(_("This clock has been stopped already."))
    if locked.paused_at is not None:
        raise ValidationError(_("This clock is paused already."))
    if not reason.strip():
        raise ValidationError(_("Give the reason for the pause."))
    last = locked.pauses.order_by("-starts_at").first()
    floor = last.ends_at if last and last.ends_at else locked.started_at
    begins = max(at, floor)
    pause = ClockPause.objects.create(
        clock=locked, starts_at=begins, reason=reason.strip(), by=by
    )
    locked.paused_at = begins
    locked.save(update_fields=["paused_at"])
    clock.paused_at = begins
    log_action(
        by,
        "clock.paused",
        subject_of(locked),
        {"metric": locked.standard.metric, "reason": pause.reason},
    )
    return pause


@transaction.atomic
def resume_clock(clock: Clock, *, by: User, at: datetime) -> Clock:
    """Count on: the due time moves by the counted time the pause has taken."""
    locked = _lock(clock)
    if locked.paused_at is None or locked.stopped_at is not None:
        raise ValidationError(_("This clock is not paused."))
    _end_pause(locked, at)
    locked.save(update_fields=["paused_at", "warn_at", "due_at", "alarm_at"])
    for name in ("paused_at", "warn_at", "due_at", "alarm_at"):
        setattr(clock, name, getattr(locked, name))
    log_action(
        by,
        "clock.resumed",
        subject_of(locked),
        {"metric": locked.standard.metric, "due": locked.due_at.isoformat()},
    )
    return clock


def subject_of(clock: Clock) -> Model:
    """The row measured, with nothing but its id, for the log."""
    model: type[Model] = apps.get_model(clock.subject_type)
    return model(pk=clock.subject_id)


def _lock(clock: Clock) -> Clock:
    rows = Clock.objects.select_related("standard__calendar")
    return rows.select_for_update(of=("self",)).get(pk=clock.pk)


def _stop(clock: Clock, at: datetime) -> None:
    if clock.paused_at is not None:
        _end_pause(clock, at)
    clock.stopped_at = max(at, clock.started_at)
    clock.save()


def _end_pause(clock: Clock, at: datetime) -> None:
    """Close the open pause and rebuild the clock's times from all its pauses."""
    pauses = list(clock.pauses.order_by("starts_at"))
    for pause in pauses:
        if pause.ends_at is None:
            pause.ends_at = max(at, pause.starts_at)
            pause.save(update_fields=["ends_at"])
    spans: list[Pause] = [(p.starts_at, p.ends_at) for p in pauses if p.ends_at]
    set_times(clock, spans)
    clock.paused_at = None
