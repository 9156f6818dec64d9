"""The API as a whole: who gets in and how, what is hidden, paging, and its schema."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts.throttles import SharedThrottle
from tests.factories.records import (
    hand_over,
    make_case,
    make_sale,
    make_task,
)

LISTS = ["customers", "vehicles", "cases", "tasks"]
# What is written to besides; tests/crm/test_api_uploads.py says who gets what of it.
HANDED_IN = ["uploads"]
SENT_ONLY = ["sales", "repairs"]
TOKEN = "/api/token/"
PASSWORD = "eight green horses"


@pytest.fixture
def rows(cast, places):
    """One row a list, of region 1."""

    def make() -> dict[str, int]:
        sale = make_sale(places.dealer)
        case = make_case(
            cast.agent,
            sale.customer,
            vehicle=sale.vehicle,
            organisation=places.dealer,
        )
        hand_over(case, places.department, cast.agent)
        task = make_task(
            sale.customer, sale=sale, vehicle=sale.vehicle, assigned_to=cast.agent
        )
        return {
            "customers": sale.customer_id,
            "vehicles": sale.vehicle_id,
            "cases": case.pk,
            "tasks": task.pk,
        }

    return make


@pytest.fixture
def alice(cast):
    cast.agent.set_password(PASSWORD)
    cast.agent.save()
    return cast.agent


def log_in(name="alice", password=PASSWORD):
    return Client().post(TOKEN, {"username": name, "password": password})


@pytest.mark.parametrize("name", LISTS)
def test_each_person_sees_their_own_part(name, rows, cast, logged_in):
    pk = rows()[name]
    centre = {"alice", "bob", "leader", "manager", "admin"}
    theirs = {"regional", "reviewer"}
    # The editor sits at headquarters, at the top of the tree.
    others = {"cases": {"handler"}, "tasks": {"clerk", "editor"}}.get(name, {"clerk"})
    seen = set()
    for person in cast:
        client = logged_in(person)
        count = client.get(f"/api/{name}/").json()["count"]
        status = client.get(f"/api/{name}/{pk}/").status_code
        assert (count, status) in {(1, 200), (0, 404)}
        if count:
            seen.add(person.username)
    assert seen == centre | theirs | others


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_paged_and_read_only(name, rows, cast, logged_in):
    made = [rows() for _ in range(3)]
    client = logged_in(cast.agent)
    page = client.get(f"/api/{name}/", {"page_size": 2}).json()
    assert (page["count"], len(page["results"])) == (3, 2)
    assert page["next"].endswith("page=2&page_size=2")
    url = f"/api/{name}/{made[0][name]}/"
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(url).status_code == 405


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("person", ["agent", "reviewer"])
def test_a_list_issues_the_same_queries_for_one_row_and_for_ten(
    name, person, rows, cast, logged_in, django_assert_max_num_queries
):
    client = logged_in(getattr(cast, person))

    def queries() -> int:
        with django_assert_max_num_queries(20) as captured:
            assert client.get(f"/api/{name}/").json()["count"]
        return len(captured)

    rows()
    queries()
    before = queries()
    for _ in range(9):
        rows()
    assert queries() == before


@pytest.mark.parametrize(
    "path",
    [
        "",
        *(f"{name}/" for name in (*LISTS, *HANDED_IN, *SENT_ONLY)),
        "uploads/1/",
        "uploads/1/rows/",
        "schema/",
    ],
)
def test_without_a_log_in_programs_get_401(path, db):
    answer = Client().get(f"/api/{path}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    "path",
    ["uploads/", "sales/", "repairs/", "uploads/1/submit/", "uploads/1/cancel/"],
)
def test_without_a_log_in_nothing_is_handed_in(path, db):
    answer = Client().post(f"/api/{path}", "{}", content_type="application/json")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"


def test_without_a_log_in_people_are_led_to_it(db):
    answer = Client().get("/api/docs/")
    assert answer.url == "/accounts/login/?next=/api/docs/"


def test_a_token_opens_the_api_until_it_is_revoked(alice):
    token = log_in().json()["token"]
    client = Client(headers={"Authorization": f"Token {token}"})
    assert client.get("/api/cases/").status_code == 200
    assert log_in().json()["token"] == token
    assert client.delete(TOKEN).status_code == 204
    assert client.get("/api/cases/").status_code == 401
    assert not Token.objects.exists()


def test_a_token_expires_and_logging_in_gives_a_new_one(alice, settings):
    settings.API_KEY_DAYS = 30
    first = log_in().json()
    client = Client(headers={"Authorization": f"Token {first['token']}"})
    assert client.get("/api/cases/").status_code == 200
    old = timezone.now() - timedelta(days=31)
    Token.objects.update(created=old)
    answer = client.get("/api/cases/")
    assert answer.status_code == 401
    assert answer.json()["detail"] == "This key has expired: get a new one."
    second = log_in().json()
    assert second["token"] != first["token"]
    assert second["expires_at"] > str(timezone.localdate() + timedelta(days=29))
    settings.API_KEY_DAYS = 0
    Token.objects.update(created=old)
    again = log_in().json()
    assert (again["token"], again["expires_at"]) == (second["token"], None)


def test_nobody_revokes_without_a_token(alice):
    log_in()
    assert Client().delete(TOKEN).status_code == 401
    assert Token.objects.exists()


def test_a_wrong_password_gets_no_token(alice):
    answer = log_in(password="wrong")
    assert answer.status_code == 400
    assert not Token.objects.exists()


def test_who_has_left_cannot_use_an_old_token(alice):
    token = log_in().json()["token"]
    alice.is_active = False
    alice.save()
    client = Client(headers={"Authorization": f"Token {token}"})
    assert client.get("/api/cases/").status_code == 401
    assert log_in().status_code == 400


def test_log_ins_from_one_address_are_throttled(alice, monkeypatch):
    # The real rate is 10 a minute; a slow machine might see some of it come back.
    monkeypatch.setattr(SharedThrottle, "THROTTLE_RATES", {"login": "10/hour"})
    statuses = [log_in(f"nobody{n}").status_code for n in range(11)]
    assert statuses == [400] * 10 + [429]


@override_settings(
    AXES_ENABLED=True,
    AUTHENTICATION_BACKENDS=[
        "axes.backends.AxesStandaloneBackend",
        "django.contrib.auth.backends.ModelBackend",
    ],
)
def test_five_wrong_passwords_lock_the_name_here_and_on_the_page(alice):
    for _ in range(5):
        log_in(password="wrong")
    answer = log_in()
    assert answer.status_code == 429
    assert "15 minutes" in answer.json()["detail"]
    form = {"username": "alice", "password": PASSWORD}
    page = Client().post("/accounts/login/", form)
    assert page.status_code == 429
    assert log_in("bob").status_code == 400


def test_the_root_leads_to_everything(cast, logged_in):
    client = logged_in(cast.agent)
    links = client.get("/api/").json()
    assert set(links) == {*LISTS, *HANDED_IN, "token", "schema", "docs"}
    for name in (*LISTS, *HANDED_IN, "schema", "docs"):
        assert client.get(links[name]).status_code == 200


@pytest.mark.parametrize("name", ["", *(f"{name}/" for name in (*LISTS, *HANDED_IN))])
def test_the_api_can_be_browsed(name, rows, cast, logged_in):
    rows()
    answer = logged_in(cast.agent).get(f"/api/{name}", headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


def test_the_schema_is_made_without_a_warning(db, tmp_path):
    out = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(out))
    text = out.read_text(encoding="utf-8")
    for path in (*LISTS, *HANDED_IN):
        assert f"/api/{path}/{{id}}/:" in text
    for path in (*SENT_ONLY, "uploads/{id}/rows", "uploads/{id}/submit"):
        assert f"/api/{path}/:" in text
    for word in ("Idempotency-Key", "Retry-After", "unknown_fields", "Location"):
        assert word in text
    assert "王小明" in text
