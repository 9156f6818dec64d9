from tests.access import EVERYBODY, Page

PAGES = [
    Page("desk:home", allowed=EVERYBODY),
    Page("desk:search", allowed=EVERYBODY),
]
