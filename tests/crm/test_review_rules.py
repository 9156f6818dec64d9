"""Whose files need no review: the nearest rule upwards in the tree counts."""

import pytest
from django.urls import reverse

from accounts.models import LogEntry, Notification
from crm.models import ReviewRule, Sale
from crm.uploads.services import submit_batch
from tests.factories.uploads import a_sale, csv_file, received


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def handed_in(organisation, by):
    batch = submit_batch(received(organisation, [a_sale(1)], by=by), by=by)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ({}, "submitted"),
        ({"region": True}, "posted"),
        ({"region": True, "branch": False}, "submitted"),
        ({"region": True, "branch": False, "dealer": True}, "posted"),
        ({"other_branch": True, "station": True}, "submitted"),
    ],
)
def test_the_nearest_rule_counts(places, cast, rules, status):
    for place, approves_itself in rules.items():
        ReviewRule.objects.create(
            organisation=getattr(places, place), approves_itself=approves_itself
        )
    assert handed_in(places.dealer, cast.clerk).status == status


def test_what_a_rule_approved_is_logged_as_done_by_it(places, cast, logged_in):
    ReviewRule.objects.create(organisation=places.branch, approves_itself=True)
    batch = handed_in(places.dealer, cast.clerk)
    entry = LogEntry.objects.about(batch).get(action="upload.approved_by_rule")
    assert entry.by is None
    assert entry.data["rule"] == str(places.branch)
    assert Sale.objects.count() == 1
    assert not Notification.objects.filter(to=cast.reviewer).exists()
    page = logged_in(cast.clerk).get(reverse("crm:batch", args=[batch.pk]))
    assert f"by the rule for {places.branch}" in page.content.decode()


def test_a_later_rule_leaves_alone_what_waits(places, cast):
    batch = handed_in(places.dealer, cast.clerk)
    ReviewRule.objects.create(organisation=places.dealer, approves_itself=True)
    batch.refresh_from_db()
    assert batch.status == "submitted"


def test_an_administrator_sets_the_rule_and_it_is_logged(places, cast, logged_in):
    client = logged_in(cast.administrator)
    add = reverse("admin:crm_reviewrule_add")
    sent = {"organisation": places.dealer.pk, "approves_itself": "on"}
    assert client.post(add, sent).status_code == 302
    rule = ReviewRule.objects.get()
    assert handed_in(places.dealer, cast.clerk).status == "posted"
    client.post(reverse("admin:crm_reviewrule_delete", args=[rule.pk]), {"post": "yes"})
    assert not ReviewRule.objects.exists()
    actions = LogEntry.objects.filter(action__startswith="review_rule.")
    assert [(e.action, e.by) for e in actions.order_by("pk")] == [
        ("review_rule.set", cast.administrator),
        ("review_rule.removed", cast.administrator),
    ]
    assert logged_in(cast.manager).get(add).status_code == 403


def test_a_file_from_the_command_line_goes_by_the_rule_too(places, upload):
    ReviewRule.objects.create(organisation=places.hq, approves_itself=True)
    _lines, answer = upload(csv_file([a_sale(1)]))
    assert (answer["status"], answer["posted"]) == ("posted", 1)
