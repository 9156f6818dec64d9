"""The lockout after failed log-ins, and what it tells people."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

PASSWORD = "eight green horses"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def with_lockout(settings):
    settings.AXES_ENABLED = True
    settings.AUTHENTICATION_BACKENDS = [
        "axes.backends.AxesStandaloneBackend",
        "django.contrib.auth.backends.ModelBackend",
        "accounts.backends.RoleBackend",
    ]


@pytest.fixture
def alice(cast):
    cast.agent.set_password(PASSWORD)
    cast.agent.save()
    return cast.agent


def log_in(name="alice", password=PASSWORD, **extra):
    return Client().post(LOGIN, {"username": name, "password": password}, **extra)


def lock(name="alice", **extra):
    for _ in range(5):
        answer = log_in(name, "wrong", **extra)
    return answer


def test_four_failures_do_not_lock(alice):
    for _ in range(4):
        assert log_in(password="wrong").status_code == 200
    assert log_in().status_code == 302


def test_five_failures_lock_even_for_the_right_password(alice):
    assert lock().status_code == 429
    answer = log_in()
    assert answer.status_code == 429
    text = answer.content.decode()
    assert "15 minutes" in text
    assert f'href="{reverse("accounts:login")}"' in text


def test_others_at_the_same_address_are_not_locked(alice, cast):
    cast.colleague.set_password(PASSWORD)
    cast.colleague.save()
    lock()
    assert log_in("bob").status_code == 302


def test_a_stranger_elsewhere_does_not_lock_a_person_out(alice, settings):
    settings.BEHIND_PROXY = True
    lock(headers={"x-forwarded-for": "203.0.113.9"})
    assert log_in(headers={"x-forwarded-for": "203.0.113.9"}).status_code == 429
    assert log_in(headers={"x-forwarded-for": "198.51.100.7"}).status_code == 302


def test_a_forged_address_does_not_help_against_the_lock(alice, settings):
    settings.BEHIND_PROXY = True
    for n in range(5):
        log_in(
            password="wrong", headers={"x-forwarded-for": f"10.0.0.{n}, 203.0.113.9"}
        )
    assert log_in(headers={"x-forwarded-for": "1.2.3.4, 203.0.113.9"}).status_code == (
        429
    )


def test_the_lock_opens_by_itself_after_15_minutes(alice):
    lock()
    earlier = timezone.now() - timedelta(minutes=16)
    AccessAttempt.objects.update(attempt_time=earlier)
    assert log_in().status_code == 302


def test_an_administrator_opens_the_lock(alice, cast, logged_in):
    lock()
    attempt = AccessAttempt.objects.get()
    url = reverse("admin:axes_accessattempt_delete", args=[attempt.pk])
    client = logged_in(cast.administrator)
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert log_in().status_code == 302


def test_no_password_is_kept_of_a_failed_log_in(alice):
    log_in(password="almost my password")
    attempt = AccessAttempt.objects.get()
    assert "almost" not in attempt.post_data + attempt.get_data
