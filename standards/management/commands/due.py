import json
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import CommandError

from accounts.commands import ScriptCommand
from standards.calendars import (
    Counted,
    Explanation,
    NoWorkingTimeError,
    Schedule,
    Skipped,
)
from standards.models import WorkCalendar
from standards.schedules import schedule_of


class Command(ScriptCommand):
    help = "Print when something is due by a work calendar, and why, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--calendar", required=True, metavar="NAME")
        parser.add_argument("--start", required=True, metavar="ISO")
        length = parser.add_mutually_exclusive_group(required=True)
        length.add_argument("--seconds", type=int, metavar="N", help="as time runs")
        length.add_argument("--working-seconds", type=int, metavar="N")
        length.add_argument("--working-days", type=int, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            calendar = WorkCalendar.objects.get(code=options["calendar"])
        except WorkCalendar.DoesNotExist:
            known = ", ".join(WorkCalendar.objects.values_list("code", flat=True))
            raise CommandError(
                f"No calendar {options['calendar']!r}; there are: {known}."
            ) from None
        schedule = schedule_of(calendar)
        try:
            start = datetime.fromisoformat(options["start"])
        except ValueError:
            raise CommandError(
                f"{options['start']!r} is not a time such as 2025-09-30T16:30."
            ) from None
        if start.tzinfo is None:
            start = start.replace(tzinfo=schedule.zone)
        try:
            due, why = work_out(schedule, start, options)
        except NoWorkingTimeError as error:
            raise CommandError(str(error)) from None
        except (ValueError, OverflowError):
            raise CommandError("Give a length of 0 or more, within reason.") from None
        self.stdout.write(
            json.dumps(
                {"due": due.isoformat(), "why": as_data(why)}, ensure_ascii=False
            )
        )


def work_out(
    schedule: Schedule, start: datetime, options: dict[str, Any]
) -> tuple[datetime, Explanation]:
    if (days := options["working_days"]) is not None:
        due = schedule.add_workdays(start, days)
        return due, schedule.explain_workdays(start, days)
    if (seconds := options["working_seconds"]) is not None:
        due = schedule.add_working(start, seconds)
        return due, schedule.explain_working(start, due)
    if options["seconds"] < 0:
        raise ValueError
    running = start.astimezone(schedule.zone)
    # Counted on the absolute time line: summer time makes no hour longer.
    seconds = timedelta(seconds=options["seconds"])
    due = (start.astimezone(UTC) + seconds).astimezone(schedule.zone)
    return due, [Counted(running, due)]


def as_data(why: Explanation) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    for part in why:
        special = part.special
        name = {"name": special.name_en} if special and special.name_en else {}
        if isinstance(part, Skipped):
            told.append(
                {
                    "skipped": True,
                    "from": part.first.isoformat(),
                    "to": part.last.isoformat(),
                    "reason": "holiday" if special else "no working hours",
                    **name,
                }
            )
            continue
        counted: dict[str, Any] = {
            "skipped": False,
            "from": part.starts.isoformat(),
            "to": part.ends.isoformat(),
        }
        if part.number is None:
            counted["seconds"] = part.seconds
        else:
            counted["day"] = part.number
        if special:
            counted["reason"] = "make-up workday"
        told.append(counted | name)
    return told
