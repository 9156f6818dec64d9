"""Checks of answered cases, and promised calls."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Notification
from complaints.models import Case
from complaints.services import (
    accept_transfer,
    answer_case,
    answer_transfer,
    open_case,
    transfer_case,
    verify_case,
)
from followups.models import Task
from followups.services import (
    plan_followups,
    plan_resolution_check,
    promise_call_back,
    run_planning,
    take_next_task,
)
from standards.models import Clock
from tests.factories.followups import BuyerFactory, SoldFactory, local
from tests.followups.test_attempts import record

TODAY = date(2026, 3, 18)
Status = Task.Status


@pytest.fixture
def answered(places, cast) -> Case:
    sale = SoldFactory(dealer=places.dealer)
    case = open_case(
        by=cast.agent, customer=sale.customer, vehicle=sale.vehicle,
        subject="Noise", description="Loud.", organisation=places.dealer,
    )  # fmt: skip
    transfer = transfer_case(case, by=cast.agent, to=places.department)
    accept_transfer(transfer, by=cast.handler)
    answer_transfer(transfer, by=cast.handler, answer="Gearbox replaced.")
    case.refresh_from_db()
    return case


def take_check(case: Case, cast) -> Task:
    task = Task.objects.get(case=case, round=case.round)
    taken = take_next_task(cast.colleague, task.not_before.replace(hour=2, minute=0))
    if taken is None:
        day = task.not_before.date() + timedelta(days=1)
        taken = take_next_task(cast.colleague, local(day, 10))
    assert taken == task
    return taken


def test_an_answered_case_is_to_be_checked_at_once_within_a_day(answered):
    task = Task.objects.get(case=answered)
    answered_at = answered.transfers.get().ended_at
    assert task.not_before == answered_at
    assert task.due_at == answered_at + timedelta(hours=24)
    clock = Clock.objects.about(task).get()
    assert (clock.standard.metric, clock.due_at) == ("verify", task.due_at)
    assert plan_resolution_check(answered) == task
    assert plan_followups(TODAY) == 0


def test_a_check_missed_by_the_event_is_planned_later(answered):
    Task.objects.all().delete()
    Clock.objects.filter(subject_type="followups.task").delete()
    assert plan_followups(TODAY) == 1
    assert plan_followups(TODAY) == 0


@pytest.mark.parametrize(
    ("said", "case_status", "round_"), [("yes", "closed", 1), ("no", "registered", 2)]
)
def test_what_the_customer_says_closes_the_case_or_opens_the_next_round(
    answered, cast, said, case_status, round_
):
    task = take_check(answered, cast)
    record(task, "connected", answers={"settled": said}, at=task.assigned_at)
    answered.refresh_from_db()
    assert (answered.status, answered.round) == (case_status, round_)
    expected = Status.COMPLETED if said == "yes" else Status.COMPLETED_WITH_ISSUE
    assert task.status == expected


@pytest.mark.parametrize("said", ["yes", "no"])
def test_a_call_about_an_earlier_round_is_kept_and_moves_nothing(answered, cast, said):
    task = take_check(answered, cast)
    verify_case(answered, by=cast.leader, satisfied=False)
    answer_case(answered, by=cast.agent, answer="A new one was fitted.")
    record(task, "connected", answers={"settled": said}, at=task.assigned_at)
    answered.refresh_from_db()
    assert (answered.status, answered.round) == ("answered", 2)
    assert task.answers.get().value == said
    assert not task.is_open


@pytest.mark.parametrize(
    ("said", "action"),
    [("yes", "case.told_settled_late"), ("no", "case.told_unsettled_late")],
)
def test_a_call_about_a_case_that_a_colleague_closed_is_kept(
    answered, cast, said, action
):
    task = take_check(answered, cast)
    verify_case(answered, by=cast.leader, satisfied=True)
    record(task, "connected", answers={"settled": said}, at=task.assigned_at)
    answered.refresh_from_db()
    assert answered.status == "closed"
    assert task.attempts.get().outcome == "connected"
    assert Notification.objects.get(entry__action=action).to == cast.agent


def test_a_customer_not_reached_about_a_case_is_told_to_its_owner(answered, cast):
    task = take_check(answered, cast)
    record(task, "refused", at=task.assigned_at)
    told = Notification.objects.filter(entry__action="case.not_checked")
    assert {n.to for n in told} == {cast.agent, cast.leader}
    # Nobody knows whether it is settled: that goes on being measured.
    assert Clock.objects.about(task).get().stopped_at is None


def test_a_check_that_failed_can_be_called_again_while_the_case_waits(
    answered, cast, logged_in
):
    task = take_check(answered, cast)
    record(task, "wrong_number", at=task.assigned_at)
    client = logged_in(cast.leader)
    address = reverse("followups:again", args=[task.pk])
    page = client.post(address, follow=True).content.decode()
    assert "right telephone number" in page
    task.customer.phones.create(number="+8613900000001")
    client.post(address)
    task.refresh_from_db()
    assert (task.status, task.assigned_to) == (Status.PLANNED, None)
    client.post(address)  # a second click changes nothing
    assert task.attempts_made == 1


def test_what_a_failed_check_measures_ends_when_the_case_moves_on(answered, cast):
    task = take_check(answered, cast)
    record(task, "refused", at=task.assigned_at)
    Case.objects.filter(pk=answered.pk).update(status=Case.Status.REGISTERED)
    run_planning(TODAY)
    assert not Clock.objects.about(task).exists()


def test_a_check_is_tried_again_beyond_its_day(answered, cast):
    task = take_check(answered, cast)
    record(task, "no_answer", at=task.assigned_at)
    assert task.status == Status.PLANNED


def test_the_check_of_a_case_that_moved_on_is_taken_off(answered):
    Case.objects.filter(pk=answered.pk).update(status=Case.Status.REGISTERED)
    assert run_planning(TODAY).ended == 1
    assert Task.objects.get(case=answered).status == Status.EXPIRED


def test_a_promise_made_elsewhere_is_the_agents(cast, answered):
    buyer = BuyerFactory()
    at = local(TODAY, 15)
    facts = {"customer": buyer, "by": cast.agent, "at": at, "note": "Price asked."}
    task = promise_call_back(**facts)
    assert (task.assigned_to, task.not_before) == (cast.agent, at)
    clock = Clock.objects.about(task).get()
    assert (clock.standard.metric, clock.due_at) == (
        "promise", at + timedelta(minutes=15),
    )  # fmt: skip
    # Two promises about one case stand beside its check.
    for hours in (1, 2):
        later = at + timedelta(hours=hours)
        promise_call_back(**facts | {"case": answered, "at": later})
    assert answered.tasks.count() == 3
