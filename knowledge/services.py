from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import log_action
from knowledge.models import Article, ArticleVersion

TRIES = 5


class NewerVersionError(ValidationError):
    """Somebody else has published since this writer opened the article."""


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
    """An article and its first version, at `slug` or an address made of the title."""
    with transaction.atomic():
        article = save_at_an_address(category, title, slug)
        publish_version(
            article,
            by=by,
            title=title,
            body=body,
            effective_on=effective_on,
            expires_on=expires_on,
        )
    return article


def save_at_an_address(category: str, title: str, slug: str) -> Article:
    tries = 1 if slug else TRIES
    while True:
        article = Article(category=category, slug=slug or free_slug(title, category))
        article.full_clean(exclude=["current"], validate_unique=bool(slug))
        tries -= 1
        try:
            with transaction.atomic():
                article.save()
        except IntegrityError:
            # Somebody took the same free address at this very moment.
            if not tries:
                raise
        else:
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
    base: int | None = None,
) -> ArticleVersion:
    """Publish the next text of an article.

    One that takes effect later waits: the old text stays current until that day.
    `base` is the newest version the writer knew of: a newer one is not passed over.
    """
    locked = Article.objects.select_for_update().get(pk=article.pk)
    newest = locked.versions.order_by("-number").first()
    last = newest.number if newest else 0
    text = (title, body, effective_on, expires_on)
    if newest and text == newest.text():
        raise ValidationError(_("This text has been published already."))
    if base is not None and base != last:
        raise NewerVersionError(
            _(
                "Version %(number)s was published while you were writing. Compare it "
                "with your text, then publish again."
            )
            % {"number": last}
        )
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
    """Make the versions current that take effect by `day`; safe to repeat.

    Of several the one that began last, which is not always the one written last; one
    dated back begins on the day it is published.
    """
    due = (
        ArticleVersion.objects.published()
        .filter(article=OuterRef("pk"), effective_on__lte=day)
        .annotate(begins=Greatest("effective_on", TruncDate("published_at")))
        .order_by("-begins", "-number")
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
