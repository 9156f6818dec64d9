"""The main job, played by six people in a real browser against the running product."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.loop_file import sales_of_three_days_ago

# Where the README's pictures come from: `make screenshots` sets it.
PICTURES = Path(os.environ.get("SCREENSHOTS", ROOT / "var" / "screenshots"))

ROUND_THE_CLOCK = """
from standards.models import WorkCalendar, WorkSpan
calling = WorkCalendar.objects.get(code="calling")
calling.spans.all().delete()
calling.days.all().delete()
WorkSpan.objects.bulk_create(
    WorkSpan(calendar=calling, weekday=day, starts="00:00", ends="00:00")
    for day in range(7)
)
"""


def photograph(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def tick_all_steps(page: Page) -> None:
    for box in page.locator("input[type=checkbox][name=steps]").all():
        box.check()


def answer(page: Page, **answers: str) -> None:
    for code, value in answers.items():
        page.locator(f"input[name=answer_{code}][value='{value}']").check()


@pytest.fixture
def round_the_clock(product):
    """The test may run at night, when customers are not rung."""
    product.manage("shell", "-c", ROUND_THE_CLOCK)


def test_from_a_dealers_file_to_a_closed_case_on_the_board(
    product, log_in, tmp_path, round_the_clock
):
    file = tmp_path / "sales.csv"
    file.write_bytes(sales_of_three_days_ago())

    # The dealer's clerk hands in the day's file; one of its two rows cannot be used.
    clerk = log_in("dealer")
    clerk.get_by_role("link", name="Hand in a file").first.click()
    clerk.set_input_files("input[type=file]", file)
    clerk.get_by_role("button", name="Read and check it").click()
    expect(clerk.locator("body")).to_contain_text("this is not a telephone number")
    photograph(clerk, "upload")
    clerk.get_by_role("button", name="Hand in for review").click()
    expect(clerk.locator("body")).to_contain_text("Waiting for review")
    batch = clerk.url

    # The branch approves; the worker posts.
    reviewer = log_in("reviewer")
    reviewer.goto(batch)
    photograph(reviewer, "review")
    reviewer.get_by_role("button", name="Approve").click()
    for _ in range(60):
        if reviewer.locator(".facts .badge", has_text="Posted").count():
            break
        reviewer.wait_for_timeout(500)
        reviewer.goto(batch)
    else:
        pytest.fail("the worker did not post the file within 30 seconds")
    product.manage("plan_followups")

    # An agent makes the welcome call; the buyer is not content.
    agent = log_in("agent")
    agent.get_by_role("button", name="Take the next call").click()
    expect(agent.locator("body")).to_contain_text("吴小莉")
    tick_all_steps(agent)
    answer(agent, in_use="yes", explained="no", papers="yes", trouble="yes")
    answer(agent, satisfaction="2")
    agent.fill("[name=note]", "Only one key was handed over.")
    photograph(agent, "call")
    agent.get_by_role("button", name="Spoken with, done").click()
    agent.get_by_role("link", name="Open a complaint with these facts").click()
    agent.fill("[name=subject]", "One key instead of two")
    agent.get_by_role("button", name="Open the case").click()
    agent.get_by_role("button", name="I have spoken with the customer").click()
    quality = agent.locator("[name=to] option", has_text="质量部")
    agent.select_option("[name=to]", quality.get_attribute("value"))
    agent.get_by_role("button", name="Hand over").click()
    case = agent.url
    number = re.search(r"C\d{8}-\d{4}", agent.inner_text("h1")).group()

    # The department accepts and answers against its clock.
    handler = log_in("quality")
    handler.get_by_role("link", name=number).first.click()
    handler.get_by_role("button", name="Accept").click()
    handler.fill("[name=answer]", "The second key was sent by courier today.")
    photograph(handler, "department")
    handler.get_by_role("button", name="Answer").click()
    expect(handler.locator("body")).to_contain_text("Answered")

    # The same agent asks the customer whether it is settled: it is, the case closes.
    agent.goto("/")
    agent.get_by_role("button", name="Take the next call").click()
    expect(agent.locator("body")).to_contain_text(number)
    tick_all_steps(agent)
    answer(agent, settled="yes", speed="5", fairness="5")
    agent.get_by_role("button", name="Spoken with, done").click()
    agent.goto(case)
    expect(agent.locator("body")).to_contain_text("Closed")
    photograph(agent, "case")

    # The team leader sees each step on the boards.
    leader = log_in("leader")
    leader.goto("/boards/complaint/")
    expect(leader.get_by_text("Accepted by the department").first).to_be_visible()
    photograph(leader, "board")
    leader.goto("/boards/")
    for name in ["Complaint", "Post-purchase follow-up", "Resolution follow-up"]:
        row = leader.locator("tbody tr", has_text=name)
        expect(row.locator("td[data-label='Done today']")).not_to_have_text("0")
