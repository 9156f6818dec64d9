"""A file under names nobody knows, with wrong rows, until the board turns green."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mended_file import MEANING, mend, sales_under_other_names
from tests.browser.test_loop import photograph

# The test may run on a Sunday, or at night.
OWED_TODAY = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Organisation
from crm.models import DailyFile
DailyFile.objects.update_or_create(
    organisation=Organisation.objects.get(code="GZ01"),
    day=timezone.localdate(),
    defaults={"due_at": timezone.now() + timedelta(hours=8)},
)
"""


def row_of_the_dealer(page: Page):
    page.goto("/uploads/daily/?under=GZ01")
    return page.locator("table.board tbody tr").last.locator("td[data-label='Today']")


def hand_in(page: Page, path) -> None:
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Read and check it").click()


def test_mapped_mended_approved_and_the_board_turns_green(product, log_in, tmp_path):
    product.manage("shell", "-c", OWED_TODAY)
    reviewer = log_in("reviewer")
    expect(row_of_the_dealer(reviewer)).to_have_text("Not yet handed in")

    # The clerk says once what the columns are.
    file = tmp_path / "export.xlsx"
    file.write_bytes(sales_under_other_names())
    clerk = log_in("dealer")
    clerk.goto("/uploads/new/")
    hand_in(clerk, file)
    clerk.wait_for_url("**/columns/")
    expect(clerk.locator("body")).to_contain_text("LYJA7B3E3TA000013")
    for header, meaning in MEANING.items():
        clerk.get_by_label(header, exact=True).select_option(label=meaning)
    expect(clerk.locator("#still-needed")).not_to_contain_text("still lacking")
    photograph(clerk, "columns")
    clerk.get_by_role("button", name="Keep this and read the file").click()

    # Two of four rows are refused: they come in a workbook, and go back mended.
    body = clerk.locator("body")
    expect(body).to_contain_text("this is not a telephone number")
    expect(body).to_contain_text("the VIN does not have 17 characters")
    batch = clerk.url
    with clerk.expect_download() as download:
        clerk.get_by_role("link", name="Download the refused rows").click()
    workbook = tmp_path / download.value.suggested_filename
    download.value.save_as(workbook)
    mend(workbook)
    clerk.get_by_role("link", name="Upload the mended rows").click()
    hand_in(clerk, workbook)
    clerk.wait_for_url(batch)
    expect(body).to_contain_text("2 rows mended, 0 still refused.")
    photograph(clerk, "mended")
    clerk.get_by_role("button", name="Hand in for review").click()
    expect(body).to_contain_text("Waiting for review")

    # The branch approves; the worker posts all four.
    reviewer.goto(batch)
    reviewer.get_by_role("button", name="Approve").first.click()
    for _ in range(60):
        if reviewer.locator(".facts .badge", has_text="Posted").count():
            break
        reviewer.wait_for_timeout(500)
        reviewer.goto(batch)
    else:
        pytest.fail("the worker did not post the file within 30 seconds")
    today = row_of_the_dealer(reviewer)
    expect(today.locator(".badge.good")).to_have_text("In time")
    photograph(reviewer, "daily")

    # The same names are known from now on.
    clerk.goto("/uploads/new/")
    hand_in(clerk, file)
    expect(body).to_contain_text("this is not a telephone number")
