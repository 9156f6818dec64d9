"""Which standard holds for a measurement: the most specific one that is valid."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from accounts.models import Organisation
from standards.models import Standard


class StandardBook:
    """The standards of some types and metrics, read once for any number of starts."""

    def __init__(
        self,
        types: Iterable[str],
        metrics: Iterable[str],
        organisations: Iterable[int | None] = (),
    ) -> None:
        rows = Standard.objects.filter(
            type__in=set(types), metric__in=set(metrics)
        ).select_related("calendar", "organisation", "type")
        self._rows: dict[tuple[str, str], list[Standard]] = defaultdict(list)
        for row in rows:
            self._rows[row.type_id, row.metric].append(row)
        # Only where somebody has a standard of their own does the tree matter.
        own = any(row.organisation_id for row in rows)
        wanted = {pk for pk in organisations if pk} if own else set()
        self._paths: dict[int, str] = (
            dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "path"))
            if wanted
            else {}
        )

    def find(
        self,
        *,
        type: str,
        metric: str,
        level: str,
        organisation_id: int | None,
        at: datetime,
    ) -> Standard | None:
        """The nearest organisation's own before the general; its level before any."""
        day = timezone.localdate(at)
        path = self._paths.get(organisation_id or 0, "")

        def fits(row: Standard) -> bool:
            return (
                row.valid_from <= day
                and (row.valid_to is None or day < row.valid_to)
                and row.level in {"", level}
                and (row.organisation is None or path.startswith(row.organisation.path))
            )

        return max(
            filter(fits, self._rows[type, metric]),
            key=lambda row: (
                len(row.organisation.path) if row.organisation else 0,
                row.level != "",
            ),
            default=None,
        )
