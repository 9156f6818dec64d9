"""Everything that happened with a customer, newest first, on one line of time.

Each kind of event gives its newest rows before a moment; the newest of all are kept.
So a page costs the same queries however long the story is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import describe
from accounts.models import LogEntry, User
from accounts.text import listed
from complaints.models import Case
from crm.models import Customer, Interaction, Ownership, Repair, Sale
from desk.outcomes import outcome_label
from followups.callpage import spoken

PAGE = 25


@dataclass(frozen=True)
class Event:
    at: datetime
    kind: str
    title: str
    tone: str = ""
    by: str = ""
    lines: list[str] = field(default_factory=list)
    url: str = ""
    has_time: bool = True


@dataclass(frozen=True)
class Timeline:
    events: list[Event]
    older: str  # the moment before which the next page begins; "" at the end


def timeline_of(
    customer: Customer,
    user: User,
    ownerships: list[Ownership],
    before: datetime | None = None,
) -> Timeline:
    """What `user` may see of the customer's story before a moment."""
    found = [
        *sales(customer, user, before),
        *repairs(customer, user, ownerships, before),
        *contacts(customer, user, before),
        *cases(customer, user, before),
        *merges(customer, user, before),
    ]
    found.sort(key=lambda event: event.at, reverse=True)
    events = found[:PAGE]
    more = len(found) > PAGE
    return Timeline(events, events[-1].at.isoformat() if more else "")


def sales(customer: Customer, user: User, before: datetime | None) -> Iterator[Event]:
    day = Coalesce("delivered_on", "invoiced_on")
    rows = (
        Sale.objects.visible_to(user)
        .filter(customer=customer)
        .annotate(day=day)
        .select_related("vehicle", "dealer")
        .order_by("-day", "-pk")
    )
    if before:
        # A sale stands at the beginning of its day.
        rows = rows.filter(day__lte=timezone.localdate(before - timedelta.resolution))
    for sale in rows[: PAGE + 1]:
        yield Event(
            at=start_of(sale.delivered_on or sale.invoiced_on),
            kind="sale",
            title=_("Bought %(model)s from %(dealer)s")
            % {"model": sale.vehicle.model or sale.vehicle.vin, "dealer": sale.dealer},
            tone="good",
            by=sale.salesperson,
            lines=[_("Sale %(number)s") % {"number": sale.sale_no}],
            has_time=False,
        )


def repairs(
    customer: Customer,
    user: User,
    ownerships: list[Ownership],
    before: datetime | None,
) -> Iterator[Event]:
    """Those the customer brought, and others' with the car while it was theirs."""
    theirs = Q(customer=customer)
    for owned in ownerships:
        span = Q(vehicle=owned.vehicle, in_at__date__gte=owned.from_on)
        if owned.to_on:
            span &= Q(in_at__date__lt=owned.to_on)
        theirs |= span
    rows = (
        Repair.objects.visible_to(user)
        .filter(theirs)
        .select_related("vehicle", "station")
        .prefetch_related("lines")
    )
    if before:
        rows = rows.filter(in_at__lt=before)
    for repair in rows[: PAGE + 1]:
        lines = [repair.statement] if repair.statement else []
        if done := listed(line.name for line in repair.lines.all()):
            lines.append(done)
        if repair.mileage is not None:
            lines.append(_("%(mileage)s km") % {"mileage": repair.mileage})
        yield Event(
            at=repair.in_at,
            kind="repair",
            title=_("%(kind)s at %(station)s")
            % {"kind": repair.get_kind_display(), "station": repair.station},
            by=repair.adviser,
            lines=lines,
        )


def contacts(
    customer: Customer, user: User, before: datetime | None
) -> Iterator[Event]:
    rows = (
        Interaction.objects.visible_to(user)
        .filter(customer=customer)
        .select_related("type", "agent", "attempt__task__plan")
        .prefetch_related("attempt__task__answers__item")
    )
    if before:
        rows = rows.filter(started_at__lt=before)
    for contact in rows[: PAGE + 1]:
        attempt = getattr(contact, "attempt", None)
        about = attempt.task.plan if attempt else contact.type
        lines = [contact.summary] if contact.summary else []
        lines += wrong_answers(attempt)
        incoming = contact.direction == Interaction.Direction.IN
        shape = (
            _("Incoming call: %(about)s") if incoming else _("Outgoing call: %(about)s")
        )
        outcome = outcome_label(contact.outcome)
        yield Event(
            at=contact.started_at,
            kind="call",
            title=shape % {"about": about},
            tone="bad" if lines[1:] else "info",
            by=str(contact.agent),
            lines=[outcome, *lines] if outcome else lines,
        )


def wrong_answers(attempt: Any) -> list[str]:
    """What the customer was not content with, when this call asked."""
    if attempt is None or attempt.outcome != "connected":
        return []
    return [
        _("%(question)s %(answer)s")
        % {"question": answer.item, "answer": spoken(answer)}
        for answer in attempt.task.answers.all()
        if answer.is_issue
    ]


def cases(customer: Customer, user: User, before: datetime | None) -> Iterator[Event]:
    """Each case where it began, and each step it took."""
    seen = {
        case.pk: case
        for case in Case.objects.visible_to(user).filter(customer=customer)
    }
    steps = (
        LogEntry.objects.filter(
            subject_type=Case._meta.label_lower, subject_id__in=list(seen)
        )
        # Deadlines are the centre's business; the case's own page shows them.
        .exclude(Q(action="case.opened") | Q(action__startswith="clock."))
        .select_related("by")
        .order_by("-at", "-pk")
    )
    if before:
        steps = steps.filter(at__lt=before)
    for case in seen.values():
        if before is None or case.opened_at < before:
            yield Event(
                at=case.opened_at,
                kind="case",
                title=_("%(kind)s %(number)s: %(subject)s")
                % {
                    "kind": case.get_kind_display(),
                    "number": case.number,
                    "subject": case.subject,
                },
                tone="bad",
                lines=[case.description],
                url=reverse("complaints:detail", args=[case.pk]),
            )
    for step in steps[: PAGE + 1]:
        yield Event(
            at=step.at,
            kind="case",
            title=describe(step),
            tone="good" if step.action == "case.closed" else "",
            url=reverse("complaints:detail", args=[step.subject_id]),
        )


def merges(customer: Customer, user: User, before: datetime | None) -> Iterator[Event]:
    """When the customer was found twice, and when that was taken back."""
    if not user.sees_everything:
        return
    told = LogEntry.objects.about(customer).filter(
        action__in=["customer.merged", "customer.merge_undone"]
    )
    if before:
        told = told.filter(at__lt=before)
    for entry in told.order_by("-at", "-pk").select_related("by")[: PAGE + 1]:
        yield Event(at=entry.at, kind="merge", title=describe(entry))


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
