"""Refused rows that come back mended take their place in the batch."""

import io
from datetime import datetime, time

import pytest

from accounts.models import Notification
from crm.models import MendedFile, Sale, UploadBatch
from crm.uploads.problems import FileError
from crm.uploads.services import (
    approve_batch,
    cancel_batch,
    mending,
    post_batch,
    return_batch,
    submit_batch,
)
from tests.factories.mending import mended, saved, sent, workbook_of
from tests.factories.uploads import a_sale, a_vin, received, today

GOOD = {"联系电话": "13800000002"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def batch(places, cast):
    """Good rows in lines 2 and 5; in 3 the telephone is wrong, in 4 the VIN lacks."""
    rows = [a_sale(1), a_sale(2, 联系电话="同上"), a_sale(3, 车架号=""), a_sale(4)]
    return received(places.dealer, rows, by=cast.clerk)


def errors(batch):
    return {row.number: [e["code"] for e in row.errors] for row in batch.rows.all()}


def test_a_mended_row_takes_its_place_and_the_batch_is_checked_anew(batch, places):
    same = sent(places.dealer, mended(batch, row3=GOOD))
    assert same == batch
    assert (same.status, same.rows_total) == ("checked", 4)
    assert errors(same) == {2: [], 3: [], 4: ["missing"], 5: []}
    assert same.mended_files.get().rows_mended == 1
    assert UploadBatch.objects.count() == 1


def test_what_is_mended_twice_is_counted_each_time(batch, places):
    sent(places.dealer, mended(batch, row3=GOOD))
    same = sent(places.dealer, mended(batch, row4={"车架号": a_vin(3)}))
    assert same.rows_rejected == 0
    assert [file.rows_mended for file in same.mended_files.all()] == [1, 1]


def test_an_old_workbook_does_not_undo_what_was_mended_since(batch, places):
    old = mended(batch, row4={"车架号": a_vin(3)})
    sent(places.dealer, mended(batch, row3=GOOD))
    assert sent(places.dealer, old).rows_rejected == 0


def test_the_same_workbook_twice_changes_nothing(batch, places, cast):
    content = mended(batch, row3=GOOD)
    sent(places.dealer, content)
    submit_batch(batch, by=cast.clerk)
    content.seek(0)
    same = sent(places.dealer, content)
    assert (same.pk, same.status, same.rows_rejected) == (batch.pk, "submitted", 1)
    assert UploadBatch.objects.count() == 1


def test_a_workbook_nobody_mended_changes_nothing(batch, places, cast):
    submit_batch(batch, by=cast.clerk)
    same = sent(places.dealer, mended(batch))
    assert (same.status, same.rows_rejected) == ("submitted", 2)


def test_the_workbook_as_it_was_sent_out_undoes_no_review(batch, places, cast):
    """Sent again by mistake, after a mended copy was taken in."""
    untouched = mended(batch)
    sent(places.dealer, mended(batch, row3=GOOD))
    submit_batch(batch, by=cast.clerk)
    handed_in_at = UploadBatch.objects.get().submitted_at
    same = sent(places.dealer, untouched)
    assert (same.status, same.rows_rejected) == ("submitted", 1)
    assert same.submitted_at == handed_in_at
    assert [file.rows_mended for file in same.mended_files.all()] == [1, 0]


def test_two_rows_of_one_car_are_still_found_out(batch, places):
    same = sent(places.dealer, mended(batch, row4={"车架号": a_vin(4)}))
    assert errors(same)[5] == ["duplicate_vin"]


def test_rows_without_a_number_are_added_and_deleted_ones_stay_refused(batch, places):
    book = workbook_of(batch)
    sheet = book.active
    sheet.delete_rows(2)
    for n, number in ((7, None), (8, 99)):
        values = list(a_sale(n).values())
        for at, value in enumerate(values, 1):
            sheet.cell(n, at).value = value
        sheet.cell(n, len(values) + 2).value = number
    same = sent(places.dealer, saved(book))
    assert errors(same) == {
        2: [], 3: ["phone_malformed"], 4: ["missing"], 5: [], 6: [], 7: [],
    }  # fmt: skip
    again = mended(same, row3=GOOD)
    assert sent(places.dealer, again).rows_rejected == 1


def test_mended_while_it_is_reviewed_it_is_handed_in_again(batch, places, cast):
    submit_batch(batch, by=cast.clerk)
    Notification.objects.all().delete()
    same = sent(places.dealer, mended(batch, row3=GOOD))
    assert (same.pk, same.status, same.rows_accepted) == (batch.pk, "submitted", 3)
    told = Notification.objects.filter(entry__action="upload.submitted")
    assert {row.to for row in told} == {cast.clerk, cast.reviewer}


def test_mended_after_it_was_returned_it_waits_to_be_handed_in(batch, places, cast):
    submit_batch(batch, by=cast.clerk)
    sent(places.dealer, mended(batch, row4={"车架号": a_vin(3)}))
    return_batch(batch, by=cast.reviewer, reason="昨天的文件")
    same = sent(places.dealer, mended(batch, row3=GOOD))
    assert (same.pk, same.status, same.rows_accepted) == (batch.pk, "checked", 4)
    assert submit_batch(same, by=cast.clerk).status == "submitted"


def test_after_the_approval_the_mended_rows_go_their_own_way(batch, places, cast):
    UploadBatch.objects.filter(pk=batch.pk).update(day="2026-01-05")
    submit_batch(batch, by=cast.clerk)
    approve_batch(batch, by=cast.reviewer)
    post_batch(batch.pk)
    assert Sale.objects.count() == 2
    rest = sent(places.dealer, mended(batch, row3=GOOD))
    assert (rest.rest_of, str(rest.day)) == (batch, "2026-01-05")
    assert (rest.status, rest.rows_total, rest.rows_accepted) == ("checked", 2, 1)
    assert rest.columns == batch.columns
    submit_batch(rest, by=cast.clerk)
    approve_batch(rest, by=cast.reviewer)
    post_batch(rest.pk)
    assert Sale.objects.count() == 3
    assert sent(places.dealer, mended(rest, row3={"车架号": a_vin(3)})).rest_of == rest


def test_of_a_cancelled_file_they_are_a_file_of_their_own(batch, places, cast):
    content = mended(batch, row3=GOOD)
    cancel_batch(batch, by=cast.clerk)
    rest = sent(places.dealer, content)
    assert (rest.rest_of, rest.status, rest.rows_total) == (batch, "checked", 2)


def test_rows_of_somebody_else_are_refused(batch, places):
    content = mended(batch, row3=GOOD)
    refused = sent(places.other_dealer, content)
    assert refused.status == "refused"
    said = str(FileError.from_json(refused.refusal))
    assert f"the refused rows of upload {batch.pk}" in said
    assert not MendedFile.objects.exists()


def test_what_the_branch_returned_stays_until_it_is_mended(batch, places, cast):
    returned = {"code": "returned", "column": "", "value": "不是本店的车"}
    batch.rows.filter(number__in=[2, 5]).update(errors=[returned])
    same = sent(places.dealer, mended(batch, row3=GOOD, row5={"购车人": "王五"}))
    assert errors(same) == {2: ["returned"], 3: [], 4: ["missing"], 5: []}


def test_a_returned_row_no_longer_stands_in_the_way_of_its_double(places, cast):
    rows = [a_sale(1), a_sale(2, 车架号=a_vin(1)), a_sale(3, 联系电话="x")]
    batch = received(places.dealer, rows, by=cast.clerk)
    returned = {"code": "returned", "column": "", "value": "重复"}
    batch.rows.filter(number=2).update(errors=[returned])
    same = sent(places.dealer, mended(batch, row4={"联系电话": "13800000003"}))
    assert errors(same) == {2: ["returned"], 3: [], 4: []}


def test_a_mended_file_that_cannot_be_read_harms_nothing(batch, places):
    broken = mended(batch, row3=GOOD).getvalue()[:-200]
    refused = sent(places.dealer, io.BytesIO(broken))
    assert (refused.status, refused.pk != batch.pk) == ("refused", True)
    batch.refresh_from_db()
    assert (batch.status, batch.rows_rejected) == ("checked", 2)


def test_a_batch_that_cannot_be_read_again_keeps_what_it_had(batch, places):
    content = mended(batch, row3=GOOD)
    with batch.file.storage.open(batch.file.name, "wb") as file:
        file.write(b"%PDF")
    same = sent(places.dealer, content)
    assert (same.status, same.rows_total, same.rows_rejected) == ("checked", 4, 2)


def test_what_comes_back_for_one_file_has_a_limit(batch, places, cast, monkeypatch):
    monkeypatch.setattr(mending, "MOST_ROWS", 3)
    old = mended(batch, row3=GOOD, row4={"车架号": a_vin(3)})
    assert sent(places.dealer, mended(batch, row3=GOOD)).rows_rejected == 1
    refused = sent(places.dealer, old)
    said = str(FileError.from_json(refused.refusal))
    assert said.startswith("More than 3 mended rows would have come back for upload")
    batch.refresh_from_db()
    assert (batch.status, batch.rows_rejected) == ("checked", 1)
    # With the row alone that is mended now there is room.
    assert sent(places.dealer, mended(batch, row4={"车架号": a_vin(3)})).rows_total == 4


def test_a_day_that_was_read_as_a_date_is_the_same_day(batch, places):
    """The clerk's program may have made a date of the text."""
    day = datetime.combine(today(), time())
    same = sent(places.dealer, mended(batch, row3={**GOOD, "开票日期": day}))
    assert errors(same)[3] == []
