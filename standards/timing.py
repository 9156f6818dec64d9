"""When a clock warns, is due and alarms: computed from its start and its pauses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from standards.calendars import ALWAYS, Schedule, elapsed
from standards.models import Clock, ClockStep, Standard
from standards.schedules import schedule_of

Pause = tuple[datetime, datetime]
Step = ClockStep.Step


@dataclass(frozen=True)
class Allowance:
    """So many seconds of a schedule's time, which every kind of target comes down to:
    a count of working days is the working time up to its last closing hour."""

    schedule: Schedule
    seconds: float

    def used_up(
        self, start: datetime, share: int, pauses: Iterable[Pause] = ()
    ) -> datetime:
        """When `share` % of it has passed; time inside a pause does not count.

        `pauses` come in order and do not overlap. One that begins after the moment in
        question cannot move it.
        """
        needed = self.seconds * share / 100
        at = self._after(start, needed)
        for begins, ends in pauses:
            if begins.astimezone(UTC) >= at:
                break
            needed += self.schedule.working_between(begins, ends)
            at = self._after(start, needed)
        return at

    def _after(self, start: datetime, seconds: float) -> datetime:
        # In UTC, where times compare as they pass.
        return self.schedule.add_working(start, seconds).astimezone(UTC)


def counted_in(standard: Standard) -> Schedule:
    """The time that counts; running time needs no calendar."""
    if standard.unit == Standard.Unit.RUNNING:
        return ALWAYS
    return schedule_of(standard.calendar)


def allowance(
    standard: Standard, start: datetime, agreed_due_at: datetime | None = None
) -> Allowance:
    if agreed_due_at is not None:
        return Allowance(ALWAYS, max(elapsed(start, agreed_due_at), 0))
    schedule = counted_in(standard)
    if standard.unit == Standard.Unit.WORKDAYS:
        due = schedule.add_workdays(start, standard.target)
        return Allowance(schedule, schedule.working_between(start, due))
    return Allowance(schedule, standard.target)


def set_times(clock: Clock, pauses: Iterable[Pause] = ()) -> None:
    """Work out the clock's three times anew, without saving them."""
    allowed = allowance(clock.standard, clock.started_at, clock.agreed_due_at)
    paused = list(pauses)
    clock.warn_at = allowed.used_up(clock.started_at, Step.WARN, paused)
    clock.due_at = allowed.used_up(clock.started_at, Step.DUE, paused)
    clock.alarm_at = allowed.used_up(clock.started_at, Step.ALARM, paused)
