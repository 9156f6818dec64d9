from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from knowledge.querysets import ArticleQuerySet, ArticleVersionQuerySet


class Article(models.Model):
    """Something agents must know; its text is in versions, one of them current."""

    class Category(models.TextChoices):
        PRODUCT = "product", _("New products")
        POLICY = "policy", _("Policies")
        TECHNIQUE = "technique", _("Techniques")
        SERVICE = "service", _("Service modes")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    category = models.CharField(_("category"), max_length=12, choices=Category)
    current = models.OneToOneField(
        "ArticleVersion", models.SET_NULL, null=True, related_name="+", editable=False
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["category", "slug"]

    def __str__(self) -> str:
        return self.current.title if self.current else self.slug


class ArticleVersion(models.Model):
    """One text of an article; never changed once published."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=150)
    body = models.TextField(_("text"))
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("published"), null=True)
    effective_on = models.DateField(_("effective from"))
    expires_on = models.DateField(_("expires"), null=True, blank=True)

    objects = ArticleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("article version")
        verbose_name_plural = _("article versions")
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "number"], name="article_version_once"
            ),
            models.CheckConstraint(
                name="article_version_forward",
                condition=Q(expires_on=None) | Q(expires_on__gt=F("effective_on")),
                violation_error_message=_("It must expire after it takes effect."),
            ),
        ]
        indexes = [
            # In capitals, because that is how a search without case compares.
            GinIndex(
                OpClass(Upper("title"), name="gin_trgm_ops"),
                OpClass(Upper("body"), name="gin_trgm_ops"),
                name="article_words",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def text(self) -> tuple[str, str, date, date | None]:
        """What a reader is told, and when it is so."""
        return self.title, self.body, self.effective_on, self.expires_on

    def is_in_force(self, day: date) -> bool:
        return self.effective_on <= day and not self.is_expired(day)

    def is_expired(self, day: date) -> bool:
        return self.expires_on is not None and self.expires_on <= day
