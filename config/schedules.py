"""What runs by itself, and how often. `manage.py ensure_schedules` stores it."""

from typing import Any

from django.db import connection, transaction
from django_q.models import Schedule

SCHEDULES: dict[str, dict[str, Any]] = {
    "Sweep clocks": {
        "func": "standards.tasks.sweep",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
    },
    "Plan follow-ups": {
        "func": "followups.tasks.plan_followups",
        "schedule_type": Schedule.MINUTES,
        "minutes": 5,
    },
    "Bring articles into force": {
        "func": "knowledge.tasks.turn_versions",
        "schedule_type": Schedule.HOURLY,
        "minutes": None,
    },
    "Post what is left over": {
        "func": "crm.uploads.tasks.resume",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
    },
    "Daily files": {
        "func": "crm.uploads.tasks.keep_days",
        "schedule_type": Schedule.MINUTES,
        "minutes": 5,
    },
    "Find customers found twice, lately": {
        "func": "crm.tasks.find_duplicates_lately",
        "schedule_type": Schedule.MINUTES,
        "minutes": 15,
    },
    "Find customers found twice": {
        "func": "crm.tasks.find_duplicates",
        "schedule_type": Schedule.DAILY,
        "minutes": None,
    },
    "Send mail that waits": {
        "func": "accounts.tasks.mail_waiting",
        "schedule_type": Schedule.MINUTES,
        "minutes": 1,
    },
    "Clear away": {
        "func": "config.tasks.clear_away",
        "schedule_type": Schedule.DAILY,
        "minutes": None,
    },
}

LOCK = 7_304_001  # any number no other advisory lock here uses


@transaction.atomic
def ensure_schedules() -> int:
    """Store what is missing and put right what differs; how many there are.

    When each runs next is left alone, and so is a schedule added by hand.
    """
    with connection.cursor() as cursor:
        # The name is not unique in the table: two machines starting at once would
        # each add theirs.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    for name, values in SCHEDULES.items():
        Schedule.objects.update_or_create(name=name, defaults=values)
    return len(SCHEDULES)
