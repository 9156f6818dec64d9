"""What an agent has to see while calling, on one screen."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from complaints.models import Case, CentreAnswer, Transfer
from crm.models import Interaction
from crm.phones import display, masked
from followups.forms import YES_NO, AttemptForm
from followups.models import Answer, QuestionnaireItem, Task
from standards.models import ProcedureStep


def current_steps(task: Task) -> list[ProcedureStep]:
    steps = ProcedureStep.objects.filter(
        procedure__type=task.plan.type_id, procedure__is_current=True
    )
    return list(steps.order_by("order"))


def call_page(task: Task, user: User, form: AttemptForm) -> dict[str, Any]:
    customer = task.customer
    holds = task.is_held_by(user)
    ticked = {str(pk) for pk in form["steps"].value() or []}
    phones = list(customer.phones.all())
    right = [str(phone.pk) for phone in phones if not phone.is_wrong]
    answers = list(task.answers.select_related("item"))
    return {
        "task": task,
        "form": form,
        "holds": holds,
        "is_late": task.is_late(timezone.now()),
        # The whole number only for who makes the call; others see the middle hidden.
        "phones": [
            {
                "text": display(phone.number) if holds else masked(phone.number),
                "link": f"tel:{phone.number}" if holds and not phone.is_wrong else "",
                "is_wrong": phone.is_wrong,
                "pk": phone.pk,
            }
            for phone in phones
        ],
        # Which of several was rung; the first unless the agent says otherwise.
        "phone_rung": (form["phone"].value() or right[0]) if len(right) > 1 else "",
        "case_answer": answer_to_check(task),
        "steps": [
            {
                "step": step,
                "wording": filled_in(step.wording, task, user),
                "is_ticked": str(step.pk) in ticked,
            }
            for step in current_steps(task)
        ],
        "attempts": list(task.attempts.select_related("by", "interaction")),
        "answers": [
            {"item": answer.item, "value": spoken(answer), "bad": answer.is_issue}
            for answer in answers
        ],
        "issues": [
            f"{answer.item} {spoken(answer)}" for answer in answers if answer.is_issue
        ],
        "contacts": list(
            Interaction.objects.visible_to(user)
            .filter(customer=customer)
            .exclude(attempt__task=task)
            .select_related("type", "agent")[:4]
        ),
        "cases": list(
            Case.objects.visible_to(user).open().filter(customer=customer)[:5]
        ),
        "others": list(
            Task.objects.visible_to(user)
            .open()
            .filter(customer=customer)
            .exclude(pk=task.pk)
            .select_related("plan")[:5]
        ),
    }


def answer_to_check(task: Task) -> str:
    """What was answered in the round that a resolution check is about."""
    if task.case is None or task.round is None:
        return ""
    answers = Transfer.objects.filter(
        case=task.case, round=task.round, status=Transfer.Status.ANSWERED
    ).values_list("answer", flat=True)
    own = CentreAnswer.objects.filter(case=task.case, round=task.round)
    return answers.first() or own.values_list("text", flat=True).first() or ""


def spoken(answer: Answer) -> str:
    if answer.item.kind == QuestionnaireItem.Kind.YES_NO:
        return str(dict(YES_NO).get(answer.value, answer.value))
    return str(answer.value)


def filled_in(wording: str, task: Task, user: User) -> str:
    """The wording with what is known put for its [placeholders], in either language."""
    event = task.sale or task.repair
    day = ""
    if task.sale:
        day = str(task.sale.delivered_on or task.sale.invoiced_on)
    elif task.repair and task.repair.out_at:
        day = str(timezone.localtime(task.repair.out_at).date())
    known = {
        ("[name]", "[称呼]"): task.customer.name,
        ("[last 4]", "[后四位]"): task.vehicle.vin[-4:] if task.vehicle else "",
        ("[date]", "[日期]"): day if event else "",
        ("[agent]", "[工号]"): str(user),
        ("[Station]", "[station]", "[服务站]"): str(task.organisation or ""),
    }
    for names, value in known.items():
        for name in names:
            wording = wording.replace(name, value) if value else wording
    return wording
