"""Handing in, reviewing and returning files on the pages."""

import pytest
from django.urls import reverse

from accounts.models import LogEntry, Notification
from crm.models import Sale, UploadBatch
from tests.factories.uploads import a_repair, a_sale, csv_file, received


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def send(client, rows, name="日报.csv"):
    content = csv_file(rows)
    content.name = name
    return client.post(reverse("crm:upload"), {"file": content})


def batch_effects(client, batch):
    page = client.get(reverse("crm:batch", args=[batch.pk]))
    records = page.context["preview"].records
    return {
        "new": records.new,
        "changed": records.changed,
        "unchanged": records.unchanged,
    }


def test_a_file_goes_from_clerk_to_branch_to_records(cast, logged_in):
    clerk, reviewer = logged_in(cast.clerk), logged_in(cast.reviewer)
    answer = send(clerk, [a_sale(1), a_sale(2, 联系电话="同上")])
    batch = UploadBatch.objects.get()
    assert answer.url == reverse("crm:batch", args=[batch.pk])
    page = clerk.get(answer.url).content.decode()
    assert "同上" in page
    assert "Hand in for review" in page
    assert batch_effects(clerk, batch) == {"new": 1, "changed": 0, "unchanged": 0}
    clerk.post(reverse("crm:batch_submit", args=[batch.pk]))
    assert Notification.objects.filter(to=cast.reviewer).count() == 1
    assert not Notification.objects.filter(to=cast.other_reviewer).exists()
    assert "Approve" in reviewer.get(answer.url).content.decode()
    reviewer.post(reverse("crm:batch_approve", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.status, batch.rows_posted) == ("posted", 1)
    assert Sale.objects.get().batch == batch
    assert Notification.objects.filter(to=cast.clerk).exists()


def test_the_branch_returns_a_file_with_a_reason(places, cast, logged_in):
    clerk, reviewer = logged_in(cast.clerk), logged_in(cast.reviewer)
    batch = received(places.dealer, by=cast.clerk)
    clerk.post(reverse("crm:batch_submit", args=[batch.pk]))
    back = reverse("crm:batch_return", args=[batch.pk])
    reviewer.post(back, {"reason": "  "})
    batch.refresh_from_db()
    assert batch.status == "submitted"
    reviewer.post(back, {"reason": "昨天的文件"})
    batch.refresh_from_db()
    assert batch.status == "returned"
    page = clerk.get(reverse("crm:batch", args=[batch.pk])).content.decode()
    assert "昨天的文件" in page
    assert Notification.objects.filter(to=cast.clerk).count() == 1


def test_a_file_cannot_be_approved_twice_or_before_it_is_handed_in(
    places, cast, logged_in
):
    batch = received(places.dealer, by=cast.clerk)
    reviewer = logged_in(cast.reviewer)
    approve = reverse("crm:batch_approve", args=[batch.pk])
    page = reviewer.post(approve, follow=True).content.decode()
    assert "is already at" in page
    batch.refresh_from_db()
    assert batch.status == "checked"


def test_a_file_of_unknown_columns_waits_and_says_what_it_needs(cast, logged_in):
    client = logged_in(cast.clerk)
    answer = send(client, [{"甲": 1, "乙": 2}])
    assert UploadBatch.objects.get().status == "mapping"
    assert "Needed" in client.get(answer.url).content.decode()


def test_a_station_hands_in_repairs(cast, logged_in):
    client = logged_in(cast.station_clerk)
    assert send(client, [a_repair(1)]).status_code == 302
    assert UploadBatch.objects.get().kind == "repairs"


def test_the_refused_rows_and_the_file_can_be_downloaded(places, cast, logged_in):
    batch = received(places.dealer, [a_sale(1, 购车人="")], by=cast.clerk)
    client = logged_in(cast.clerk)
    refused = client.get(reverse("crm:batch_errors", args=[batch.pk]))
    assert refused.getvalue().startswith(b"PK")
    sent = client.get(reverse("crm:batch_file", args=[batch.pk]))
    assert sent.getvalue() == batch.file.open().read()
    batch.file.close()
    taken = LogEntry.objects.about(batch).filter(action="upload.downloaded")
    assert [entry.by for entry in taken] == [cast.clerk, cast.clerk]


def test_reasons_are_in_the_readers_language(places, cast, logged_in):
    batch = received(places.dealer, [a_sale(1, 成交价="面议")], by=cast.clerk)
    page = logged_in(cast.clerk).get(reverse("crm:batch", args=[batch.pk]))
    assert "is not an amount: 面议" in page.content.decode()


def test_the_list_is_filtered(places, cast, logged_in):
    received(places.dealer, by=cast.clerk)
    received(places.station, by=cast.station_clerk)
    client = logged_in(cast.reviewer)
    assert client.get(reverse("crm:uploads")).context["page"].paginator.count == 2
    only = client.get(reverse("crm:uploads"), {"kind": "repairs", "status": "checked"})
    assert [b.organisation for b in only.context["page"]] == [places.station]
    none = client.get(reverse("crm:uploads"), {"q": "nowhere"})
    assert "No file fits" in none.content.decode()


def test_one_file_and_ten_take_the_same_queries(places, cast, logged_in):
    client = logged_in(cast.reviewer)
    counts = []
    for more in (1, 9):
        for _ in range(more):
            received(places.dealer, by=cast.clerk)
        counts.append(_queries(client, reverse("crm:uploads")))
    assert counts[0] == counts[1]


def test_one_row_and_ten_take_the_same_queries(places, cast, logged_in):
    client = logged_in(cast.clerk)
    counts = []
    for many in (1, 10):
        rows = [a_sale(n) for n in range(1, many + 1)]
        bad = [a_sale(n, 联系电话="x") for n in range(20, 20 + many)]
        batch = received(places.dealer, rows + bad, by=cast.clerk)
        counts.append(_queries(client, reverse("crm:batch", args=[batch.pk])))
    assert counts[0] == counts[1]


def _queries(client, url):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_very_same_file_again_is_pointed_out(places, cast, logged_in):
    clerk = logged_in(cast.clerk)
    first = send(clerk, [a_sale(1)]).url
    again = send(clerk, [a_sale(1)], name="另一个名字.csv").url
    other = send(clerk, [a_sale(2)]).url
    warned = {url: "very file" in clerk.get(url).content.decode() for url in
              (first, again, other)}  # fmt: skip
    assert warned == {first: False, again: True, other: False}
    assert f'href="{first}"' in clerk.get(again).content.decode()
