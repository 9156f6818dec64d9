"""The branch looks at what waits: approves, sends rows or files back, in bulk."""

import threading
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.urls import reverse

from accounts.models import LogEntry, Notification
from crm.models import Sale, UploadBatch
from crm.uploads.row_numbers import read_numbers
from crm.uploads.services import approve_batch, return_rows, submit_batch
from tests.cast import the_cast, the_places
from tests.factories.uploads import a_sale, received
from tests.queries import queries_of


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def handed_in(organisation, by, *numbers: int) -> UploadBatch:
    rows = [a_sale(n) for n in numbers or (1, 2, 3)]
    return submit_batch(received(organisation, rows, by=by), by=by)


def told(user) -> list[str]:
    rows = Notification.objects.filter(to=user).order_by("pk")
    return [row.entry.action for row in rows.select_related("entry")]


def test_rows_go_back_with_a_reason_and_the_rest_goes_on(places, cast, logged_in):
    batch = handed_in(places.dealer, cast.clerk)
    reviewer, clerk = logged_in(cast.reviewer), logged_in(cast.clerk)
    back = reverse("crm:batch_return", args=[batch.pk])
    reviewer.post(back, {"rows": "3", "reason": "不是我们的客户"})
    batch.refresh_from_db()
    assert (batch.status, batch.rows_accepted, batch.rows_rejected) == (
        "submitted",
        2,
        1,
    )
    assert batch.preview["records"]["new"] == 2
    assert told(cast.clerk) == ["upload.rows_returned"]
    errors = clerk.get(reverse("crm:batch_errors", args=[batch.pk])).getvalue()
    assert "不是我们的客户" in text_of(errors)
    reviewer.post(reverse("crm:batch_approve", args=[batch.pk]))
    assert sorted(Sale.objects.values_list("sale_no", flat=True)) == [
        "XS0000001",
        "XS0000003",
    ]


def text_of(workbook: bytes) -> str:
    sheet = openpyxl.load_workbook(BytesIO(workbook)).worksheets[0]
    return " ".join(str(cell) for row in sheet.values for cell in row)


def test_rows_are_ticked_in_their_list(places, cast, logged_in):
    batch = handed_in(places.dealer, cast.clerk)
    reviewer = logged_in(cast.reviewer)
    page = reviewer.get(reverse("crm:batch_rows", args=[batch.pk])).content.decode()
    assert page.count('name="row"') == 3
    back = reverse("crm:return_rows", args=[batch.pk])
    reviewer.post(back, {"row": ["2", "4"], "reason": "重复"})
    refused = batch.rows.refused().values_list("number", flat=True)
    assert list(refused) == [2, 4]
    nothing = reviewer.post(back, {"reason": "x"}, follow=True).content.decode()
    assert "Say which rows go back" in nothing
    gone = reviewer.post(back, {"row": ["2"], "reason": "x"}, follow=True)
    assert "Not among the accepted rows of this file: 2" in gone.content.decode()


def test_when_no_row_is_left_the_file_goes_back(places, cast):
    batch = handed_in(places.dealer, cast.clerk)
    after = return_rows(batch, by=cast.reviewer, numbers={2, 3, 4}, reason="测试数据")
    assert (after.status, after.return_reason) == ("returned", "测试数据")
    assert not after.rows.refused().exists()


def test_a_form_that_is_not_taken_keeps_what_was_typed(places, cast, logged_in):
    batch = handed_in(places.dealer, cast.clerk)
    back = reverse("crm:batch_return", args=[batch.pk])
    for rows, told_of in (("3 to x", "to"), ("99", "99")):
        answer = logged_in(cast.reviewer).post(back, {"rows": rows, "reason": "看不清"})
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "看不清" in page
        assert told_of in page
    batch.refresh_from_db()
    assert batch.status == "submitted"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", set()),
        ("3", {3}),
        ("3, 5-7", {3, 5, 6, 7}),
        ("3\uff0c5 \uff0d 7、9", {3, 5, 6, 7, 9}),
        ("5至6;8", {5, 6, 8}),
    ],
)
def test_rows_are_named_as_people_name_them(text, numbers):
    assert read_numbers(text) == numbers


@pytest.mark.parametrize("text", ["x", "7-5", "1-999999999", "-", "3-", "1.5"])
def test_what_names_no_rows_is_refused(text):
    with pytest.raises(ValidationError):
        read_numbers(text)


