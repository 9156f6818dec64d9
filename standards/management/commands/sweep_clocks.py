import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.commands import ScriptCommand, require_near
from standards.services import sweep


class Command(ScriptCommand):
    help = "Warn about clocks that are nearly due, overdue or long overdue, once each."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", metavar="ISO", help="as if it were this time")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["now"]:
            try:
                now = datetime.fromisoformat(options["now"])
            except ValueError:
                raise CommandError(
                    f"{options['now']!r} is not a time such as 2025-09-30T16:30."
                ) from None
            require_near(now.date(), "--now")
            if timezone.is_naive(now):
                now = timezone.make_aware(now)
        self.stdout.write(json.dumps(sweep(now)))
