"""Which calls are owed on a day, and within which hours."""

import json
import threading
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from complaints.models import Case
from complaints.services import open_case
from followups.models import Plan, Task
from followups.services import plan_followups, run_planning
from standards.models import Clock
from tests.factories.followups import (
    BuyerFactory,
    RepairedFactory,
    SoldFactory,
    TaskFactory,
    in_hand,
    local,
)

TODAY = date(2026, 3, 18)  # a Wednesday
Status = Task.Status


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def plans_of(sale) -> set[str]:
    return set(sale.tasks.values_list("plan__code", flat=True))


@pytest.mark.parametrize(
    ("days", "owed"),
    [
        (0, set()),
        (2, set()),
        (3, {"sale_3"}),
        (4, {"sale_3"}),
        (5, {"sale_7"}),
        (7, {"sale_7"}),
        (8, set()),
        (29, set()),
        (30, {"sale_30"}),
        (36, {"sale_30"}),
        (37, set()),
    ],
)
def test_a_sale_is_called_about_in_its_windows_only(places, days, owed):
    sale = SoldFactory(dealer=places.dealer, delivered_on=days_ago(days))
    run_planning(TODAY, local(TODAY, 8))
    assert plans_of(sale) == owed


def test_the_window_is_from_nine_to_eight_in_the_evening(places):
    sale = SoldFactory(dealer=places.dealer, delivered_on=days_ago(3))
    run_planning(TODAY, local(TODAY, 8))
    task = sale.tasks.get()
    assert task.not_before == local(TODAY, 9)
    assert task.due_at == local(TODAY + timedelta(days=1), 20)


@pytest.mark.parametrize(("hour", "owed"), [(19, 1), (20, 0), (21, 0)])
def test_nothing_is_planned_when_the_last_evening_is_over(places, hour, owed):
    SoldFactory(dealer=places.dealer, delivered_on=days_ago(7))
    assert run_planning(TODAY, local(TODAY, hour)).planned == owed


def test_without_a_delivery_day_the_invoice_counts(places):
    sale = SoldFactory(dealer=places.dealer, invoiced_on=days_ago(3), delivered_on=None)
    late = SoldFactory(
        dealer=places.dealer, invoiced_on=days_ago(3), delivered_on=days_ago(1)
    )
    plan_followups(TODAY)
    assert plans_of(sale) == {"sale_3"}
    assert plans_of(late) == set()


@pytest.mark.parametrize(
    ("out", "now", "owed"),
    [
        ((17, 16, 30), (18, 8, 0), True),  # the next morning
        ((18, 9, 0), (18, 20, 0), False),  # today: the car has just left
        ((15, 16, 30), (18, 16, 29), True),  # one minute left of 72 hours
        ((15, 16, 30), (18, 16, 30), False),  # over
        ((14, 23, 0), (18, 8, 0), False),
    ],
)
def test_a_repair_is_called_about_from_the_next_day_within_72_hours(
    places, out, now, owed
):
    out_at = local(date(2026, 3, out[0]), *out[1:])
    repair = RepairedFactory(station=places.station, out_at=out_at)
    run_planning(TODAY, local(date(2026, 3, now[0]), *now[1:]))
    assert repair.tasks.exists() is owed
    if owed:
        task = repair.tasks.get()
        assert task.not_before == local(out_at.date() + timedelta(days=1), 9)
        assert task.due_at == out_at + timedelta(hours=72)


def test_a_car_still_in_the_workshop_is_not_called_about(places):
    repair = RepairedFactory(station=places.station, out_at=local(TODAY, 9))
    repair.out_at = None
    repair.save()
    assert plan_followups(TODAY + timedelta(days=1)) == 0


def test_planning_again_plans_nothing_new(places):
    SoldFactory.create_batch(3, dealer=places.dealer, delivered_on=days_ago(3))
    assert [plan_followups(TODAY) for _ in range(3)] == [3, 0, 0]
    assert Clock.objects.count() == 3


def test_a_rule_changed_today_applies_to_the_sales_of_before(places):
    sale = SoldFactory(dealer=places.dealer, delivered_on=days_ago(10))
    assert plan_followups(TODAY) == 0
    Plan.objects.filter(code="sale_7").update(closes_after_days=10)
    assert plan_followups(TODAY) == 1
    assert plans_of(sale) == {"sale_7"}


def test_a_plan_switched_off_plans_nothing(places):
    SoldFactory(dealer=places.dealer, delivered_on=days_ago(3))
    Plan.objects.filter(code="sale_3").update(is_active=False)
    assert plan_followups(TODAY) == 0


def test_an_import_of_old_sales_plans_no_dead_calls(places):
    for days in range(40, 60):
        SoldFactory(dealer=places.dealer, delivered_on=days_ago(days))
    assert plan_followups(TODAY) == 0
    assert not Task.objects.exists()


def test_who_asked_not_to_be_called_or_has_no_right_number_is_left_out(places):
    quiet = BuyerFactory(do_not_call=True)
    wrong = BuyerFactory()
    wrong.phones.update(is_wrong=True)
    for customer in (quiet, wrong):
        SoldFactory(dealer=places.dealer, customer=customer, delivered_on=days_ago(3))
    assert plan_followups(TODAY) == 0
    wrong.phones.update(is_wrong=False)  # the dealer sent the right one
    assert plan_followups(TODAY) == 1


