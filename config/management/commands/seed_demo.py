import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from accounts.commands import ScriptCommand
from config.demo.history import BASE, place_people, tell
from config.demo.scale import grow_to
from crm.models import Customer


class Command(ScriptCommand):
    help = "Load a believable demo: 60 days of the centre's life. Does nothing if done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--customers",
            type=int,
            default=BASE,
            help=f"How many buyers there are in all (at least {BASE}).",
        )

        parser.add_argument(
            "--people-only",
            action="store_true",
            help="Only the organisations and their people, no customers.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["customers"]
        if wanted < BASE:
            raise CommandError(f"The demo has at least {BASE} customers.")
        if options["people_only"]:
            loaded, grown = place_people(), 0
        else:
            loaded, grown = tell(BASE), grow_to(wanted)
        if options["verbosity"]:
            answer = {
                "loaded": loaded,
                "added": grown,
                "customers": Customer.objects.count(),
            }
            self.stdout.write(json.dumps(answer))
