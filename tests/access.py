"""What each person gets from each page; the tables are in tests/<app>/pages.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.cast import Cast, Places

EVERYBODY = frozenset(Cast.__dataclass_fields__)


@dataclass(frozen=True)
class Page:
    """`allowed` get 200, `forbidden` get 403, all others 404.

    Instead of 200 a redirect will do, or the 422 that an empty form is answered with.
    `args` makes the rows the page is about and returns the URL's arguments.
    """

    name: str
    allowed: frozenset[str] | set[str]
    forbidden: frozenset[str] | set[str] = field(default_factory=frozenset)
    args: Callable[[Places, Cast], list[Any]] = lambda places, cast: []
    method: str = "get"


def expected_status(page: Page, person: str) -> set[int]:
    if person in page.allowed:
        return {200, 302, 422}
    return {403} if person in page.forbidden else {404}
