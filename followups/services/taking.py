from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import log_action
from followups.hours import CallingHours, Part
from followups.models import Task
from followups.permissions import may_release


@transaction.atomic
def take_next_task(agent: User, now: datetime) -> Task | None:
    """Give the agent the task to call next, or the one already in hand.

    First the agent's own promises that are due; then, within calling hours, what is
    most urgent. Outside them only promises, which the customer has agreed to.
    """
    # Two clicks of one agent must not take two tasks.
    User.objects.select_for_update(no_key=True).get(pk=agent.pk)
    in_hand = Task.objects.in_hand(agent).first()
    if in_hand is not None:
        return in_hand
    rows = Task.objects.select_for_update(skip_locked=True, no_key=True)
    task = rows.promised_by(agent, now).order_by("promised_at", "id").first()
    if task is None:
        pool = rows.for_anybody(now).not_tried_in(Part.of(now))
        if not CallingHours.load().is_open(now):
            pool = pool.filter(promised_at__isnull=False)
        task = pool.order_by("priority", "due_at", "id").first()
    if task is None:
        return None
    task.status = Task.Status.ASSIGNED
    task.assigned_to = agent
    task.assigned_at = now
    task.save(update_fields=["status", "assigned_to", "assigned_at"])
    return task


@transaction.atomic
def release_task(task: Task, *, by: User) -> None:
    """Give a task back without a call, by its holder or a leader."""
    task = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
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
