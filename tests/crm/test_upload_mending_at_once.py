"""Two clerks at once, and a worker killed on the way: nothing mended is lost."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from crm.models import ColumnName, MendedFile, UploadBatch
from crm.uploads.services import (
    match_columns,
    mending,
    read_batch,
    receive_file,
    receiving,
)
from tests.cast import the_cast, the_places
from tests.factories.mending import mended, sent
from tests.factories.uploads import a_sale, a_vin, received


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def at_once(*steps):
    start, failures = Barrier(len(steps)), []

    def run(step):
        start.wait()
        try:
            step()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


def two_bad_rows(places, cast):
    rows = [a_sale(1), a_sale(2, 联系电话="同上"), a_sale(3, 车架号="")]
    return received(places.dealer, rows, by=cast.clerk)


def test_two_mended_files_at_once_are_both_taken_in(real_db):
    places = the_places()
    batch = two_bad_rows(places, the_cast(places))
    one = mended(batch, row3={"联系电话": "13800000002"})
    other = mended(batch, row4={"车架号": a_vin(3)})
    failures = at_once(
        lambda: sent(places.dealer, one), lambda: sent(places.dealer, other)
    )
    assert failures == []
    read_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.rows_total, batch.rows_rejected) == ("checked", 3, 0)
    assert UploadBatch.objects.count() == 1
    assert MendedFile.objects.count() == 2


def test_killed_between_taking_in_and_reading_again_it_goes_on(
    places, cast, monkeypatch
):
    batch = two_bad_rows(places, cast)
    with monkeypatch.context() as patch:
        # Its task is lost, and whoever took it in is killed while reading it again.
        patch.setattr(mending, "queue_work", lambda batch: None)
        patch.setattr(receiving, "compare", lambda batch: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sent(places.dealer, mended(batch, row3={"联系电话": "13800000002"}))
    batch.refresh_from_db()
    assert (batch.status, batch.rows.refused().count()) == ("received", 2)
    batch = read_batch(batch.pk)
    assert (batch.status, batch.rows_rejected) == ("checked", 1)
    assert MendedFile.objects.get().rows_mended == 1


def test_two_clerks_match_the_same_columns_at_once(real_db):
    places = the_places()
    cast = the_cast(places)
    batches = [two_bad_rows(places, cast) for _ in range(2)]
    names = {
        "购车人": "buyer", "车架号": "vin", "销售单号": "sale_no",
        "开票日期": "invoiced_on", "联系电话": "phone",
    }  # fmt: skip
    first, second = (
        lambda batch=batch, order=order: match_columns(
            batch, by=cast.clerk, names=dict(sorted(names.items(), reverse=order))
        )
        for batch, order in zip(batches, (False, True), strict=True)
    )
    assert at_once(first, second) == []
    assert ColumnName.objects.count() == len(names)
    assert {read_batch(batch.pk).status for batch in batches} == {"checked"}


def test_a_task_that_comes_twice_finds_it_done(places, cast):
    batch = two_bad_rows(places, cast)
    arrived = receive_file(
        kind="sales",
        organisation=places.dealer,
        by=cast.clerk,
        file=mended(batch, row3={"联系电话": "13800000002"}),
        name="mended.xlsx",
        queue=False,
    )
    assert read_batch(arrived.pk) == batch
    assert read_batch(arrived.pk) == batch
    assert MendedFile.objects.count() == 1
