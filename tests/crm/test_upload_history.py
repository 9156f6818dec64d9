"""Every file that was handed in, who did what with it, and who may take it away."""

from io import BytesIO

import pytest
from django.urls import reverse

from accounts.models import Notification
from crm.models import UploadBatch
from crm.uploads.services import approve_batch, cancel_batch, submit_batch
from tests.factories.uploads import a_sale, received, today


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shown(cast, logged_in):
    client = logged_in(cast.reviewer)

    def show(**params: str) -> list[UploadBatch]:
        page = client.get(reverse("crm:uploads"), {"tab": "all", **params})
        assert page.status_code == 200
        return list(page.context["page"])

    return show


def test_files_are_found_by_day_way_state_and_place(places, cast, shown):
    first = received(places.dealer, by=cast.clerk)
    second = received(places.station, by=cast.station_clerk)
    UploadBatch.objects.filter(pk=first.pk).update(day="2026-01-05", channel="api")
    assert shown(day_from="2026-01-05", day_to="2026-01-05") == [first]
    assert shown(day_from=str(today())) == [second]
    assert shown(channel="api") == [first]
    assert shown(q=places.station.code.lower()) == [second]
    assert shown(status="posted") == []
    assert shown(day_from="yesterday", kind="x") == []
    assert shown(q="\x00") == [second, first]


def test_what_was_taken_back_stays_in_the_list(places, cast, shown):
    batch = cancel_batch(received(places.dealer, by=cast.clerk), by=cast.clerk)
    assert shown() == [batch]
    assert shown(status="cancelled") == [batch]


def test_who_handed_in_and_who_approved_stand_there(places, cast, logged_in):
    batch = submit_batch(received(places.dealer, by=cast.clerk), by=cast.clerk)
    approve_batch(batch, by=cast.regional)
    page = logged_in(cast.reviewer).get(reverse("crm:uploads")).content.decode()
    assert str(cast.clerk) in page
    assert str(cast.regional) in page


def test_an_agent_sees_what_became_of_a_file_but_no_numbers(places, cast, logged_in):
    rows = [a_sale(1), a_sale(2, 联系电话="13800000abc")]
    batch = received(places.dealer, rows, by=cast.clerk)
    page = logged_in(cast.agent).get(reverse("crm:batch", args=[batch.pk]))
    text = page.content.decode()
    assert "this is not a telephone number" in text
    assert "13800000abc" not in text
    assert "138 0000 0001" not in text
    assert reverse("crm:batch_file", args=[batch.pk]) not in text
    leader = logged_in(cast.leader).get(reverse("crm:batch", args=[batch.pk]))
    assert "138 0000 0001" in leader.content.decode()


def test_a_file_that_cannot_be_read_is_told_of(cast, logged_in):
    content = BytesIO(b"%PDF-1.7 not a table")
    content.name = "日报.pdf"
    logged_in(cast.clerk).post(reverse("crm:upload"), {"file": content})
    assert UploadBatch.objects.get().status == "refused"
    told = Notification.objects.get(to=cast.clerk)
    assert told.entry.action == "upload.refused"
