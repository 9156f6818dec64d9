from typing import Any

from django.core.management.base import BaseCommand

from config.schedules import ensure_schedules


class Command(BaseCommand):
    help = "Store the schedules of what runs by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        count = ensure_schedules()
        if options["verbosity"]:
            self.stdout.write(f"{count} schedules")
