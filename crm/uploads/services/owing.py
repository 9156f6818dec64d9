"""What runs by itself around the daily files: days begin, people are reminded."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Subquery
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.roles import Role
from accounts.services import log_for_many
from crm.models import DailyFile, UploadBatch
from crm.uploads.services.daily import (
    METRIC,
    STANDING,
    TYPE,
    about,
    first_minute,
    start_day_clocks,
    take_file,
)
from standards.choosing import StandardBook
from standards.models import Clock, Standard
from standards.schedules import schedule_of
from standards.services import drop_clocks, stop_clocks
from standards.timing import allowance

OWING = (Organisation.Kind.DEALER, Organisation.Kind.STATION)
REMINDED_BEFORE = timedelta(hours=1)
# Days without working time never come so many in a row: an organisation without a
# file owed in them is new, or was closed.
KNOWN_WITHIN = timedelta(days=14)


@transaction.atomic
def open_days(now: datetime) -> int:
    """Bring what is owed into line with the day, and with who is active; how many
    days were opened.

    Begins today for every active dealer and station whose calendar has it as a working
    day, and days that an outage passed over. Runs as often as one likes.
    """
    with connection.cursor() as cursor:
        # Only one at a time decides what is missing.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('crm.daily_files'))")
    _let_closed_go(now)
    _give_up(now)
    opened = sum(_open(day, now) for day in _days_to_open(now))
    owed = DailyFile.objects.owed().filter(organisation__is_active=True)
    start_day_clocks(owed.still_taken(now).exclude(_running()))
    _find_files_handed_in()
    return opened


@transaction.atomic
def remind_owing(now: datetime) -> int:
    """Tell the clerks of who owes a file within the hour, once; how many days."""
    nearly = DailyFile.objects.owed().filter(
        organisation__is_active=True,
        reminded_at=None,
        due_at__gt=now,
        due_at__lte=now + REMINDED_BEFORE,
    )
    rows = list(
        nearly.select_related("organisation").select_for_update(
            of=("self",), skip_locked=True
        )
    )
    if not rows:
        return 0
    clerks: dict[int, list[User]] = defaultdict(list)
    people = User.objects.with_role(Role.DEALER_CLERK, Role.STATION_CLERK)
    for person in people.filter(organisation__in={row.organisation_id for row in rows}):
        clerks[person.organisation_id or 0].append(person)
    log_for_many(
        "daily_file.due_soon",
        ((row, about(row), clerks[row.organisation_id]) for row in rows),
    )
    DailyFile.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    return len(rows)


def _days_to_open(now: datetime) -> list[date]:
    today = timezone.localdate(now)
    last = DailyFile.objects.aggregate(last=Max("day"))["last"]
    missed = (today - last).days - 1 if last else 0
    missed = min(max(missed, 0), KNOWN_WITHIN.days)
    return [today - timedelta(days=back) for back in range(missed, -1, -1)]


def _open(day: date, now: datetime) -> int:
    """Only who was known before owes a day whose deadline has passed already."""
    places = Organisation.objects.active().filter(kind__in=OWING)
    missing = list(places.exclude(daily_files__day=day))
    if not missing:
        return 0
    recent = DailyFile.objects.filter(day__range=(day - KNOWN_WITHIN, day))
    known = set(recent.values_list("organisation", flat=True).distinct())
    book = StandardBook({TYPE}, {METRIC}, [place.pk for place in missing])
    rows = []
    for place in missing:
        standard = book.find(
            type=TYPE,
            metric=METRIC,
            level="",
            organisation_id=place.pk,
            at=first_minute(day),
        )
        if standard is None or not schedule_of(standard.calendar).spans_of(day):
            continue
        due_at = deadline(standard, day)
        if place.pk in known or now < due_at:
            rows.append(DailyFile(organisation=place, day=day, due_at=due_at))
    return len(DailyFile.objects.bulk_create(rows))


def deadline(standard: Standard, day: date) -> datetime:
    begins = first_minute(day)
    return allowance(standard, begins).used_up(begins, 100)


def _running() -> Exists:
    """Whether a clock runs on the day."""
    clocks = Clock.objects.running().filter(
        subject_type=DailyFile._meta.label_lower, subject_id=OuterRef("pk")
    )
    return Exists(clocks)


def _let_closed_go(now: datetime) -> None:
    """Who has closed owes nothing more; what was late before is still seen as missing,
    and runs on should they open again."""
    closed = DailyFile.objects.owed().filter(organisation__is_active=False)
    ids = list(closed.filter(_running()).values_list("pk", flat=True))
    if ids:
        drop_clocks(DailyFile, ids)
    closed.filter(due_at__gt=now).delete()


def _give_up(now: datetime) -> None:
    """A day no file is taken for any more was missed: its clock need not run on."""
    first = timezone.localdate(now) - DailyFile.TAKEN_FOR
    given_up = DailyFile.objects.owed().filter(_running(), day__lt=first)
    if ids := list(given_up.values_list("pk", flat=True)):
        stop_clocks(DailyFile, ids, at=now)


def _find_files_handed_in() -> None:
    """Mark days whose file came before the day had been opened."""
    files = UploadBatch.objects.filter(
        organisation=OuterRef("organisation"), day=OuterRef("day"), status__in=STANDING
    ).order_by("submitted_at", "pk")
    found = (
        DailyFile.objects.owed()
        .annotate(found=Subquery(files.values("pk")[:1]))
        .exclude(found=None)
        .select_for_update(of=("self",))
    )
    batch_of = dict(found.values_list("pk", "found"))
    # With the days locked: a file may have gone back while their locks were waited for.
    standing = UploadBatch.objects.filter(status__in=STANDING)
    batches = standing.in_bulk(batch_of.values())
    for daily in DailyFile.objects.filter(pk__in=batch_of):
        if batch := batches.get(batch_of[daily.pk]):
            take_file(daily, batch)
