from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from followups.models import Attempt


class CallOutcome(TextChoices):
    """How a call that was not a planned one ended."""

    SETTLED = "settled", _("Answered on the spot")
    PROMISED = "promised", _("Call-back promised")
    PASSED_ON = "passed_on", _("To be passed on")
    NOT_REACHED = "no_answer", _("No answer")
    CUT_OFF = "cut_off", _("Cut off")


LABELS = {**dict(Attempt.Outcome.choices), **dict(CallOutcome.choices)}


def outcome_label(code: str) -> str:
    return str(LABELS.get(code, code))
