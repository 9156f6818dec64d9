"""The last 30 days of daily files: most in time, some late, a few never."""

from datetime import date, datetime, timedelta
from random import Random

from django.db.models import OuterRef, Subquery

from accounts.models import Organisation
from config.demo.world import World, moment
from crm.models import DailyFile, UploadBatch
from crm.uploads.services.daily import STANDING, TYPE, start_day_clocks
from crm.uploads.services.owing import OWING, deadline, open_days
from standards.models import Clock, Standard
from standards.schedules import schedule_of

DAYS = 30
# They need watching.
CARELESS = {"SZ02", "BJ52"}


def tell_of_days(world: World) -> None:
    """Days without a file had nothing to report; all in a few statements."""
    today = world.now.date()
    standard = Standard.objects.select_related("calendar").get(
        type=TYPE, organisation=None
    )
    worked = schedule_of(standard.calendar)
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    files = _first_files(days[0])
    # Chance of its own: what the days tell leaves the rest of the demo as it was.
    random = Random(1730)
    rows = []
    for day in days:
        if not worked.spans_of(day):
            continue
        due_at = deadline(standard, day)
        for place in world.tree.values():
            if place.kind not in OWING:
                continue
            row = DailyFile(organisation=place, day=day, due_at=due_at)
            row.batch = files.get((place.pk, day))
            at = row.batch.submitted_at if row.batch else _reported(random, place, day)
            if at is not None and at <= world.now:
                row.handed_in_at = at
                row.handed_in_by = world.clerk_of(place)
                row.is_nil = row.batch is None
            rows.append(row)
    DailyFile.objects.bulk_create(rows)
    start_day_clocks(rows)
    handed_in = DailyFile.objects.filter(pk=OuterRef("subject_id"))
    Clock.objects.filter(
        subject_type=DailyFile._meta.label_lower,
        subject_id__in=[row.pk for row in rows if row.handed_in_at],
    ).update(stopped_at=Subquery(handed_in.values("handed_in_at")[:1]))
    open_days(world.now)


def _first_files(first: date) -> dict[tuple[int, date], UploadBatch]:
    found: dict[tuple[int, date], UploadBatch] = {}
    files = UploadBatch.objects.filter(day__gte=first, status__in=STANDING)
    for batch in files.order_by("submitted_at", "pk"):
        found.setdefault((batch.organisation_id, batch.day), batch)
    return found


def _reported(random: Random, place: Organisation, day: date) -> datetime | None:
    """When they said that there was nothing; None for those who said nothing."""
    chance, minutes = random.random(), random.randrange(100)
    is_careless = place.code in CARELESS
    if chance < (0.06 if is_careless else 0.004):
        return None
    if chance < (0.35 if is_careless else 0.04):
        return moment(day, 17, 31) + timedelta(minutes=3 * minutes)
    return moment(day, 15, 45) + timedelta(minutes=minutes)
