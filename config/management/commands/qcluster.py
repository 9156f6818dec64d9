from typing import Any

from django_q.management.commands import qcluster

from config.workers import use_sturdy_queues


class Command(qcluster.Command):  # type: ignore[misc]  # the library has no types
    def handle(self, *args: Any, **options: Any) -> None:
        use_sturdy_queues()
        super().handle(*args, **options)
