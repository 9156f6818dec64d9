"""The pages agents work with."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.services import open_case
from followups.hours import Part
from followups.models import Plan, Task
from followups.services import run_planning
from standards.models import ProcedureStep
from tests.factories.followups import SoldFactory, TaskFactory, in_hand

Status = Task.Status


@pytest.fixture
def open_hours(monkeypatch):
    """Tests run at night too."""
    monkeypatch.setattr("followups.querysets.may_ring", lambda at: True)


def url(name: str, task: Task) -> str:
    return reverse(f"followups:{name}", args=[task.pk])


def good_call(task: Task, **changes) -> dict:
    steps = ProcedureStep.objects.filter(
        procedure__type=task.plan.type, procedure__is_current=True
    )
    return {
        "number": task.attempts_made + 1,
        "outcome": "connected",
        "steps": [step.pk for step in steps],
        "answer_explained": "yes",
        "answer_papers": "yes",
        "answer_trouble": "no",
        "answer_satisfaction": "5",
        "note": "Happy.",
    } | changes


def test_an_agent_takes_calls_and_records(cast, logged_in, open_hours):
    task = TaskFactory()
    client = logged_in(cast.agent)
    answer = client.post(reverse("followups:take"))
    assert answer.url == url("task", task)
    page = client.get(answer.url).content.decode()
    assert task.customer.name in page
    assert task.customer.phones.get().number in page  # tel: link
    assert "satisfied" in page
    answer = client.post(url("attempt", task), good_call(task), follow=True)
    task.refresh_from_db()
    assert task.status == Status.COMPLETED
    assert reverse("followups:take") in answer.content.decode()


def test_nothing_to_call_is_said(cast, logged_in):
    answer = logged_in(cast.agent).post(reverse("followups:take"), follow=True)
    assert "Nothing to call" in answer.content.decode()


def test_a_low_answer_offers_a_complaint_with_the_facts(cast, logged_in):
    task = in_hand(cast.agent)
    client = logged_in(cast.agent)
    low = good_call(task, answer_satisfaction="1")
    page = client.post(url("attempt", task), low, follow=True)
    link = page.context["complaint_url"]
    interaction = task.attempts.get().interaction
    assert link.startswith(reverse("complaints:open"))
    for part in (
        f"customer={task.customer_id}", f"vehicle={task.vehicle_id}",
        f"task={task.pk}", f"interaction={interaction.pk}", "subject=", "description=",
    ):  # fmt: skip
        assert part in link
    assert "Open a complaint" in page.content.decode()
    assert "Happy." in link.replace("+", " ")
    form = client.get(link)
    assert form.status_code == 200
    facts = form.content.decode()
    assert "Happy." in facts
    assert str(task.plan) in facts


def test_what_is_missing_is_said_and_what_was_typed_stays(cast, logged_in):
    task = in_hand(cast.agent)
    short = good_call(task, steps=[], note="Typed once")
    page = logged_in(cast.agent).post(url("attempt", task), short)
    text = page.content.decode()
    assert "Tick the steps" in text
    assert "Typed once" in text
    assert Task.objects.get().status == Status.ASSIGNED


def test_a_second_click_says_so_and_records_once(cast, logged_in):
    task = in_hand(cast.agent)
    client = logged_in(cast.agent)
    call = good_call(task)
    client.post(url("attempt", task), call)
    page = client.post(url("attempt", task), call, follow=True)
    assert "recorded already" in page.content.decode()
    assert task.attempts.count() == 1


def test_a_colleague_sees_the_task_with_a_masked_number_and_may_not_record(
    cast, logged_in
):
    task = in_hand(cast.agent)
    client = logged_in(cast.colleague)
    page = client.get(url("task", task)).content.decode()
    assert task.customer.phones.get().number not in page
    assert "****" in page
    assert 'name="outcome"' not in page
    answer = client.post(url("attempt", task), good_call(task, note="Keep me"))
    assert answer.status_code == 403
    assert "Keep me" in answer.content.decode()
    assert client.post(url("release", task)).status_code == 403
    assert Task.objects.get().status == Status.ASSIGNED


def long_talk(cast, logged_in) -> Task:
    """Alice took the call, and while she spoke it went back to the others."""
    task = TaskFactory()
    logged_in(cast.agent).post(reverse("followups:take"))
    taken = timezone.now() - timedelta(minutes=31)
    Task.objects.filter(pk=task.pk).update(assigned_at=taken)
    run_planning(timezone.localdate())
    task.refresh_from_db()
    assert (task.status, task.assigned_to) == (Status.PLANNED, None)
    return task


def test_a_talk_longer_than_the_task_is_held_is_recorded(cast, logged_in, open_hours):
    task = long_talk(cast, logged_in)
    client = logged_in(cast.agent)
    short = client.post(url("attempt", task), good_call(task, steps=[]))
    assert "Happy.</textarea>" in short.content.decode()
    client.post(url("attempt", task), good_call(task))
    task.refresh_from_db()
    assert (task.status, task.assigned_to) == (Status.COMPLETED, cast.agent)
    assert task.attempts.get().interaction.summary == "Happy."


def test_what_was_typed_is_shown_when_another_has_the_task_by_now(
    cast, logged_in, open_hours
):
    task = long_talk(cast, logged_in)
    colleague = logged_in(cast.colleague)
    colleague.post(reverse("followups:take"))
    typed = good_call(task, answer_satisfaction="4", note="Keep me")
    for ending in ({}, {"outcome": "no_answer"}):
        if ending:
            colleague.post(url("attempt", task), good_call(task) | ending)
        page = logged_in(cast.agent).post(url("attempt", task), typed)
        assert page.status_code == 403
        assert "Keep me" in page.content.decode()
        assert "4" in dict(page.context["answers"]).values()
    assert task.attempts.get().by == cast.colleague


def test_a_task_a_leader_took_back_is_no_longer_the_agents(cast, logged_in, open_hours):
    task = TaskFactory()
    client = logged_in(cast.agent)
    client.post(reverse("followups:take"))
    logged_in(cast.leader).post(url("release", task))
    answer = client.post(url("attempt", task), good_call(task))
    assert answer.status_code == 403
    assert not task.attempts.exists()


def test_an_agent_lists_the_own_tasks_a_leader_the_teams(cast, logged_in):
    mine, other = in_hand(cast.agent), in_hand(cast.colleague)
    waiting = TaskFactory()
    list_url = reverse("followups:tasks")

    def seen(user, query=""):
        return set(logged_in(user).get(list_url + query).context["page"])

    assert seen(cast.agent) == {mine}
    assert seen(cast.leader) == {mine, other, waiting}
    assert seen(cast.leader, "?whose=mine") == set()
    assert seen(cast.leader, "?plan=sale_7") == set()
    assert seen(cast.leader, "?status=assigned") == {mine, other}
    assert seen(cast.leader, "?status=nonsense") == {mine, other, waiting}


def test_the_pages_count_only_what_can_be_taken_now(cast, logged_in, open_hours):
    now = timezone.now()
    TaskFactory()
    TaskFactory(parts_tried=[Part.of(now).code])
    kept = {"promised_at": now, "assigned_to": cast.colleague}
    TaskFactory(not_before=now, due_at=now + timedelta(hours=1), **kept)
    TaskFactory().customer.phones.update(is_wrong=True)
    for agent, number in ((cast.agent, 1), (cast.colleague, 2)):
        client = logged_in(agent)
        assert client.get(reverse("followups:tasks")).context["ready"] == number
        assert client.get(reverse("desk:mine")).context["waiting"] == number


def test_outside_the_calling_hours_no_survey_is_counted(cast, logged_in, monkeypatch):
    monkeypatch.setattr("followups.querysets.may_ring", lambda at: False)
    TaskFactory()
    client = logged_in(cast.agent)
    assert client.get(reverse("followups:tasks")).context["ready"] == 0
    assert client.get(reverse("desk:mine")).context["waiting"] == 0


def test_the_choices_carry_their_numbers(cast, logged_in):
    TaskFactory.create_batch(2)
    TaskFactory(status=Status.COMPLETED, ended_at=timezone.now())
    page = logged_in(cast.leader).get(reverse("followups:tasks"))
    states = {t["value"]: t["count"] for t in page.context["tabs"]["states"]}
    plans = {t["value"]: t["count"] for t in page.context["tabs"]["plans"]}
    assert (states["open"], states["completed"]) == (2, 1)
    assert (plans["sale_3"], plans["sale_7"]) == (2, 0)


def queries_of(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_list_asks_as_much_for_ten_as_for_one(places, cast, logged_in):
    client = logged_in(cast.leader)
    address = reverse("followups:tasks")
    TaskFactory(sale__dealer=places.dealer)
    one = queries_of(client, address)
    for _ in range(9):
        TaskFactory(sale__dealer=places.dealer)
    assert queries_of(client, address) == one


def test_the_call_page_asks_as_much_for_ten_of_each_as_for_one(places, cast, logged_in):
    task = in_hand(cast.agent)
    client = logged_in(cast.agent)

    def add(number: int) -> None:
        for n in range(number):
            sale = SoldFactory(customer=task.customer, dealer=places.dealer)
            TaskFactory(sale=sale, plan=Plan.objects.get(code="sale_7"))
            task.customer.phones.create(number=f"+861590000{sale.pk:04}")
            open_case(
                by=cast.colleague, customer=task.customer, subject=f"Case {n}",
                description="Facts.",
            )  # fmt: skip

    add(1)
    one = queries_of(client, url("task", task))
    add(9)
    assert queries_of(client, url("task", task)) == one


def test_the_command_refuses_a_wrong_day(db):
    with pytest.raises(CommandError, match="yesterday"):
        call_command("plan_followups", today="yesterday")


def test_the_window_of_a_task_is_shown_late_when_over(cast, logged_in):
    task = in_hand(cast.agent, due_at=timezone.now() - timedelta(minutes=1))
    page = logged_in(cast.agent).get(url("task", task))
    assert page.context["is_late"]
