"""People x pages: who gets a page, who is refused, for whom it does not exist."""

import importlib
import importlib.util

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.access import EVERYBODY, Page, expected_status

ROOMS = ["accounts", "standards", "crm", "knowledge", "complaints", "followups", "desk"]
# Open to all, or tested where they belong.
ELSEWHERE = {"accounts:login", "accounts:logout"}


def tables() -> list[Page]:
    found = [f"tests.{room}.pages" for room in ROOMS]
    modules = [importlib.import_module(m) for m in found if importlib.util.find_spec(m)]
    return [page for module in modules for page in module.PAGES]


PAGES = tables()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.name}")
def test_each_person_gets_what_is_theirs(page, places, cast, logged_in):
    url = reverse(page.name, args=page.args(places, cast))
    got = {
        person: getattr(logged_in(getattr(cast, person)), page.method)(url).status_code
        for person in sorted(EVERYBODY)
    }
    wrong = {
        person: status
        for person, status in got.items()
        if status not in expected_status(page, person)
    }
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.name}")
def test_nobody_gets_in_without_a_log_in(page, places, cast):
    url = reverse(page.name, args=page.args(places, cast))
    answer = getattr(Client(), page.method)(url)
    assert answer.status_code in {302, 401, 403}
    if answer.status_code == 302:
        assert "/accounts/login/" in answer.url


def test_every_page_is_in_a_table():
    resolver = get_resolver()
    named = {
        f"{namespace}:{name}"
        for namespace, (_, room) in resolver.namespace_dict.items()
        if namespace in ROOMS
        for name in room.reverse_dict
        if isinstance(name, str)
    }
    assert named - {page.name for page in PAGES} - ELSEWHERE == set()
