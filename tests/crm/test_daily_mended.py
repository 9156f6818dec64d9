"""A day stays handed in while its file is mended, as long as that waits for review."""

from datetime import date

import pytest

from crm.models import DailyFile, UploadBatch
from crm.uploads.services import open_days, submit_batch
from standards.models import Clock
from tests.factories.mending import mended, sent
from tests.factories.uploads import a_sale, received

TUESDAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def batch(places, cast, time_is) -> UploadBatch:
    """Tuesday's file, handed in at ten with one row refused."""
    open_days(time_is("2026-03-10 00:01"))
    time_is("2026-03-10 10:00")
    rows = [a_sale(1, 开票日期="2026-03-09", 交车日期="2026-03-09")]
    rows.append(a_sale(2, **{**rows[0], "联系电话": "同上"}))
    batch = received(places.dealer, rows, by=cast.clerk, day=TUESDAY)
    return submit_batch(batch, by=cast.clerk)


def mend(batch: UploadBatch) -> UploadBatch:
    fit = {"联系电话": "13800000002", "销售单号": "XS2", "车架号": "LSVAA49J0F2000002"}
    content = mended(batch, row3=fit)
    return sent(batch.organisation, content, by=batch.uploaded_by)


def daily() -> DailyFile:
    return DailyFile.objects.get(organisation__code="D1")


def test_a_file_mended_in_review_is_in_review_again_and_keeps_the_time_it_came(
    batch, time_is
):
    came = daily().handed_in_at
    time_is("2026-03-10 20:00")
    assert mend(batch).status == "submitted"
    assert (daily().batch, daily().handed_in_at) == (batch, came)
    assert Clock.objects.about(daily()).get().is_met()


def test_a_file_that_cannot_be_read_again_is_not_handed_in(batch, time_is):
    with batch.file.open("wb") as file:
        file.write(b"%PDF-1.7")
    time_is("2026-03-10 20:00")
    assert mend(batch).status == "checked"
    assert (daily().batch, daily().handed_in_at) == (None, None)
    assert Clock.objects.about(daily()).running().exists()
