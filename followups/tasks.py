"""Background work: planning is scheduled every few minutes and may run at any time."""

from django.utils import timezone

from followups import services


def plan_followups() -> int:
    return services.plan_followups(timezone.localdate())
