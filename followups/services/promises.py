from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import log_action
from complaints.models import Case, Transfer
from complaints.people import region_of
from crm.models import Customer, Vehicle
from followups.models import Plan, Task
from standards.models import InteractionType, Standard
from standards.services import start_clock

RESOLUTION = "resolution"
PROMISE = "promise"


@transaction.atomic
def plan_resolution_check(case: Case) -> Task:
    """Owe the customer of an answered case the call that asks whether it is settled.

    Once a round: called again, it returns the task there is.
    """
    answered_at = when_answered(case)
    plan = Plan.objects.get(code=RESOLUTION)
    task, is_new = Task.objects.get_or_create(
        plan=plan,
        case=case,
        round=case.round,
        defaults={
            "customer": case.customer,
            "vehicle": case.vehicle,
            "not_before": answered_at,
            "due_at": answered_at + timedelta(days=plan.closes_after_days),
            "priority": plan.priority,
        },
    )
    if is_new:
        clock = start_clock(
            task,
            type=InteractionType.Code.RESOLUTION,
            metric=Standard.Metric.VERIFY,
            at=answered_at,
            organisation=case.organisation,
            escalates_to=region_of(case.organisation),
        )
        if clock is not None:  # The standard says when, where there is one.
            task.due_at = clock.due_at
            task.save(update_fields=["due_at"])
    return task


def when_answered(case: Case) -> datetime:
    """By a department, or by the centre itself."""
    transfers = case.transfers.filter(
        round=case.round, status=Transfer.Status.ANSWERED
    ).values_list("ended_at", flat=True)
    own = case.centre_answers.filter(round=case.round).values_list("at", flat=True)
    return transfers.first() or own.first() or timezone.now()


@transaction.atomic
def promise_call_back(
    *,
    customer: Customer,
    by: User,
    at: datetime,
    note: str,
    vehicle: Vehicle | None = None,
    case: Case | None = None,
) -> Task:
    """Owe the customer a call at `at`, kept for `by`, who promised it."""
    # A second click waits here, and then finds what the first has made.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    same = Task.objects.open().filter(customer=customer, assigned_to=by)
    if same.filter(promised_at=at).exists():
        raise ValidationError(_("This call is promised already."))
    plan = Plan.objects.get(code=PROMISE)
    task = Task.objects.create(
        plan=plan,
        customer=customer,
        vehicle=vehicle,
        case=case,
        not_before=at,
        due_at=at + Task.PROMISE_GRACE,
        promised_at=at,
        priority=plan.priority,
        assigned_to=by,
        note=note,
    )
    start_promise_clock(task, by=by)
    log_action(by, "call_back.promised", customer, {"at": f"{at:%Y-%m-%d %H:%M %z}"})
    return task


def start_promise_clock(task: Task, *, by: User) -> None:
    """Measure whether the call is made within the grace after the promised hour."""
    if task.promised_at is None:
        return
    start_clock(
        task,
        type=InteractionType.Code.OTHER,
        metric=Standard.Metric.PROMISE,
        at=min(timezone.now(), task.promised_at),
        agent=by,
        organisation=by.organisation,
        due_at=task.promised_at + Task.PROMISE_GRACE,
    )
