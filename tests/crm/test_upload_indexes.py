"""What runs each minute, or on each page, does not read years of files for it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from crm.models import UploadBatch
from tests.factories.uploads import today


@pytest.fixture
def years(places):
    """Five thousand posted files, and one that waits for each."""

    def a_batch(number: int, status: str) -> UploadBatch:
        return UploadBatch(
            kind="sales",
            organisation=places.dealer,
            status=status,
            day=today(),
            posted_at=timezone.now() - timedelta(hours=number),
        )

    statuses = ["posted"] * 5000 + ["received", "approved", "submitted"]
    UploadBatch.objects.bulk_create(
        a_batch(number, status) for number, status in enumerate(statuses, 3)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_uploadbatch")


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (UploadBatch.objects.left_over(), "batch_left_over"),
        (UploadBatch.objects.waiting_for_review(), "batch_to_review"),
    ],
)
def test_what_waits_is_found_by_its_index(years, rows, index):
    assert index in rows.explain()
    assert len(rows) == (2 if index == "batch_left_over" else 1)


def test_what_was_posted_lately_is_found_by_its_index(years):
    lately = timezone.now() - timedelta(hours=2)
    assert "batch_posted" in UploadBatch.objects.filter(posted_at__gt=lately).explain()
