"""What every answer carries, and what the settings are when it is for real."""

import json
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.factories.records import make_customer

SAFE = {
    "PATH": os.environ["PATH"],
    "HOME": os.environ.get("HOME", "/"),
    "LANG": "C.UTF-8",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}
PRODUCTION = {
    "DATABASE_URL": "postgresql://nobody:nothing@127.0.0.1:9/none?connect_timeout=2",
    "SECRET_KEY": "a" * 25 + "0123456789" + "Z" * 25,
    "ALLOWED_HOSTS": "crm.example.com,testserver",
}


def run(*arguments, **environment):
    """Python in a process of its own, with nothing but this environment."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**SAFE, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def production():
    """The settings as they are with a database of one's own."""
    names = [
        "DEBUG", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD", "SECURE_PROXY_SSL_HEADER", "ALLOWED_HOSTS",
    ]  # fmt: skip
    code = f"""
import json
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {names}}}))
"""
    done = run("-c", code, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_production_is_https_only(production):
    assert not production["DEBUG"]
    assert production["SESSION_COOKIE_SECURE"]
    assert production["SESSION_COOKIE_HTTPONLY"]
    assert production["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert production["CSRF_COOKIE_SECURE"]
    assert production["SECURE_SSL_REDIRECT"]
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert production["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert production["ALLOWED_HOSTS"] == ["crm.example.com", "testserver"]


def test_django_finds_nothing_to_warn_of_before_a_deployment():
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", HTTPS="1")
    assert done.returncode == 0, done.stderr


def test_production_does_not_start_without_a_secret_key():
    done = run("manage.py", "check", **{**PRODUCTION, "SECRET_KEY": ""})
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr.strip().splitlines()[-1]


def test_a_secret_may_come_from_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    without = {name: v for name, v in PRODUCTION.items() if name != "SECRET_KEY"}
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    done = run("-c", code, SECRET_KEY_FILE=str(secret), **without)
    assert done.stdout.strip() == "from the file"


def test_without_its_database_the_site_is_unwell_but_says_so_calmly():
    code = """
import django
django.setup()
from django.test import Client
answer = Client().get("/healthz")
print(answer.status_code, answer.json()["database"])
"""
    done = run("-W", "ignore", "-c", code, HTTPS="0", **PRODUCTION)
    assert done.stdout.strip() == "503 down", done.stderr
    assert "Traceback" not in done.stderr


def test_logs_are_json_lines_when_asked():
    code = """
import django
django.setup()
import logging
logging.getLogger("crm").info("posted", extra={"batch": 7})
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("crm").exception("failed")
"""
    done = run("-c", code, LOG_JSON="1")
    posted, failed = (json.loads(line) for line in done.stderr.splitlines())
    assert posted["message"] == "posted"
    assert posted["levelname"] == "INFO"
    assert posted["batch"] == 7
    assert "ZeroDivisionError" in failed["exc_info"]


@pytest.mark.parametrize("path", ["/accounts/login/", "/healthz", "/no/such/page/"])
def test_every_answer_carries_the_headers_that_protect_people(db, path):
    headers = Client().get(path).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/"])
def test_a_form_from_elsewhere_is_refused(cast, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.agent, "django.contrib.auth.backends.ModelBackend")
    assert client.post(path, {"username": "alice"}).status_code == 403


def test_the_session_cookie_is_out_of_reach_of_scripts(cast):
    cast.agent.set_password("eight green horses")
    cast.agent.save()
    form = {"username": "alice", "password": "eight green horses"}
    answer = Client().post("/accounts/login/", form)
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 12 * 3600


def test_a_log_in_does_not_lead_to_another_site(cast):
    cast.agent.set_password("eight green horses")
    cast.agent.save()
    form = {
        "username": "alice",
        "password": "eight green horses",
        "next": "https://evil.example.com/",
    }
    assert Client().post("/accounts/login/", form).url == "/"


def test_uploaded_files_are_under_no_address(cast, logged_in):
    served = [*settings.STATICFILES_DIRS, settings.STATIC_ROOT]
    for folder in filter(None, served):
        assert not settings.MEDIA_ROOT.is_relative_to(folder)

    def views(patterns):
        for entry in patterns:
            if isinstance(entry, URLPattern):
                yield entry.callback.__module__
            else:
                yield from views(entry.url_patterns)

    assert "django.views.static" not in set(views(get_resolver().url_patterns))
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    (settings.MEDIA_ROOT / "sales.csv").write_text("a secret")
    client = logged_in(cast.agent)
    for path in ("/files/", "/media/", "/static/", "/static/../var/test-files/", "/"):
        assert client.get(f"{path}sales.csv").status_code == 404


def test_the_log_names_no_customer(cast, logged_in, caplog):
    caplog.set_level(logging.INFO)
    customer = make_customer("独一无二", number="+8613912345678")
    client = logged_in(cast.agent)
    client.get("/search/", {"q": "13912345678"})
    client.get("/api/customers/", {"search": "独一无二"})
    client.get(f"/api/customers/{customer.pk}/")
    client.get("/no/such/page/", {"q": "13912345678"})
    client.get("/api/customers/", {"kind": "13912345678"})
    assert "13912345678" not in caplog.text
    assert "独一无二" not in caplog.text