def test_who_asks_not_to_be_called_later_is_taken_off_the_list(places):
    sale = SoldFactory(dealer=places.dealer, delivered_on=days_ago(3))
    plan_followups(TODAY)
    sale.customer.do_not_call = True
    sale.customer.save()
    assert run_planning(TODAY).ended == 1
    assert sale.tasks.get().status == Status.REFUSED
    assert not Clock.objects.exists()


def test_each_call_has_a_clock_charged_to_who_sold_or_repaired(places):
    SoldFactory(dealer=places.dealer, delivered_on=days_ago(3))
    RepairedFactory(station=places.other_station, out_at=local(days_ago(1), 15))
    run_planning(TODAY, local(TODAY, 10))
    clocks = Clock.objects.order_by("standard__type")
    assert [
        (c.standard.type_id, c.standard.metric, c.organisation, c.escalates_to)
        for c in clocks
    ] == [
        ("post_purchase", "call", places.dealer, places.region),
        ("post_repair", "call", places.other_station, places.other_region),
    ]
    for clock in clocks:
        task = Task.objects.get(pk=clock.subject_id)
        assert (clock.started_at, clock.due_at) == (task.not_before, task.due_at)


def test_an_open_complaint_suppresses_the_survey_until_it_is_closed(places, cast):
    sale = SoldFactory(dealer=places.dealer, delivered_on=days_ago(5))
    case = open_case(
        by=cast.agent, customer=sale.customer, subject="Noise", description="Loud."
    )
    done = run_planning(TODAY)
    assert (done.planned, done.suppressed) == (0, 1)
    assert not Clock.objects.filter(subject_type="followups.task").exists()
    Case.objects.filter(pk=case.pk).update(
        status=Case.Status.CLOSED, closed_at=local(TODAY)
    )
    assert run_planning(TODAY).planned == 1
    assert sale.tasks.get().status == Status.PLANNED
    assert Clock.objects.filter(subject_type="followups.task").count() == 1


def test_a_complaint_opened_later_takes_the_call_off_the_list(places, cast):
    sale = SoldFactory(dealer=places.dealer, delivered_on=days_ago(3))
    plan_followups(TODAY)
    case = open_case(
        by=cast.agent, customer=sale.customer, subject="Noise", description="Loud."
    )
    assert run_planning(TODAY).suppressed == 1
    assert sale.tasks.get().status == Status.SUPPRESSED
    # Closed only after the window: too late to ask.
    Case.objects.filter(pk=case.pk).update(
        status=Case.Status.CLOSED, closed_at=local(TODAY)
    )
    run_planning(TODAY + timedelta(days=2))
    assert sale.tasks.get(plan__code="sale_3").status == Status.SUPPRESSED


def test_a_settled_complaint_brings_no_call_to_a_wrong_number(places, cast):
    sale = SoldFactory(dealer=places.dealer, delivered_on=days_ago(5))
    case = open_case(
        by=cast.agent, customer=sale.customer, subject="Noise", description="Loud."
    )
    run_planning(TODAY)
    sale.customer.phones.update(is_wrong=True)
    Case.objects.filter(pk=case.pk).update(
        status=Case.Status.CLOSED, closed_at=local(TODAY)
    )
    assert run_planning(TODAY).planned == 0
    assert sale.tasks.get().status == Status.SUPPRESSED


def test_a_call_not_made_in_its_window_expires_and_its_clock_is_missed(places):
    sale = SoldFactory(dealer=places.dealer, delivered_on=days_ago(3))
    plan_followups(TODAY)
    window_end = TODAY + timedelta(days=1)
    assert run_planning(window_end, local(window_end, 20)).expired == 0
    assert run_planning(window_end, local(window_end, 20, 1)).expired == 1
    task = sale.tasks.get()
    assert task.status == Status.EXPIRED
    assert task.ended_at is not None
    assert Clock.objects.about(task).get().is_met() is False


@pytest.mark.parametrize(("minutes", "status"), [(29, "assigned"), (31, "planned")])
def test_a_task_held_for_half_an_hour_goes_back(cast, minutes, status):
    now = local(TODAY, 10)
    task = in_hand(
        cast.agent,
        at=now - timedelta(minutes=minutes),
        not_before=now - timedelta(days=1),
        due_at=now + timedelta(days=1),
    )
    run_planning(TODAY, now)
    task.refresh_from_db()
    assert task.status == status


def test_a_promised_call_never_expires(cast):
    now = local(TODAY, 10)
    hour = now - timedelta(days=2)
    task = TaskFactory(promised_at=hour, not_before=hour, due_at=hour)
    run_planning(TODAY, now)
    task.refresh_from_db()
    assert task.status == Status.PLANNED


def test_the_command_says_what_it_planned(places):
    SoldFactory(dealer=places.dealer, delivered_on=days_ago(3))
    out = StringIO()
    call_command("plan_followups", today=str(TODAY), stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["planned"] == 1


def test_two_planners_at_once_plan_once(real_db):
    SoldFactory.create_batch(50, delivered_on=days_ago(3))
    planned = []
    ready = threading.Barrier(2)

    def plan():
        ready.wait()
        planned.append(plan_followups(TODAY))
        connection.close()

    threads = [threading.Thread(target=plan) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(planned) == [0, 50]
    assert Task.objects.count() == Clock.objects.count() == 50


def test_planning_of_many_takes_few_queries(places, django_assert_max_num_queries):
    SoldFactory.create_batch(200, dealer=places.dealer, delivered_on=days_ago(3))
    with django_assert_max_num_queries(60):
        assert plan_followups(TODAY) == 200
