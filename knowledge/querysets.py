from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from accounts.roles import Role

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User
    from knowledge.models import Article, ArticleVersion  # noqa: F401


class ArticleQuerySet(QuerySet["Article"]):
    def visible_to(self, user: User) -> ArticleQuerySet:
        """Everybody who works here may read what is in force; editors see it all.

        An agent must not quote a policy that has run out or has not begun.
        """
        published = self.exclude(current=None)
        if user.has_role(Role.KNOWLEDGE_EDITOR, Role.ADMINISTRATOR):
            return published
        return published.in_force(timezone.localdate())

    def in_force(self, day: date) -> ArticleQuerySet:
        return self.filter(
            Q(current__expires_on=None) | Q(current__expires_on__gt=day),
            current__effective_on__lte=day,
        )

    def matching(self, text: str) -> ArticleQuerySet:
        """Those that hold each word somewhere, the ones with a title hit first.

        Chinese is written without spaces, so a word is found wherever its characters
        stand together; only what the reader parts with spaces is searched apart.
        """
        words = text.split()
        found, titled = self, Q()
        for word in words:
            in_title = Q(current__title__icontains=word)
            found = found.filter(in_title | Q(current__body__icontains=word))
            titled &= in_title
        if not words:
            return found.order_by("category", "current__title", "pk")
        rank = Case(
            When(titled, then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        return found.order_by(rank, "-current__effective_on", "pk")

    def for_list(self) -> ArticleQuerySet:
        return self.select_related("current")


class ArticleVersionQuerySet(QuerySet["ArticleVersion"]):
    def published(self) -> ArticleVersionQuerySet:
        return self.exclude(published_at=None)
