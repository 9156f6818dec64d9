from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from followups.models import Answer, QuestionnaireItem, Task
from standards.models import ProcedureStep

Kind = QuestionnaireItem.Kind

# What may be answered, by kind of question; words may be anything.
VALUES: dict[str, list[str]] = {
    Kind.YES_NO: ["yes", "no"],
    Kind.SCALE_5: [str(n) for n in range(1, 6)],
    Kind.SCALE_10: [str(n) for n in range(11)],
}
SETTLED = "settled"


def checked_answers(task: Task, answers: Mapping[str, str]) -> list[Answer]:
    """The answers, by the questions' codes, as rows not saved yet.

    Raises ValidationError when a required one is missing or one cannot be an answer.
    """
    questionnaire = task.plan.questionnaire
    items = list(questionnaire.items.all()) if questionnaire else []
    said = {code: value.strip() for code, value in answers.items() if value.strip()}
    missing = [item for item in items if item.is_required and item.code not in said]
    if missing:
        raise ValidationError(
            _("Please ask and answer: {questions}").format(
                questions="; ".join(str(item) for item in missing)
            )
        )
    rows = []
    for item in items:
        value = said.get(item.code)
        if value is None:
            continue
        if item.kind in VALUES and value not in VALUES[item.kind]:
            raise ValidationError(
                _("“{value}” cannot be the answer to: {question}").format(
                    value=value, question=item
                )
            )
        limit = Answer._meta.get_field("value").max_length
        rows.append(Answer(task=task, item=item, value=value[:limit]))
    return rows


def check_steps(task: Task, steps: Iterable[ProcedureStep]) -> None:
    """Raise ValidationError naming the mandatory steps that were not taken."""
    mandatory = ProcedureStep.objects.filter(
        procedure__type=task.plan.type_id,
        procedure__is_current=True,
        is_mandatory=True,
    ).exclude(pk__in=[step.pk for step in steps])
    if missing := [str(step) for step in mandatory]:
        raise ValidationError(
            _("Tick the steps you have taken. These must be: {steps}").format(
                steps="; ".join(missing)
            )
        )
