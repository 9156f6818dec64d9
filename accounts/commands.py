"""What all management commands that scripts rely on have in common."""

import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

MOST_YEARS = 10


class ScriptCommand(BaseCommand):
    """Exit code 1 and one line on stderr, for wrong arguments too (argparse says 2)."""

    def create_parser(
        self, prog_name: str, subcommand: str, **kwargs: Any
    ) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # The parser then raises CommandError, as it does for call_command().
        parser.called_from_command_line = False
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            if "--traceback" in argv:
                raise
            self.stderr.write(f"CommandError: {error}")
            sys.exit(error.returncode)


def require_near(day: date, option: str) -> None:
    """Raise CommandError for a day so far away that it can only be a slip."""
    if abs(day.year - timezone.localdate().year) > MOST_YEARS:
        raise CommandError(f"{option}: {day} is more than {MOST_YEARS} years away.")
