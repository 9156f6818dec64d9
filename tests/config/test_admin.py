"""Who enters the admin, who may only look, and that no page of it is broken."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import Organisation, User
from config.shell import nearest_link
from tests.factories.accounts import UserFactory

ADMINS = sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label)
IDS = [model._meta.label_lower for model, _ in ADMINS]


def page(model, name, *args) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)


@pytest.fixture
def staff(cast):
    """Those who may look: marked as staff, without being administrators."""
    people = [cast.leader, cast.manager]
    for person in people:
        person.is_staff = True
        person.save()
    return people


def test_only_administrators_enter_by_their_role(cast, logged_in):
    got = {p.username: logged_in(p).get("/admin/").status_code for p in cast}
    assert {name for name, status in got.items() if status == 200} == {"admin"}
    assert set(got.values()) == {200, 403}


def test_who_is_marked_as_staff_without_a_leading_role_sees_nothing(cast, logged_in):
    cast.agent.is_staff = True
    cast.agent.save()
    assert logged_in(cast.agent).get(page(User, "changelist")).status_code == 403


def test_the_admin_has_no_log_in_of_its_own(client, cast):
    answer = client.get("/admin/accounts/user/", follow=True)
    last, _ = answer.redirect_chain[-1]
    assert last == "/accounts/login/?next=/admin/accounts/user/"


@pytest.mark.parametrize(("model", "model_admin"), ADMINS, ids=IDS)
def test_every_page_opens(model, model_admin, cast, logged_in, rf):
    client = logged_in(cast.administrator)
    assert client.get(page(model, "changelist"), {"q": "1"}).status_code == 200
    request = rf.get("/")
    request.user = cast.administrator
    may_add = model_admin.has_add_permission(request)
    answer = client.get(page(model, "add"))
    assert answer.status_code == (200 if may_add else 403)
    row = model._default_manager.first()
    if row is not None:
        assert client.get(page(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("label", [
    "accounts.logentry", "crm.sale", "crm.repair", "crm.uploadbatch",
    "crm.interaction", "complaints.case", "complaints.transfer", "followups.task",
    "standards.clock",
])  # fmt: skip
def test_state_that_services_own_cannot_be_changed(label, cast, rf):
    model_admin = {m._meta.label_lower: a for m, a in ADMINS}[label]
    request = rf.get("/")
    request.user = cast.administrator
    assert model_admin.has_view_permission(request)
    assert not model_admin.has_add_permission(request)
    assert not model_admin.has_change_permission(request)
    assert not model_admin.has_delete_permission(request)


@pytest.mark.parametrize(("model", "model_admin"), ADMINS, ids=IDS)
def test_leaders_may_look_and_nothing_else(model, model_admin, staff, rf):
    for person in staff:
        request = rf.get("/")
        request.user = person
        ours = model._meta.app_label not in {"axes", "django_q", "authtoken"}
        assert model_admin.has_view_permission(request) == ours
        assert not model_admin.has_add_permission(request)
        assert not model_admin.has_change_permission(request)
        assert not model_admin.has_delete_permission(request)


def test_who_only_looks_does_not_see_the_hash_of_a_password(staff, cast, logged_in):
    cast.agent.set_password("a long password")
    cast.agent.save()
    url = page(User, "change", cast.agent.pk)
    seen = logged_in(staff[0]).get(url).content.decode()
    assert cast.agent.username in seen
    assert "md5$" not in seen


def test_an_administrator_adds_a_person_with_a_role(cast, places, logged_in):
    client = logged_in(cast.administrator)
    agents = cast.agent.groups.get()
    answer = client.post(
        page(User, "add"),
        {
            "username": "dora",
            "usable_password": "true",
            "password1": "eight green horses",
            "password2": "eight green horses",
            "organisation": places.hq.pk,
            "groups": [agents.pk],
        },
    )
    assert answer.status_code == 302
    dora = User.objects.get(username="dora")
    assert dora.roles == {"agent"}
    assert dora.organisation == places.hq
    assert not dora.is_superuser


def test_the_navigation_marks_the_page_one_is_on(cast, places, logged_in):
    assert nearest_link(page(User, "add")) == page(User, "changelist")
    assert nearest_link("/") == "/"
    assert nearest_link("/no/such/page/") == "/no/such/page/"


def test_moving_an_organisation_in_the_admin_moves_all_below_it(
    cast, places, logged_in
):
    form = {
        "code": "B1", "name": "Branch", "kind": "branch", "phone": "",
        "parent": places.other_region.pk, "is_active": "on",
    }  # fmt: skip
    url = page(Organisation, "change", places.branch.pk)
    assert logged_in(cast.administrator).post(url, form).status_code == 302
    places.dealer.refresh_from_db()
    assert places.dealer.path == "HQ/R2/B1/D1/"


def test_hanging_an_organisation_below_itself_is_explained(cast, places, logged_in):
    form = {
        "code": "B1", "name": "Branch", "kind": "branch", "phone": "",
        "parent": places.dealer.pk, "is_active": "on",
    }  # fmt: skip
    url = page(Organisation, "change", places.branch.pk)
    answer = logged_in(cast.administrator).post(url, form)
    assert "cannot belong to one of its own" in answer.content.decode()
    places.branch.refresh_from_db()
    assert places.branch.parent == places.region


def test_lists_issue_the_same_queries_for_one_person_and_for_ten(
    cast, logged_in, django_assert_max_num_queries
):
    client = logged_in(cast.administrator)
    url = page(User, "changelist")

    def queries() -> int:
        with django_assert_max_num_queries(40) as captured:
            client.get(url)
        return len(captured)

    queries()
    before = queries()
    UserFactory.create_batch(10, organisation=cast.agent.organisation, roles=["agent"])
    assert queries() == before


def test_the_sidebar_shows_administration_to_those_who_may_enter(cast, logged_in):
    url = reverse("accounts:notifications")
    users = page(User, "changelist")
    assert users in logged_in(cast.administrator).get(url).content.decode()
    assert users not in logged_in(cast.agent).get(url).content.decode()
