"""Once a file is posted its pages say what posting did, not what was foretold."""

import pytest
from django.urls import reverse

from crm.uploads.services import (
    approve_batch,
    post_batch,
    revert_batch,
    submit_batch,
)
from tests.factories.uploads import a_sale, received


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def post(batch):
    approve_batch(submit_batch(batch, by=None), by=None)
    post_batch(batch.pk)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def page(cast, logged_in):
    client = logged_in(cast.clerk)

    def shown(name, *args, **query):
        return client.get(reverse(name, args=args), query)

    return shown


def test_of_two_files_with_the_same_rows_the_second_did_nothing(places, page):
    rows = [a_sale(1), a_sale(2)]
    first, second = (received(places.dealer, rows) for _ in range(2))
    assert second.preview["records"]["new"] == 2
    post(first)
    post(second)
    assert (second.rows_posted, second.preview) == (
        0,
        {
            "records": {"new": 0, "changed": 0, "unchanged": 2},
            "customers": {"new": 0, "changed": 0, "unchanged": 2},
            "cars": {"new": 0, "changed": 0, "unchanged": 2},
            "owners": {"changed": 0},
        },
    )
    assert {row.effect for row in second.rows.all()} == {"unchanged"}
    assert "the row changed nothing" in (
        page("crm:batch_row", second.pk, 2).content.decode()
    )


def test_a_posted_correction_shows_old_against_new(places, page):
    post(received(places.dealer, [a_sale(1), a_sale(2), a_sale(3)]))
    again = [
        a_sale(1, 成交价="16万"),
        a_sale(2, 购车人="王芳", 联系电话="13911112222"),
        a_sale(3, 联系电话="13800000003/13800009999"),
    ]
    batch = post(received(places.dealer, again))
    assert batch.preview["records"] == {"new": 0, "changed": 3, "unchanged": 0}
    assert batch.preview["customers"]["changed"] == 1
    assert batch.preview["customers"]["new"] == 1
    rows = page("crm:batch_rows", batch.pk, show="changed").content.decode()
    assert "Sent with other words" not in rows
    assert "<del>150000.00</del>" in rows
    assert "<ins>王芳</ins>" in rows
    row = page("crm:batch_row", batch.pk, 2).content.decode()
    assert "<del>150000.00</del>" in row
    assert "<ins>160000.00</ins>" in row
    number_only = page("crm:batch_row", batch.pk, 4).content.decode()
    assert "not the record itself" in number_only
    whole = page("crm:batch", batch.pk).content.decode()
    assert "gets another owner" not in whole
    assert "1 car got another owner" in " ".join(whole.split())
    assert "it will be changed" not in whole


def test_a_file_that_was_taken_back_compares_nothing(places, page, cast):
    batch = post(received(places.dealer, [a_sale(1)]))
    revert_batch(batch, by=None)
    whole = page("crm:batch", batch.pk).content.decode()
    assert "What posting it had changed, before it was taken back" in whole
    assert "posted, then taken back" in whole
    row = page("crm:batch_row", batch.pk, 2)
    assert row.context["line"].touched == []
    assert "was posted and taken back" in row.content.decode()


def test_an_example_says_that_it_is_one(places, page):
    rows = [a_sale(1, 成交价="面议"), a_sale(2, 成交价="另议"), a_sale(3, 车架号="X")]
    batch = received(places.dealer, rows)
    shown = page("crm:batch", batch.pk).content.decode()
    assert "for example: price is not an amount: 面议" in " ".join(shown.split())
    assert "for example: the VIN" not in " ".join(shown.split())
