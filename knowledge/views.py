from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http import UserRequest, query_text
from accounts.permissions import role_required
from knowledge.forms import ArticleForm, EditForm
from knowledge.models import Article
from knowledge.permissions import EDITORS, can_edit
from knowledge.services import NewerVersionError, create_article, publish_version
from knowledge.snippets import snippet

QUICK_HITS = 5


def hits(found: list[Article], text: str) -> list[dict[str, object]]:
    today, words = timezone.localdate(), text.split()
    return [
        {
            "article": article,
            "version": article.current,
            "snippet": snippet(article.current.body, words),
            "in_force": article.current.is_in_force(today),
            "expired": article.current.is_expired(today),
        }
        for article in found
        if article.current
    ]


def articles(request: UserRequest) -> HttpResponse:
    """All articles, or those a search finds, or those of one category."""
    text = query_text(request.GET, "q")
    category = request.GET.get("category", "")
    found = Article.objects.visible_to(request.user).matching(text).for_list()
    if category in Article.Category.values:
        found = found.filter(category=category)
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    context = {
        "title": _("Knowledge"),
        "text": text,
        "category": category,
        "categories": Article.Category.choices,
        "page": page,
        "hits": hits(list(page), text),
        "can_edit": can_edit(request.user),
    }
    partial = "#results" if request.htmx and not request.htmx.boosted else ""
    return render(request, f"knowledge/articles.html{partial}", context)


def quick(request: UserRequest) -> HttpResponse:
    """The best few hits, for the pages on which somebody is on the telephone."""
    text = query_text(request.GET, "q")
    found = Article.objects.visible_to(request.user).matching(text).for_list()
    context = {"text": text, "hits": hits(list(found[:QUICK_HITS]), text)}
    return render(request, "knowledge/quick.html", context if text else {})


def article(request: UserRequest, slug: str) -> HttpResponse:
    """The text in force; `?version=` shows an earlier (or a coming) one."""
    visible = Article.objects.visible_to(request.user).for_list()
    chosen = get_object_or_404(visible, slug=slug)
    versions = list(chosen.versions.published().select_related("author"))
    asked = request.GET.get("version", "")
    by_number = {str(version.number): version for version in versions}
    current = next(v for v in versions if v.pk == chosen.current_id)
    version = by_number.get(asked, current)
    today = timezone.localdate()
    context = {
        "title": version.title,
        "subtitle": chosen.get_category_display(),
        "article": chosen,
        "version": version,
        "versions": versions,
        "is_current": version == current,
        "is_expired": version.is_expired(today),
        "is_coming": version.effective_on > today,
        "can_edit": can_edit(request.user),
    }
    return render(request, "knowledge/article.html", context)


@role_required(*EDITORS)
def new(request: UserRequest) -> HttpResponse:
    form = ArticleForm(request.POST or None)
    if form.is_valid():
        try:
            created = create_article(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The article is published."))
            return redirect("knowledge:article", created.slug)
    context = {
        "title": _("New article"),
        "form": form,
        "back": reverse("knowledge:articles"),
    }
    return render(request, "knowledge/edit.html", context)


@role_required(*EDITORS)
def edit(request: UserRequest, slug: str) -> HttpResponse:
    """Write the next version, starting from the text that is in force."""
    chosen = get_object_or_404(
        Article.objects.visible_to(request.user).for_list(), slug=slug
    )
    current = chosen.current
    initial = {"title": current.title, "body": current.body} if current else {}
    newest = chosen.versions.order_by("-number").values_list("number", flat=True)
    form = EditForm(
        request.POST or None, initial={**initial, "base": newest.first() or 0}
    )
    if form.is_valid():
        try:
            version = publish_version(chosen, by=request.user, **form.cleaned_data)
        except NewerVersionError as error:
            # The text stays on the page; published again, it is meant.
            seen = request.POST.copy()
            seen["base"] = str(newest.first() or 0)
            form = EditForm(seen)
            form.add_error(None, error)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            text = _("Version %(number)s is published.") % {"number": version.number}
            messages.success(request, text)
            return redirect("knowledge:article", chosen.slug)
    context = {
        "title": _("New version: %(title)s") % {"title": initial.get("title", slug)},
        "form": form,
        "back": reverse("knowledge:article", args=[chosen.slug]),
    }
    return render(request, "knowledge/edit.html", context)
