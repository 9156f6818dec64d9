import datetime
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import LogEntry
from knowledge.models import Article
from knowledge.services import bring_into_force, create_article, publish_version
from tests.factories.accounts import UserFactory
from tests.factories.knowledge import make_article

TODAY = timezone.localdate


def form(**changes):
    return {
        "category": "policy",
        "title": "质保政策",
        "body": "一\n二",
        "effective_on": str(TODAY()),
        "expires_on": "",
        **changes,
    }


def test_an_editor_writes_and_agents_read(cast, logged_in):
    answer = logged_in(cast.editor).post(reverse("knowledge:new"), form())
    article = Article.objects.get()
    assert answer.url == reverse("knowledge:article", args=[article.slug])
    assert "一\n二" in logged_in(cast.agent).get(answer.url).content.decode()
    assert LogEntry.objects.about(article).get().action == "article.published"


def test_two_titles_without_latin_letters_get_two_addresses(cast):
    first, second = make_article("三包"), make_article("质保")
    assert (first.slug, second.slug) == ("policy", "policy-2")


def test_a_new_version_replaces_the_text(cast, logged_in):
    article = make_article("Warranty", "Two years.", by=cast.editor)
    page = reverse("knowledge:edit", args=[article.slug])
    logged_in(cast.editor).post(page, form(title="Warranty", body="Three years."))
    article.refresh_from_db()
    assert (article.current.number, article.current.body) == (2, "Three years.")


def test_a_version_of_tomorrow_waits_for_its_day(cast):
    article = make_article("Warranty", "Two years.", by=cast.editor)
    tomorrow = TODAY() + datetime.timedelta(days=1)
    publish_version(
        article, by=cast.editor, title="W", body="Three", effective_on=tomorrow
    )
    assert bring_into_force(TODAY()) == 0
    article.refresh_from_db()
    assert article.current.body == "Two years."
    assert bring_into_force(tomorrow) == 1
    assert bring_into_force(tomorrow) == 0
    article.refresh_from_db()
    assert article.current.body == "Three"


def test_it_must_expire_after_it_takes_effect(cast, logged_in):
    answer = logged_in(cast.editor).post(
        reverse("knowledge:new"), form(expires_on=str(TODAY()))
    )
    assert "It must expire after it takes effect." in answer.content.decode()
    assert not Article.objects.exists()


def test_a_refused_version_leaves_no_article(cast):
    with pytest.raises(ValidationError):
        create_article(
            by=cast.editor, category="policy", title="", body="", effective_on=TODAY()
        )
    assert not Article.objects.exists()


def test_two_editors_at_once_publish_two_versions(real_db):
    editor = UserFactory()
    article = make_article("Warranty", by=editor)

    def publish(text: str) -> int:
        try:
            return publish_version(
                article, by=editor, title=text, body=text, effective_on=TODAY()
            ).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(publish, "abcd"))
    assert numbers == [2, 3, 4, 5]


def test_a_version_written_for_later_comes_though_another_was_written_since(cast):
    article = make_article("Warranty", "Old", by=cast.editor)
    first, later = TODAY(), TODAY() + datetime.timedelta(days=9)
    publish_version(article, by=cast.editor, title="W", body="L", effective_on=later)
    publish_version(article, by=cast.editor, title="W", body="N", effective_on=first)
    assert bring_into_force(first) == 0
    assert bring_into_force(later) == 1
    article.refresh_from_db()
    assert article.current.body == "L"


def test_a_version_dated_back_stays_in_force(cast):
    article = make_article("W", "Today", by=cast.editor, effective_on=TODAY())
    past = TODAY() - datetime.timedelta(days=30)
    publish_version(article, by=cast.editor, title="W", body="Past", effective_on=past)
    bring_into_force(TODAY())
    article.refresh_from_db()
    assert article.current.body == "Past"


def test_a_second_click_publishes_no_second_version(cast, logged_in):
    article = make_article("Warranty", "Two years.", by=cast.editor)
    page, client = (
        reverse("knowledge:edit", args=[article.slug]),
        logged_in(cast.editor),
    )
    client.post(page, form(body="Three", base=1))
    answer = client.post(page, form(body="Three", base=1))
    assert "This text has been published already." in answer.content.decode()
    assert article.versions.count() == 2


def test_a_text_of_two_editors_is_not_lost(cast, logged_in):
    article = make_article("Warranty", "Two years.", by=cast.editor)
    page, client = (
        reverse("knowledge:edit", args=[article.slug]),
        logged_in(cast.editor),
    )
    assert 'name="base" value="1"' in client.get(page).content.decode()
    client.post(page, form(body="Three", base=1))
    answer = client.post(page, form(body="Four", base=1)).content.decode()
    assert "Version 2 was published while you were writing." in answer
    assert "Four" in answer
    assert 'name="base" value="2"' in answer
    article.refresh_from_db()
    assert article.current.body == "Three"
    client.post(page, form(body="Four", base=2))
    article.refresh_from_db()
    assert article.current.body == "Four"


def test_two_articles_of_one_title_at_once_get_two_addresses(real_db):
    editor = UserFactory()
    meet = Barrier(4)

    def write(_: int) -> str:
        try:
            meet.wait(10)
            return make_article("三包", by=editor).slug
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(write, range(4)))) == 4
