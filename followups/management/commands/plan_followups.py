import json
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.commands import ScriptCommand, require_near
from followups.services import run_planning


class Command(ScriptCommand):
    help = "Plan the calls that are owed. The last line is JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", help="YYYY-MM-DD; today by default")

    def handle(self, *args: Any, today: str | None = None, **options: Any) -> None:
        try:
            day = date.fromisoformat(today) if today else timezone.localdate()
        except ValueError:
            raise CommandError(
                f"--today: {today!r} is not a day such as 2025-09-30."
            ) from None
        require_near(day, "--today")
        self.stdout.write(json.dumps(asdict(run_planning(day))))
