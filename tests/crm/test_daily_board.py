"""The board of the daily files: who is late, the last 30 days, the shares."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Organisation
from crm.models import DailyFile, Phone, Sale, UploadBatch
from crm.uploads.services import (
    approve_batch,
    open_days,
    report_nil,
    submit_batch,
)
from tests.factories.accounts import OrganisationFactory
from tests.factories.uploads import a_sale, received
from tests.queries import queries_of

BOARD = reverse("crm:daily")
TUESDAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def week(places, cast, time_is):
    """D1 in time on the 6th, nothing on the 9th, missing on the 10th; S1 late, in time,
    missing; seen on the 10th at 20:00."""
    open_days(time_is("2026-03-06 00:01"))
    time_is("2026-03-06 17:00")
    rows = [a_sale(1), a_sale(2), a_sale(3, 联系电话="同上"), a_sale(4)]
    batch = submit_batch(received(places.dealer, rows, by=cast.clerk), by=cast.clerk)
    approve_batch(batch, by=cast.reviewer)
    time_is("2026-03-06 20:00")
    station = received(places.station, by=cast.station_clerk)
    submit_batch(station, by=cast.station_clerk)
    open_days(time_is("2026-03-09 00:01"))
    time_is("2026-03-09 16:00")
    report_nil(places.dealer, date(2026, 3, 9), by=cast.clerk)
    report_nil(places.station, date(2026, 3, 9), by=cast.station_clerk)
    open_days(time_is("2026-03-10 00:01"))
    time_is("2026-03-10 20:00")
    return batch


@pytest.fixture
def board(logged_in):
    def read(user, under=""):
        page = logged_in(user).get(BOARD, {"under": under} if under else {})
        assert page.status_code == 200
        return page

    return read


def rows_of(page):
    return {
        row["organisation"].code if row["organisation"] else "": row
        for row in page.context["rows"]
    }


def share(percent, made_of):
    part = int(made_of.split()[0]) if made_of else 0
    return {"percent": percent, "made_of": made_of, "part": part}


def marks(row, days=5):
    return "".join(cell.mark or "." for cell in row["cells"][-days:])


def test_each_day_of_a_dealer_has_its_mark(week, cast, board):
    rows = rows_of(board(cast.reviewer))
    # Friday, the weekend, Monday, Tuesday.
    assert marks(rows["D1"]) == "●..○✕"
    assert marks(rows["S1"]) == "▲..○✕"
    assert rows["D1"]["cells"][-1].title == "Tue 03-10: Not handed in"
    assert rows["D1"]["summary"] == (
        "The last 30 days: In time 1, Nothing to report 1, Not handed in 1"
    )


def test_a_branch_is_the_sum_of_its_dealers(week, cast, board):
    rows = rows_of(board(cast.reviewer))
    assert marks(rows["B1"]) == "1..●2"
    assert rows["B1"]["today"]["label"] == "0 of 2"
    assert rows["B1"]["in_time"] == share("50%", "3 of 6")
    assert rows["D1"]["in_time"] == share("66.6%", "2 of 3")
    assert "D2" not in rows


def test_headquarters_sees_regions_branches_and_the_whole(week, cast, board):
    rows = rows_of(board(cast.leader))
    assert list(rows) == ["", "R1", "B1", "D1", "S1", "R2", "B2", "D2", "S2"]
    assert rows[""]["in_time"]["made_of"] == "3 of 12"
    assert [rows[code]["depth"] for code in ("R1", "B1", "D1")] == [0, 1, 2]


def test_the_figures_of_today(week, cast, board):
    today = board(cast.reviewer).context["today"]
    assert (today["owed"], today["handed_in"], today["late"], today["nil"]) == (
        2, 0, 2, 0,
    )  # fmt: skip


def test_who_is_late_now_is_told_with_whom_to_ring(week, cast, board):
    Organisation.objects.filter(code="D2").update(phone="0755-1234567")
    late = board(cast.leader).context["late"]
    found = {row["organisation"].code: row for row in late}
    # Most late first: D2 and S2 have owed since the 6th.
    assert [row["organisation"].code for row in late] == ["D2", "S2", "D1", "S1"]
    assert [f"{day:%d}" for day, _ in found["D2"]["days"]] == ["06", "09", "10"]
    assert found["D1"]["over"] == "2 h 30 min"
    assert found["D1"]["clerks"] == [cast.clerk]
    assert "0755-1234567" in board(cast.leader).content.decode()


def test_refused_corrected_and_wrong_numbers_are_shares(week, cast, board):
    UploadBatch.objects.filter(pk=week.pk).update(rows_corrected=1)
    rows = rows_of(board(cast.reviewer))["D1"]
    assert rows["refused"] == share("25%", "1 of 4")
    assert rows["corrected"] == share("33.3%", "1 of 3")
    assert rows["wrong_numbers"] == share("0%", "0 of 3")
    customer = Sale.objects.order_by("pk")[0].customer
    Phone.objects.filter(customer=customer).update(is_wrong=True)
    Phone.objects.create(customer=customer, number="+8613900000000", is_wrong=True)
    rows = rows_of(board(cast.reviewer))
    assert rows["D1"]["wrong_numbers"] == share("33.3%", "1 of 3")
    assert rows["S1"]["wrong_numbers"] == share("–", "")


def test_a_clerk_sees_only_their_own_line(week, cast, board):
    page = board(cast.clerk)
    assert list(rows_of(page)) == ["D1"]
    assert [row["organisation"].code for row in page.context["late"]] == ["D1"]


def test_one_part_of_the_tree_can_be_opened(week, cast, board):
    page = board(cast.leader, "B1")
    assert list(rows_of(page)) == ["B1", "D1", "S1"]
    assert [place.code for place in page.context["above"]] == ["R1"]
    days = board(cast.leader, "D1").context["days"]
    assert [f"{row['daily'].day:%d}" for row in days] == ["10", "09", "06"]


@pytest.mark.parametrize("code", ["B2", "D2", "HQ", "NONE", "'\x00"])
def test_what_is_not_theirs_cannot_be_opened(week, cast, logged_in, code):
    page = logged_in(cast.reviewer).get(BOARD, {"under": code})
    assert page.status_code == (404 if code.strip("\x00") else 200)


def test_many_dealers_are_behind_their_branches(week, cast, board, places):
    OrganisationFactory.create_batch(60, parent=places.branch)
    rows = rows_of(board(cast.leader))
    assert list(rows) == ["", "R1", "B1", "R2", "B2"]
    assert rows["B1"]["in_time"] == share("50%", "3 of 6")
    assert marks(rows["B1"]) == "1..●2"
    assert "Open a branch" in board(cast.leader).content.decode()
    assert len(rows_of(board(cast.leader, "B1"))) == 63


def test_who_has_closed_is_not_on_the_board(week, cast, board):
    Organisation.objects.filter(code="S1").update(is_active=False)
    assert list(rows_of(board(cast.reviewer))) == ["B1", "D1"]


def test_before_anything_is_owed_the_board_says_so(cast, board, time_is):
    time_is("2026-03-14 10:00")
    page = board(cast.reviewer)
    assert "no file is owed today" in page.content.decode()
    assert "Nobody is late." in page.content.decode()


def test_the_board_as_a_file(week, cast, logged_in, places):
    Organisation.objects.filter(code="D1").update(name="=HYPERLINK(1)")
    answer = logged_in(cast.reviewer).get(reverse("crm:daily_csv"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, first, _second = csv.reader(io.StringIO(text))
    line = dict(zip(header, first, strict=True))
    assert line["Dealer or station"] == "'=HYPERLINK(1)"
    assert (line["Region"], line["Branch"]) == ("Organisation R1", "Organisation B1")
    assert (line["In time"], line["Days due"]) == ("2", "3")
    assert line["2026-03-09"] == "Nothing to report"
    assert line["2026-03-08"] == "Not owed"


def test_ten_dealers_take_the_queries_of_one(week, cast, logged_in, places, time_is):
    client = logged_in(cast.leader)
    few = queries_of(client, BOARD)
    OrganisationFactory.create_batch(10)
    for number in range(1, 4):
        open_days(time_is(f"2026-03-1{number} 00:01"))
    time_is("2026-03-13 20:00")
    client = logged_in(cast.leader)
    assert queries_of(client, BOARD) == few
    assert len(rows_of(client.get(BOARD))) == 19
    daily = DailyFile.objects.filter(day=TUESDAY + timedelta(days=1))
    assert daily.count() == 14
