"""Who gets which task, when; and never two agents the same one."""

import random
import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import User
from accounts.roles import Role
from complaints.models import Case
from complaints.services import open_case
from crm.models import Customer
from followups.models import Plan, Task
from followups.services import release_task, take_next_task
from tests.cast import the_places
from tests.factories.accounts import UserFactory
from tests.factories.followups import TaskFactory, in_hand, local

TODAY = date(2026, 3, 18)
NOON = local(TODAY, 11, 30)
Status = Task.Status


def waiting(**facts) -> Task:
    facts.setdefault("not_before", NOON - timedelta(days=1))
    facts.setdefault("due_at", NOON + timedelta(days=1))
    return TaskFactory(**facts)


def promised(agent, at, **facts) -> Task:
    due_at = at + Task.PROMISE_GRACE
    return waiting(
        assigned_to=agent, promised_at=at, not_before=at, due_at=due_at, **facts
    )


def test_the_most_urgent_comes_first_then_the_nearest_due(cast):
    later = waiting(due_at=NOON + timedelta(hours=8), priority=40)
    sooner = waiting(due_at=NOON + timedelta(hours=2), priority=40)
    urgent = waiting(due_at=NOON + timedelta(hours=9), priority=10)
    agents = (cast.agent, cast.colleague, cast.leader)
    got = [take_next_task(agent, NOON) for agent in agents]
    assert got == [urgent, sooner, later]
    assert got[0].status == Status.ASSIGNED
    assert got[0].assigned_to == cast.agent


def test_who_holds_a_task_gets_that_one_back(cast):
    first, _other = waiting(), waiting()
    assert take_next_task(cast.agent, NOON) == first
    assert take_next_task(cast.agent, NOON) == first


def test_what_is_not_open_yet_or_over_is_not_given(cast):
    waiting(not_before=NOON + timedelta(minutes=1))
    waiting(due_at=NOON)
    assert take_next_task(cast.agent, NOON) is None


@pytest.mark.parametrize(
    ("hour", "minute", "given"),
    [
        (8, 59, False), (9, 0, True), (11, 59, True), (12, 0, False),
        (13, 59, False), (14, 0, True), (19, 59, True), (20, 0, False),
    ],
)  # fmt: skip
def test_customers_are_rung_in_calling_hours_only(cast, hour, minute, given):
    waiting()
    now = local(TODAY, hour, minute)
    assert (take_next_task(cast.agent, now) is not None) is given


def test_an_own_promise_comes_first_at_any_hour(cast):
    evening = local(TODAY, 21)
    waiting(priority=1)
    promise = promised(cast.agent, evening - timedelta(minutes=1), priority=90)
    assert take_next_task(cast.agent, evening) == promise


def test_a_promise_is_kept_for_its_agent_until_the_grace_is_over(cast):
    promise = promised(cast.agent, NOON)
    assert take_next_task(cast.colleague, NOON + timedelta(minutes=15)) is None
    assert take_next_task(cast.agent, NOON - timedelta(minutes=1)) is None
    late = NOON + timedelta(minutes=16)
    assert take_next_task(cast.colleague, late) == promise


def test_a_check_of_a_case_is_given_even_when_late(cast):
    customer = Customer.objects.create(name="Li")
    case = Case.objects.create(
        number="C1", customer=customer, subject="Noise", opened_at=NOON,
        opened_by=cast.agent, owner=cast.agent,
    )  # fmt: skip
    check = waiting(
        plan=Plan.objects.get(code="resolution"), sale=None, customer=customer,
        vehicle=None, case=case, round=1, due_at=NOON - timedelta(hours=1),
    )  # fmt: skip
    assert take_next_task(cast.agent, NOON) == check


def test_the_second_try_is_at_another_hour_of_the_day(cast):
    task = waiting(parts_tried=["morning"])
    assert take_next_task(cast.agent, NOON) is None
    assert take_next_task(cast.agent, local(TODAY, 15)) == task


def test_a_survey_of_who_asked_not_to_be_called_is_not_given(cast):
    task = waiting()
    Customer.objects.filter(pk=task.customer_id).update(do_not_call=True)
    assert take_next_task(cast.agent, NOON) is None


def test_a_survey_of_who_has_just_complained_is_not_given(cast):
    task = waiting()
    open_case(by=cast.agent, customer=task.customer, subject="A", description="B")
    assert take_next_task(cast.agent, NOON) is None


def test_a_promise_to_who_complains_is_kept_all_the_same(cast):
    promise = promised(cast.agent, NOON)
    open_case(by=cast.agent, customer=promise.customer, subject="A", description="B")
    assert take_next_task(cast.agent, NOON) == promise


def test_a_task_given_back_is_for_the_others(cast):
    task = in_hand(cast.agent, NOON)
    with pytest.raises(ValidationError):
        release_task(task, by=cast.colleague)
    release_task(task, by=cast.agent)
    task.refresh_from_db()
    assert (task.status, task.assigned_to) == (Status.PLANNED, None)
    with pytest.raises(ValidationError):
        release_task(task, by=cast.agent)


def test_a_leader_may_take_a_task_off_an_agent(cast):
    task = in_hand(cast.agent, NOON)
    release_task(task, by=cast.leader)
    task.refresh_from_db()
    assert task.status == Status.PLANNED


def run_threads(number: int, work) -> None:
    ready = threading.Barrier(number)

    def go(index: int) -> None:
        ready.wait()
        try:
            work(index)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[n]) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_twenty_agents_take_two_thousand_tasks_each_once(real_db):
    """None taken twice, none lost, and each the most urgent there was."""
    the_places()
    sale = waiting().sale
    template = Task.objects.get()
    shared = {
        "plan": template.plan, "customer": sale.customer, "not_before":
        template.not_before, "due_at": template.due_at,
    }  # fmt: skip
    Task.objects.bulk_create(
        Task(**shared, priority=random.choice([10, 30, 60])) for _ in range(1999)
    )
    agents = [UserFactory(roles=[Role.AGENT]) for _ in range(20)]
    taken: list[list[int]] = [[] for _ in agents]

    def work(index: int) -> None:
        while task := take_next_task(agents[index], NOON):
            taken[index].append(task.pk)
            Task.objects.filter(pk=task.pk).update(status=Status.COMPLETED)

    run_threads(20, work)
    everything = [pk for mine in taken for pk in mine]
    assert len(everything) == 2000
    assert set(everything) == set(Task.objects.values_list("pk", flat=True))
    assert not Task.objects.exclude(status=Status.COMPLETED).exists()


def test_two_clicks_of_one_agent_take_one_task(real_db):
    the_places()
    for _ in range(5):
        waiting()
    agent = UserFactory(roles=[Role.AGENT])
    got = []
    run_threads(5, lambda _n: got.append(take_next_task(User.objects.get(), NOON)))
    assert len(set(got)) == 1
    assert Task.objects.in_hand(agent).count() == 1
