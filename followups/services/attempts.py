from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from accounts.services import log_action
from complaints.services import MOVED_ON, verify_case
from crm.models import Interaction, Phone
from crm.phones import masked
from crm.services import record_interaction
from followups.hours import CallingHours, Part
from followups.models import Answer, Attempt, Plan, Task
from followups.permissions import may_record
from followups.services.answers import SETTLED, check_steps, checked_answers
from followups.services.promises import start_promise_clock
from followups.services.taking import locked
from standards.models import ProcedureStep, Standard
from standards.services import drop_clocks, stop_clocks

Outcome = Attempt.Outcome
Status = Task.Status
# Nobody promises a call for later than this.
FURTHEST_PROMISE = timedelta(days=60)


@dataclass(frozen=True)
class Call:
    """One try at a task, as it was reported."""

    task: Task
    by: User
    at: datetime
    answers: Mapping[str, str]
    steps: tuple[ProcedureStep, ...]
    note: str
    phone: Phone | None
    call_back_at: datetime | None
    do_not_call: bool


@transaction.atomic
def record_attempt(
    task: Task,
    *,
    by: User,
    outcome: str,
    at: datetime,
    answers: Mapping[str, str] | None = None,
    steps: Iterable[ProcedureStep] = (),
    note: str = "",
    call_back_at: datetime | None = None,
    phone: Phone | None = None,
    do_not_call: bool = False,
    number: int | None = None,
) -> Attempt:
    """Keep one try at a task's call and do what follows from its outcome.

    Only by the agent who holds the task, or from whom it went back to the others when
    nobody has taken it since. `number` is the try the page was about: a
    second click, or a page left open, records nothing. `phone` is the number dialled,
    the customer's first right one unless told.
    """
    task = locked(task)
    check_is_now(task, by, number)
    task.assigned_to = by
    call = Call(
        task=task,
        by=by,
        at=at,
        answers=answers or {},
        steps=tuple(steps),
        note=note.strip(),
        phone=phone or task.customer.phones.filter(is_wrong=False).first(),
        call_back_at=call_back_at,
        do_not_call=do_not_call,
    )
    interaction = record_interaction(
        type=task.plan.type_id,
        direction=Interaction.Direction.OUT,
        customer=task.customer,
        vehicle=task.vehicle,
        agent=by,
        started_at=min(task.assigned_at or at, at),
        ended_at=at,
        number=call.phone.number if call.phone else "",
        outcome=outcome,
        summary=call.note,
        steps=call.steps,
    )
    attempt = Attempt.objects.create(
        task=task,
        number=task.attempts_made + 1,
        outcome=outcome,
        at=at,
        by=by,
        interaction=interaction,
        call_back_at=call_back_at if outcome == Outcome.CALL_BACK else None,
    )
    task.attempts_made += 1
    # The promised hour is kept, or not, by this call, however it ends.
    stop_clocks(Task, [task.pk], at=at, metric=Standard.Metric.PROMISE)
    FOLLOWS[outcome](call)
    task.save()
    log_action(
        by,
        f"task.{outcome}",
        task,
        {"customer": task.customer.name, "number": attempt.number},
    )
    return attempt


def check_is_now(task: Task, by: User, number: int | None) -> None:
    if number is not None and number <= task.attempts_made:
        raise ValidationError(_("This call has been recorded already."))
    if not may_record(by, task):
        if task.status == Status.ASSIGNED:
            message = _("This task is with {agent} now; nothing was recorded.")
        else:
            message = _("This task is no longer with you; nothing was recorded.")
        raise ValidationError(message.format(agent=task.assigned_to))


# --- What follows from each outcome ---------------------------------------------------


def connected(call: Call) -> None:
    """The talk took place: keep the answers, and for a case what the customer says."""
    task = call.task
    check_steps(task, call.steps)
    answers = checked_answers(task, call.answers)
    Answer.objects.bulk_create(answers)
    has_issue = any(answer.is_issue for answer in answers)
    status = Status.COMPLETED_WITH_ISSUE if has_issue else Status.COMPLETED
    end(call, status)
    if task.case and task.is_check:
        tell_the_case(call)


def no_answer(call: Call) -> None:
    """Try again on another day and in another part of it; give up after the plan's
    number of tries, or when no try fits into the window."""
    task = call.task
    part = Part.of(call.at).code
    tried = {*task.parts_tried, part}
    # Once every part has been tried, only the last is left out.
    task.parts_tried = sorted(tried) if len(tried) < len(Part.ALL) else [part]
    tries = task.attempts.filter(outcome=Outcome.NO_ANSWER).count()
    next_try = None
    if tries < task.plan.max_attempts:
        next_try = CallingHours.load().next_try(
            after=call.at,
            tried=task.parts_tried,
            before=None if task.is_owed else task.due_at,
        )
    if next_try is None:
        end(call, Status.UNREACHABLE)
        return
    give_back(task, not_before=next_try)


