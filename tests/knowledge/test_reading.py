import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from knowledge.services import publish_version
from tests.factories.knowledge import make_article
from tests.queries import queries_of

LIST = reverse("knowledge:articles")


def titles(answer) -> list[str]:
    return [hit["version"].title for hit in answer.context["hits"]]


@pytest.fixture
def library(cast):
    make_article("三包政策", "整车三包期为两年或五万公里,包修期三年。", by=cast.editor)
    make_article(
        "变速箱异响",
        "低速换挡时变速箱有异响,先查油泵。",
        by=cast.editor,
        category="technique",
    )
    make_article("混合动力保养", "首保5000公里,三包期内免费。", by=cast.editor)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("异响", "变速箱异响"),
        ("油泵", "变速箱异响"),
        ("变速箱 异响", "变速箱异响"),
        ("混合动力", "混合动力保养"),
        ("三包", "三包政策"),  # a title hit comes before a hit in a text
        ("包修", "三包政策"),
    ],
)
def test_chinese_words_of_any_length_are_found(library, cast, logged_in, text, first):
    answer = logged_in(cast.agent).get(LIST, {"q": text})
    assert titles(answer)[0] == first


def test_each_word_must_be_there(library, cast, logged_in):
    assert titles(logged_in(cast.agent).get(LIST, {"q": "三包 异响"})) == []


def test_letters_are_found_in_either_case(cast, logged_in):
    make_article("AdBlue refill", "Where the AdBlue cap is.", by=cast.editor)
    answer = logged_in(cast.agent).get(LIST, {"q": "adblue CAP"})
    assert titles(answer) == ["AdBlue refill"]


def test_a_category_narrows_the_list(library, cast, logged_in):
    answer = logged_in(cast.agent).get(LIST, {"category": "technique"})
    assert titles(answer) == ["变速箱异响"]


def test_quick_search_shows_five_hits_with_the_words_around(cast, logged_in):
    for number in range(6):
        make_article(f"Wipers {number}", "x " * 200 + "blade size", by=cast.editor)
    answer = logged_in(cast.agent).get(reverse("knowledge:quick"), {"q": "blade"})
    assert len(answer.context["hits"]) == 5
    assert "blade size" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_quick_search_without_words_is_empty(library, cast, logged_in):
    answer = logged_in(cast.agent).get(reverse("knowledge:quick"), {"q": " "})
    assert "<li>" not in answer.content.decode()


def test_an_agent_never_finds_what_has_expired(cast, logged_in):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    old = make_article("Old prices", "10", by=cast.editor, expires_on=yesterday)
    page = reverse("knowledge:article", args=[old.slug])
    agent, editor = logged_in(cast.agent), logged_in(cast.editor)
    assert titles(agent.get(LIST)) == []
    assert agent.get(page).status_code == 404
    assert titles(editor.get(LIST)) == ["Old prices"]
    assert "Do not quote it" in editor.get(page).content.decode()


def test_earlier_versions_stay_readable_and_say_so(cast, logged_in):
    article = make_article("Warranty", "Two years.", by=cast.editor)
    publish_version(
        article,
        by=cast.editor,
        title="Warranty",
        body="Three years.",
        effective_on=timezone.localdate(),
    )
    page = reverse("knowledge:article", args=[article.slug])
    agent = logged_in(cast.agent)
    assert "Three years." in agent.get(page).content.decode()
    earlier = agent.get(page, {"version": 1}).content.decode()
    assert "Two years." in earlier
    assert "This is an earlier version." in earlier


def test_the_list_costs_the_same_for_one_article_and_for_ten(cast, logged_in):
    client = logged_in(cast.agent)
    make_article("One", by=cast.editor)
    one = queries_of(client, LIST, {"q": "o"})
    for number in range(9):
        make_article(f"Other {number}", by=cast.editor)
    assert queries_of(client, LIST, {"q": "o"}) == one
