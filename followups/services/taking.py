from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import log_action
from followups.models import Task
from followups.permissions import may_release


@transaction.atomic
def take_next_task(agent: User, now: datetime) -> Task | None:
    """Give the agent the task to call next, or the one already in hand.

    First the agent's own promises that are due; then, within calling hours, what is
    most urgent. Outside them only promises, which the customer has agreed to.
    """
    # Two clicks of one agent must not take two tasks.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=agent.pk)
    own = Task.objects.own(agent, now).first()
    if own is not None and own.status == Task.Status.ASSIGNED:
        return own
    free = Task.objects.on_offer(agent, now).select_for_update(
        skip_locked=True, no_key=True, of=("self",)
    )
    task = free.filter(pk=own.pk).first() if own else None
    if task is None:
        task = free.order_by("priority", "due_at", "id").first()
    if task is None:
        return None
    task.status = Task.Status.ASSIGNED
    task.assigned_to = agent
    task.assigned_at = now
    task.save(update_fields=["status", "assigned_to", "assigned_at"])
    # Who takes a task is shown the customer's whole number.
    log_action(agent, "task.taken", task, {"customer": task.customer.name})
    return task


def locked(task: Task) -> Task:
    """The task as it is now, held until the transaction ends.

    In two steps: a task whose customer is merged while this waits for it would not be
    found together with its customer.
    """
    Task.objects.select_for_update(no_key=True).only("pk").get(pk=task.pk)
    whole = Task.objects.select_related("plan__questionnaire", "customer", "case")
    return whole.get(pk=task.pk)


@transaction.atomic
def release_task(task: Task, *, by: User) -> None:
    """Give a task back without a call, by its holder or a leader."""
    task = locked(task)
    if task.status != Task.Status.ASSIGNED:
        raise ValidationError(_("This task is not with anybody."))
    if not may_release(by, task):
        raise ValidationError(
            _("This task is with {agent}.").format(agent=task.assigned_to)
        )
    log_action(by, "task.released", task, {"agent": str(task.assigned_to)})
    task.status = Task.Status.PLANNED
    task.assigned_to = task.assigned_at = None
    task.save(update_fields=["status", "assigned_to", "assigned_at"])


@transaction.atomic
def call_again(task: Task, *, by: User, at: datetime) -> Task:
    """Put a check back on the list whose customer could not be spoken with.

    Only while its case still waits for it, and when there is a number to ring.
    """
    task = locked(task)
    if not task.may_be_called_again():
        raise ValidationError(_("The case does not wait for this call any more."))
    if not task.customer.phones.filter(is_wrong=False).exists():
        raise ValidationError(_("Add a right telephone number of the customer first."))
    task.status = Task.Status.PLANNED
    task.assigned_to = task.assigned_at = task.ended_at = None
    task.not_before = at
    task.parts_tried = []
    task.save()
    log_action(by, "task.again", task, {"customer": task.customer.name})
    return task
