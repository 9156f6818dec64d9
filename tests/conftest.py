import importlib
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from accounts.models import User
from tests.cast import Cast, Places, make_cast, make_places, the_cast, the_places

APPS_WITH_DEFAULTS = ["accounts", "standards", "followups"]


def load_defaults() -> None:
    """Put back what migrations loaded and a transactional test has flushed."""
    for app in APPS_WITH_DEFAULTS:
        importlib.import_module(f"{app}.defaults").load(apps)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test begins in English, whatever a request before it was answered in."""
    with translation.override("en"):
        yield


@pytest.fixture
def real_db(transactional_db) -> None:
    """A database other connections see: for tests with threads or processes."""
    load_defaults()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Places and people are made once; each test reads them, or undoes its changes."""
    with django_db_blocker.unblock():
        make_cast(make_places())


@pytest.fixture
def places(db) -> Places:
    return the_places()


@pytest.fixture
def cast(places) -> Cast:
    return the_cast(places)


@pytest.fixture
def logged_in():
    """A function from a user to a client in that user's session."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return log_in
