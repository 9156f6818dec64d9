"""API keys end with the password that gave them, or when an administrator says so."""

import pytest
from django.urls import reverse
from rest_framework.authtoken.models import Token

from accounts.models import LogEntry
from accounts.roles import Role

OLD, NEW = "eight green horses", "nine yellow goats"


@pytest.fixture
def agent(cast):
    cast.agent.set_password(OLD)
    cast.agent.save()
    return cast.agent


def test_a_new_password_ends_the_key(agent, logged_in):
    Token.objects.create(user=agent)
    form = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}
    answer = logged_in(agent).post(reverse("accounts:password"), form)
    assert answer.status_code == 302
    assert not Token.objects.exists()


def test_other_changes_leave_the_key(agent):
    Token.objects.create(user=agent)
    agent.extension = "8123"
    agent.save()
    assert agent.check_password(OLD)
    assert Token.objects.exists()


def test_an_administrator_revokes_the_keys_of_others(cast, logged_in):
    for person in (cast.agent, cast.colleague):
        Token.objects.create(user=person)
    url = reverse("admin:accounts_user_changelist")
    chosen = [cast.agent.pk, cast.leader.pk]
    form = {"action": "revoke_keys", "_selected_action": chosen}
    page = logged_in(cast.administrator).post(url, form, follow=True)
    assert "1 API key is revoked." in page.content.decode()
    assert Token.objects.get().user == cast.colleague
    entry = LogEntry.objects.get(action="user.key_revoked")
    assert (entry.by, entry.subject_id) == (cast.administrator, cast.agent.pk)


def test_who_only_looks_revokes_nothing(cast, logged_in):
    cast.leader.is_staff = True
    cast.leader.save()
    assert cast.leader.has_role(Role.TEAM_LEADER)
    Token.objects.create(user=cast.agent)
    url = reverse("admin:accounts_user_changelist")
    form = {"action": "revoke_keys", "_selected_action": [cast.agent.pk]}
    logged_in(cast.leader).post(url, form)
    assert Token.objects.exists()
