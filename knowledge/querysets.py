from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User
    from knowledge.models import Article  # noqa: F401


class ArticleQuerySet(QuerySet["Article"]):
    def visible_to(self, user: User) -> ArticleQuerySet:
        """Everybody who works here may read what is published."""
        return self.exclude(current=None)

    def in_force(self, day: date) -> ArticleQuerySet:
        return self.filter(
            Q(current__expires_on=None) | Q(current__expires_on__gt=day),
            current__effective_on__lte=day,
        )
