"""The clocks a case runs: the centre's on the case, each unit's on its transfer.

So each unit is charged its own time, and the customer's whole wait is seen as well.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from complaints.models import Case, Transfer
from complaints.people import headquarters, region_of
from standards.choosing import StandardBook
from standards.models import Clock, InteractionType, Standard
from standards.services import start_clock, stop_clock, stop_clocks
from standards.timing import set_times

Metric = Standard.Metric
TYPES = {
    Case.Kind.COMPLAINT: InteractionType.Code.COMPLAINT,
    Case.Kind.CONSULTATION: InteractionType.Code.PURCHASE_INQUIRY,
}


ON_OPENING = {
    Case.Kind.COMPLAINT: (Metric.FIRST_CONTACT, Metric.CLOSE, Metric.OUTCOME_TOLD),
    Case.Kind.CONSULTATION: (Metric.CONSULT_ANSWER, Metric.CLOSE),
}


def start_case_clocks(case: Case, *, at: datetime) -> None:
    for metric in ON_OPENING[Case.Kind(case.kind)]:
        _start_on_case(case, metric, at=at)


def start_answer_clock(case: Case, *, at: datetime) -> None:
    """A question the answer did not settle is asked, and measured, once more."""
    if case.kind == Case.Kind.CONSULTATION:
        _start_on_case(case, Metric.CONSULT_ANSWER, at=at)


def stop_answer_clock(case: Case, *, at: datetime) -> None:
    stop_clock(case, Metric.CONSULT_ANSWER, at=at)


def stop_first_contact(case: Case, *, at: datetime) -> None:
    stop_clock(case, Metric.FIRST_CONTACT, at=at)


def stop_case_clocks(case: Case, *, at: datetime) -> None:
    stop_clocks(Case, [case.pk], at=at)


def start_on_transfer(transfer: Transfer, metric: str, *, at: datetime) -> None:
    """A clock charged to the unit the case was handed to."""
    case = transfer.case
    start_clock(
        transfer,
        type=TYPES[Case.Kind(case.kind)],
        metric=metric,
        at=at,
        level=case.level,
        organisation=transfer.to,
        agent=case.owner,
        escalates_to=region_of(case.organisation) or region_of(transfer.to),
    )


def stop_on_transfer(transfer: Transfer, *, at: datetime) -> None:
    stop_clocks(Transfer, [transfer.pk], at=at)


@transaction.atomic
def rebase(case: Case) -> None:
    """Measure what still runs by the case's new level, from its original start.

    A raise never gives more time: where the new standard would, the old due time
    holds. Where the new level has no standard the old clock runs on, so that nothing
    goes unmeasured.
    """
    transfers = case.transfers.waiting().values("pk")
    running = Clock.objects.running().filter(
        Q(subject_type="complaints.case", subject_id=case.pk)
        | Q(subject_type="complaints.transfer", subject_id__in=transfers)
    )
    clocks = running.select_related("standard").select_for_update(of=("self",))
    for clock in clocks.order_by("pk"):
        _rebase_one(clock, case.level)


def _rebase_one(clock: Clock, level: str) -> None:
    old = clock.standard
    book = StandardBook([old.type_id], [old.metric], [clock.organisation_id])
    new = book.find(
        type=old.type_id,
        metric=old.metric,
        level=level,
        organisation_id=clock.organisation_id,
        at=clock.started_at,
    )
    if new is None or new == old:
        return
    due_before = clock.due_at
    clock.standard = new
    pauses = clock.pauses.exclude(ends_at=None).order_by("starts_at")
    set_times(clock, [(p.starts_at, p.ends_at) for p in pauses if p.ends_at])
    if clock.due_at > due_before:
        clock.agreed_due_at = due_before
        set_times(clock)
    clock.save()


def _start_on_case(case: Case, metric: str, *, at: datetime) -> None:
    start_clock(
        case,
        type=TYPES[Case.Kind(case.kind)],
        metric=metric,
        at=at,
        level=case.level,
        organisation=headquarters(),
        agent=case.owner,
        escalates_to=region_of(case.organisation),
    )
