from typing import Any

from django_q.management.commands import qcluster

from config.workers import let_pages_go_first, use_sturdy_queues


class Command(qcluster.Command):  # type: ignore[misc]  # the library has no types
    def handle(self, *args: Any, **options: Any) -> None:
        use_sturdy_queues()
        let_pages_go_first()
        super().handle(*args, **options)
