"""The file a dealer or station owes for each day: owed, handed in, owed again."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services import log_action
from crm.models import DailyFile, UploadBatch
from standards.models import Clock, InteractionType, Standard
from standards.services import ClockStart, start_clocks, stop_clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Organisation, User

Status = UploadBatch.Status
TYPE = InteractionType.Code.DAILY_FILE
METRIC = Standard.Metric.HAND_IN

# A file counts while it is on its way or posted. One whose refused rows come back
# mended is read once more, and keeps its day meanwhile.
STANDING = (Status.SUBMITTED, Status.APPROVED, Status.POSTED)
OLDEST = DailyFile.TAKEN_FOR


def check_day(day: date) -> None:
    """Raises ValidationError for a day to come, or too long ago to hand in for."""
    today = timezone.localdate()
    if day > today:
        raise ValidationError(_("The day of a file cannot be one to come."))
    if day < today - OLDEST:
        raise ValidationError(
            _("Files are taken for the last %(days)s days only.")
            % {"days": OLDEST.days}
        )


def hand_in_day(batch: UploadBatch) -> None:
    """The first file of a day is the day's; those after it are further files.

    It takes the place of a report that there was nothing, and is measured itself then.
    Where no file is owed, there is nothing to mark; where the day has not been opened
    yet, `open_days` finds the file.
    """
    daily = _locked(batch.organisation_id, batch.day)
    if daily is None or daily.batch_id is not None:
        return
    if daily.is_nil:
        _void(daily)
    elif daily.handed_in_at is not None:
        return
    take_file(daily, batch)


@transaction.atomic
def report_nil(organisation: Organisation, day: date, *, by: User | None) -> DailyFile:
    """There was nothing to report: that, too, is what was owed."""
    check_day(day)
    daily = _locked(organisation.pk, day)
    if daily is None:
        raise ValidationError(_("No file is owed for this day."))
    if daily.handed_in_at is not None:
        raise ValidationError(_("This day has been handed in already."))
    daily.is_nil = True
    _stop(daily, timezone.now(), by)
    log_action(by, "daily_file.nil", daily, about(daily))
    return daily


def reopen_day(batch: UploadBatch) -> None:
    """A file that went back, was cancelled or reverted is the day's no longer.

    The next that stands takes its place; without one the day is owed again. What was
    measured is void: the clock runs from the day's first minute as if never stopped.
    """
    daily = _locked(batch.organisation_id, batch.day)
    if daily is None or daily.batch_id != batch.pk:
        return
    _void(daily)
    others = UploadBatch.objects.for_day(daily.organisation_id, daily.day)
    other = others.filter(status__in=STANDING).exclude(pk=batch.pk).first()
    if other is not None:
        take_file(daily, other)
        return
    log_action(None, "daily_file.reopened", daily, about(daily))


def take_file(daily: DailyFile, batch: UploadBatch) -> None:
    """Mark the day, locked by the caller, as handed in with this file."""
    daily.batch = batch
    _stop(daily, batch.submitted_at or timezone.now(), batch.uploaded_by)


def start_day_clocks(days: Iterable[DailyFile]) -> None:
    """From the day's first minute, charged to the dealer or station."""
    start_clocks(
        ClockStart(
            subject_type=DailyFile._meta.label_lower,
            subject_id=daily.pk,
            type=TYPE,
            metric=METRIC,
            at=first_minute(daily.day),
            organisation_id=daily.organisation_id,
            escalates_to_id=daily.organisation_id,
        )
        for daily in days
    )


def first_minute(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def about(daily: DailyFile) -> dict[str, str]:
    """What the business log says about a day."""
    return {
        "organisation": str(daily.organisation),
        "day": daily.day.isoformat(),
        "time": timezone.localtime(daily.due_at).strftime("%H:%M"),
    }


def _locked(organisation_id: int, day: date) -> DailyFile | None:
    rows = DailyFile.objects.select_for_update(of=("self",))
    return (
        rows.filter(organisation=organisation_id, day=day)
        .select_related("organisation")
        .first()
    )


def _stop(daily: DailyFile, at: datetime, by: User | None) -> None:
    daily.handed_in_at = at
    daily.handed_in_by = by
    daily.save()
    stop_clock(daily, METRIC, at=at)


def _void(daily: DailyFile) -> None:
    """Owed again, with the time running since the day began."""
    daily.batch = None
    daily.is_nil = False
    daily.handed_in_at = daily.handed_in_by = None
    daily.save()
    Clock.objects.about(daily).delete()
    if daily.is_taken(timezone.now()):
        start_day_clocks([daily])