def wrong_number(call: Call) -> None:
    """Mark the number, tell those who handed it in, and go on with another if any."""
    task = call.task
    if call.phone is not None:
        call.phone.is_wrong = True
        call.phone.save(update_fields=["is_wrong"])
    tell_of_wrong_number(call)
    if task.customer.phones.filter(is_wrong=False).exists():
        give_back(task, not_before=call.at)
        return
    if not task.is_check:
        # Nobody could have made this call: its clock would measure the wrong people.
        drop_clocks(Task, [task.pk])
    end(call, Status.WRONG_NUMBER)


def refused(call: Call) -> None:
    customer = call.task.customer
    # Said again, it is on record again: it outlives what it was first known from.
    if call.do_not_call:
        customer.do_not_call = True
        customer.save(update_fields=["do_not_call"])
        log_action(call.by, "customer.do_not_call", customer, {"name": customer.name})
    end(call, Status.REFUSED)


def call_back(call: Call) -> None:
    """The customer named an hour: it becomes the agent's own promise."""
    task, at = call.task, call.call_back_at
    if at is None:
        raise ValidationError(_("Say when to call back."))
    if not call.at < at <= call.at + FURTHEST_PROMISE:
        raise ValidationError(_("The time to call back must be in the next 60 days."))
    if at >= task.due_at:
        # Reached in time; the customer chose a later hour, and that is measured now.
        stop_clocks(Task, [task.pk], at=call.at, metric=Standard.Metric.CALL)
    give_back(task, not_before=at, keep_for=call.by)
    task.promised_at = at
    task.due_at = max(task.due_at, at + Task.PROMISE_GRACE)
    task.priority = Plan.objects.get(code="promise").priority
    start_promise_clock(task, by=call.by)


FOLLOWS: dict[str, Callable[[Call], None]] = {
    Outcome.CONNECTED: connected,
    Outcome.NO_ANSWER: no_answer,
    Outcome.WRONG_NUMBER: wrong_number,
    Outcome.REFUSED: refused,
    Outcome.CALL_BACK: call_back,
}


def give_back(
    task: Task, *, not_before: datetime, keep_for: User | None = None
) -> None:
    task.status = Status.PLANNED
    task.assigned_to = keep_for
    task.assigned_at = None
    task.not_before = not_before


def end(call: Call, status: Status) -> None:
    task = call.task
    task.status = status
    task.ended_at = call.at
    if task.case and task.is_check and status in Task.NOT_SPOKEN:
        # Nobody knows yet whether it is settled, so that clock goes on; the people
        # behind the case have to find another way, or have it tried again.
        log_action(
            call.by,
            "case.not_checked",
            task.case,
            {"number": task.case.number, "customer": task.customer.name},
            notify=[task.case.owner, *User.objects.with_role(Role.TEAM_LEADER)],
        )
        return
    stop_clocks(Task, [task.pk], at=call.at)


def tell_the_case(call: Call) -> None:
    """What the customer says closes the case or its round, if it is still that round.

    Where the case has moved on the call took place all the same: it is kept, and who
    is in charge hears of it.
    """
    task, case = call.task, call.task.case
    if case is None:
        return
    satisfied = call.answers.get(SETTLED) == "yes"
    try:
        verify_case(
            case,
            by=call.by,
            satisfied=satisfied,
            note=call.note,
            round=task.round,
            at=call.at,
        )
    except ValidationError as problem:
        if problem.code != MOVED_ON:
            raise
        log_action(
            call.by,
            "case.told_settled_late" if satisfied else "case.told_unsettled_late",
            case,
            {
                "number": case.number,
                "customer": task.customer.name,
                "round": task.round,
                "note": call.note,
            },
            notify=[case.owner],
        )


def tell_of_wrong_number(call: Call) -> None:
    organisation = call.task.organisation
    people = (
        User.objects.responsible_for(
            organisation, Role.DEALER_CLERK, Role.STATION_CLERK, Role.BRANCH_REVIEWER
        )
        if organisation
        else []
    )
    log_action(
        call.by,
        "phone.wrong",
        call.task.customer,
        {
            "name": call.task.customer.name,
            "number": masked(call.phone.number) if call.phone else "",
            "record": str(call.task.sale or call.task.repair or ""),
        },
        notify=people,
    )
