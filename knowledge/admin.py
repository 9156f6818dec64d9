from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_bases import NeverDeletedAdmin, RoomAdmin, ViewOnlyRows
from knowledge.models import Article, ArticleVersion


class VersionRows(ViewOnlyRows):
    model = ArticleVersion
    fields = ["number", "title", "author", "published_at", "effective_on", "expires_on"]
    show_change_link = True


@admin.register(Article)
class ArticleAdmin(NeverDeletedAdmin):
    list_display = ["title", "category", "slug"]
    list_filter = ["category"]
    list_select_related = ["current"]
    search_fields = ["slug", "current__title"]
    inlines = [VersionRows]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        # Drafts too: visible_to is for readers.
        return Article.objects.all()

    @admin.display(description=_("title"))
    def title(self, article: Article) -> str:
        return str(article)


@admin.register(ArticleVersion)
class ArticleVersionAdmin(RoomAdmin):
    list_display = ["title", "article", "number", "author", "published_at"]
    list_filter = ["article__category", "published_at"]
    list_select_related = ["article__current", "author"]
    search_fields = ["title", "body"]
    raw_id_fields = ["article", "author"]
    readonly_fields = ["published_at"]

    def has_change_permission(
        self, request: HttpRequest, obj: ArticleVersion | None = None
    ) -> bool:
        """What was published stays as it was read."""
        if obj is not None and obj.published_at:
            return False
        return bool(super().has_change_permission(request, obj))

    def has_delete_permission(
        self, request: HttpRequest, obj: ArticleVersion | None = None
    ) -> bool:
        if obj is None or obj.published_at:
            return False
        return bool(super().has_delete_permission(request, obj))
