from tests.access import EVERYBODY, Page
from tests.factories.knowledge import make_article

EDITORS = {"editor", "administrator"}


def article(places, cast):
    return [make_article(by=cast.editor).slug]


PAGES = [
    Page("knowledge:articles", allowed=EVERYBODY),
    Page("knowledge:quick", allowed=EVERYBODY),
    Page("knowledge:article", allowed=EVERYBODY, args=article),
    Page("knowledge:new", allowed=EDITORS, forbidden=EVERYBODY - EDITORS),
    Page(
        "knowledge:edit", allowed=EDITORS, forbidden=EVERYBODY - EDITORS, args=article
    ),
]