def test_the_branch_sees_first_what_waits_for_it(places, cast, logged_in):
    received(places.dealer, [a_sale(9)], by=cast.clerk)
    first = handed_in(places.dealer, cast.clerk, 1)
    second = handed_in(places.dealer, cast.clerk, 2)
    handed_in(places.other_dealer, cast.outsider, 3)
    url = reverse("crm:uploads")
    page = logged_in(cast.reviewer).get(url)
    assert list(page.context["page"]) == [first, second]
    everything = logged_in(cast.reviewer).get(url, {"tab": "all"}).context["page"]
    assert everything.paginator.count == 3
    assert "Waiting for you" not in logged_in(cast.clerk).get(url).content.decode()


def test_several_are_approved_and_those_that_cannot_be_are_named(
    places, cast, logged_in
):
    good = [handed_in(places.dealer, cast.clerk, n) for n in (1, 2)]
    early = received(places.dealer, [a_sale(3)], by=cast.clerk)
    foreign = handed_in(places.other_dealer, cast.outsider, 4)
    ticked = [*good, early, foreign]
    answer = logged_in(cast.reviewer).post(
        reverse("crm:approve_many"), {"batch": [b.pk for b in ticked]}, follow=True
    )
    page = answer.content.decode()
    assert "2 files are approved" in page
    assert f"Upload {early.pk} is already at" in page
    statuses = {b.pk: b.status for b in UploadBatch.objects.all()}
    assert [statuses[b.pk] for b in ticked] == [
        "posted",
        "posted",
        "checked",
        "submitted",
    ]
    assert told(cast.clerk).count("upload.approved") == 2
    empty = logged_in(cast.reviewer).post(reverse("crm:approve_many"), follow=True)
    assert "Tick the files" in empty.content.decode()


def test_a_file_mended_after_it_was_opened_is_not_approved_unseen(
    places, cast, logged_in
):
    batch = handed_in(places.dealer, cast.clerk)
    reviewer = logged_in(cast.reviewer)
    seen = batch.submitted_at.isoformat()
    UploadBatch.objects.filter(pk=batch.pk).update(status="checked")
    batch = submit_batch(batch, by=cast.clerk)
    approve = reverse("crm:batch_approve", args=[batch.pk])
    page = reviewer.post(approve, {"seen": seen}, follow=True).content.decode()
    assert "handed in anew after you opened it" in page
    many = {"batch": [batch.pk], f"seen-{batch.pk}": seen}
    page = reviewer.post(reverse("crm:approve_many"), many, follow=True)
    assert "handed in anew after you opened it" in page.content.decode()
    back = {"seen": seen, "reason": "x", "row": "2", "rows": "2"}
    for name in ("batch_return", "return_rows"):
        reviewer.post(reverse(f"crm:{name}", args=[batch.pk]), back)
    batch.refresh_from_db()
    assert (batch.status, batch.rows_rejected) == ("submitted", 0)
    reviewer.post(approve, {"seen": batch.submitted_at.isoformat()})
    batch.refresh_from_db()
    assert batch.status == "posted"


def test_what_waits_takes_the_same_queries_for_one_and_ten(places, cast, logged_in):
    client = logged_in(cast.reviewer)
    counts = []
    for numbers in (range(1, 2), range(2, 11)):
        for n in numbers:
            handed_in(places.dealer, cast.clerk, n)
        counts.append(queries_of(client, reverse("crm:uploads")))
    assert counts[0] == counts[1]


def test_two_reviewers_at_once_decide_once(real_db):
    places = the_places()
    cast = the_cast(places)
    batch = handed_in(places.dealer, cast.clerk)
    start = threading.Barrier(4)
    outcomes = []

    def decide(step):
        start.wait()
        try:
            step()
            outcomes.append("done")
        except ValidationError:
            outcomes.append("too late")
        finally:
            connections.close_all()

    def back():
        return_rows(batch, by=cast.regional, numbers={2, 3, 4}, reason="x")

    def approve():
        approve_batch(batch, by=cast.reviewer)

    steps = (approve, back, approve, back)
    threads = [threading.Thread(target=decide, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "too late", "too late", "too late"]
    decided = LogEntry.objects.about(batch).filter(
        action__in=["upload.approved", "upload.returned"]
    )
    assert decided.count() == 1
    batch.refresh_from_db()
    assert batch.status in {"posted", "returned"}
