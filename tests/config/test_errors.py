import pytest
from django.test import Client
from django.urls import reverse


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_that_does_not_exist_offers_a_way_on(cast, logged_in, language):
    cast.agent.language = language
    cast.agent.save()
    answer = logged_in(cast.agent).get("/no/such/page/")
    assert answer.status_code == 404
    assert 'id="page"' in answer.content.decode()
    assert f'href="{reverse("desk:home")}"' in answer.content.decode()


def test_a_stranger_is_offered_the_log_in(db):
    answer = Client().get("/no/such/page/")
    assert answer.status_code == 404
    assert f'href="{reverse("accounts:login")}"' in answer.content.decode()


def test_a_refusal_says_whom_to_ask(cast, logged_in):
    answer = logged_in(cast.agent).get("/admin/")
    assert answer.status_code == 403
    assert "ask your administrator" in answer.content.decode()
    assert f'href="{reverse("desk:home")}"' in answer.content.decode()


def test_a_missing_page_of_the_admin_keeps_the_shell(cast, logged_in):
    answer = logged_in(cast.administrator).get("/admin/accounts/nothing/")
    assert answer.status_code == 404
    assert 'id="page"' in answer.content.decode()


def test_an_expired_form_says_that_nothing_was_saved(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.agent, "django.contrib.auth.backends.ModelBackend")
    answer = client.post("/accounts/password/", {})
    assert answer.status_code == 403
    assert "Nothing was saved" in answer.content.decode()


def test_a_fault_of_ours_shows_a_plain_page(cast, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("accounts.views.Paginator", broken)
    client = Client(raise_request_exception=False)
    client.force_login(cast.agent, "django.contrib.auth.backends.ModelBackend")
    answer = client.get("/accounts/notifications/")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode()
    assert "secret cause" not in answer.content.decode()


def test_every_page_has_an_icon_and_old_browsers_find_it(db):
    assert "favicon.svg" in Client().get("/accounts/login/").content.decode()
    assert Client().get("/favicon.ico").url.endswith("favicon.svg")


def test_programs_get_json(db):
    answer = Client().get("/api/no-such-thing/")
    assert answer.status_code == 404
    assert "detail" in answer.json()
