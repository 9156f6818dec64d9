from datetime import date

from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from accounts.services import log_action
from knowledge.models import Article, ArticleVersion


def free_slug(title: str, category: str) -> str:
    """An address nobody uses yet; titles without Latin letters get the category's."""
    stem = slugify(title)[:70] or category
    taken = set(
        Article.objects.filter(slug__startswith=stem).values_list("slug", flat=True)
    )
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


@transaction.atomic
def create_article(
    *,
    by: User,
    category: str,
    title: str,
    body: str,
    effective_on: date,
    expires_on: date | None = None,
    slug: str = "",
) -> Article:
    article = Article(category=category, slug=slug or free_slug(title, category))
    article.full_clean(exclude=["current"])
    article.save()
    publish_version(
        article,
        by=by,
        title=title,
        body=body,
        effective_on=effective_on,
        expires_on=expires_on,
    )
    return article


@transaction.atomic
def publish_version(
    article: Article,
    *,
    by: User,
    title: str,
    body: str,
    effective_on: date,
    expires_on: date | None = None,
) -> ArticleVersion:
    """Publish the next text of an article.

    One that takes effect later waits: the old text stays current until that day.
    """
    locked = Article.objects.select_for_update().get(pk=article.pk)
    last = locked.versions.aggregate(last=Max("number"))["last"] or 0
    version = ArticleVersion(
        article=locked,
        number=last + 1,
        title=title,
        body=body,
        author=by,
        published_at=timezone.now(),
        effective_on=effective_on,
        expires_on=expires_on,
    )
    version.full_clean()
    version.save()
    if locked.current_id is None or effective_on <= timezone.localdate():
        locked.current = version
        locked.save(update_fields=["current"])
    article.current = locked.current
    log_action(
        by, "article.published", locked, {"title": title, "number": version.number}
    )
    return version


@transaction.atomic
def bring_into_force(day: date) -> int:
    """Make the versions current that take effect by `day`; safe to repeat."""
    due = (
        ArticleVersion.objects.published()
        .filter(article=OuterRef("pk"), effective_on__lte=day)
        .order_by("-number")
        .values("pk")[:1]
    )
    waiting = (
        Article.objects.annotate(due=Subquery(due))
        .exclude(due=None)
        .exclude(current=F("due"))
    )
    ids = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    chosen = Subquery(due)
    return Article.objects.filter(pk__in=ids).update(current=chosen)
