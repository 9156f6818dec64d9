"""Who is charged which time, from when to when, and against which standard."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from complaints.models import Case
from complaints.services import (
    accept_transfer,
    answer_case,
    answer_transfer,
    raise_level,
    record_first_contact,
    return_transfer,
    transfer_case,
    verify_case,
)
from crm.models import Repair, Sale
from standards.models import Clock, ClockStep
from tests.factories.complaints import CarFactory, make_case, make_customer

# A Monday without holidays near it.
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def clocks_of(subject) -> dict[str, Clock]:
    clocks = Clock.objects.about(subject).select_related("standard", "organisation")
    return {clock.standard.metric: clock for clock in clocks.order_by("pk")}


@pytest.fixture
def case(cast, places) -> Case:
    return make_case(cast.agent, organisation=places.dealer, at=MONDAY)


@pytest.fixture
def transfer(case, cast, places):
    to = places.department
    return transfer_case(case, by=cast.agent, to=to, at=MONDAY)


def test_opening_a_complaint_starts_the_centre_s_clocks(case, cast, places):
    clocks = clocks_of(case)
    assert set(clocks) == {"first_contact", "close", "outcome_told"}
    for clock in clocks.values():
        assert clock.organisation == places.hq
        assert clock.agent == cast.agent
        assert clock.escalates_to == places.region
        assert clock.stopped_at is None
    assert clocks["first_contact"].due_at == MONDAY + timedelta(hours=3)
    assert clocks["outcome_told"].standard.is_statutory


def test_a_consultation_is_measured_by_its_answer(cast):
    case = make_case(cast.agent, kind="consultation", at=MONDAY)
    assert set(clocks_of(case)) == {"consult_answer", "close"}
    answer_case(case, by=cast.agent, answer="Yes", at=MONDAY + timedelta(hours=1))
    assert clocks_of(case)["consult_answer"].is_met()
    verify_case(case, by=cast.agent, satisfied=False, at=MONDAY + timedelta(hours=2))
    again = clocks_of(case)["consult_answer"]
    assert (again.started_at, again.stopped_at) == (MONDAY + timedelta(hours=2), None)


def test_the_unit_is_charged_for_accepting_then_for_its_plan(transfer, cast, places):
    accept = clocks_of(transfer)["accept"]
    assert (accept.organisation, accept.escalates_to) == (
        places.department,
        places.region,
    )
    assert accept.due_at == MONDAY + timedelta(hours=2)
    at = MONDAY + timedelta(hours=1)
    accept_transfer(transfer, by=cast.handler, at=at)
    clocks = clocks_of(transfer)
    assert clocks["accept"].stopped_at == clocks["plan"].started_at == at
    assert clocks["plan"].organisation == places.department
    later = MONDAY + timedelta(hours=5)
    answer_transfer(transfer, by=cast.handler, answer="Done", at=later)
    assert clocks_of(transfer)["plan"].stopped_at == later


def test_a_return_answers_the_hand_over_and_the_next_unit_starts_anew(
    case, transfer, cast, places
):
    at = MONDAY + timedelta(hours=3)
    return_transfer(transfer, by=cast.handler, reason="Not ours", at=at)
    accept = clocks_of(transfer)["accept"]
    assert (accept.stopped_at, accept.is_met()) == (at, False)
    second = transfer_case(case, by=cast.agent, to=places.other_department, at=at)
    again = clocks_of(second)["accept"]
    assert (again.started_at, again.organisation) == (at, places.other_department)


def test_the_case_s_own_clocks_run_until_it_is_closed(case, transfer, cast):
    accept_transfer(transfer, by=cast.handler, at=MONDAY)
    answer_transfer(transfer, by=cast.handler, answer="Done", at=MONDAY)
    clocks = clocks_of(case)
    assert clocks["close"].stopped_at is clocks["outcome_told"].stopped_at is None
    told = MONDAY + timedelta(hours=2)
    verify_case(case, by=cast.agent, satisfied=True, at=told)
    assert {clock.stopped_at for clock in clocks_of(case).values()} == {told}


def test_the_first_contact_stops_its_clock_once(case, cast):
    at = MONDAY + timedelta(hours=1)
    record_first_contact(case, by=cast.agent, at=at)
    assert clocks_of(case)["first_contact"].stopped_at == at
    case.refresh_from_db()
    assert case.contacted_at == at


def test_a_raise_measures_what_runs_by_the_new_level_from_its_start(
    case, transfer, cast
):
    raise_level(case, by=cast.agent, level="major")
    own, units = clocks_of(case), clocks_of(transfer)
    assert own["first_contact"].standard.level == "major"
    assert own["first_contact"].due_at == MONDAY + timedelta(hours=1)
    assert units["accept"].due_at == MONDAY + timedelta(minutes=30)
    assert own["outcome_told"].standard.level == ""
    assert Clock.objects.about(case).count() == 3


def test_a_raise_gives_no_more_time(case, cast):
    before = clocks_of(case)["close"].due_at
    raise_level(case, by=cast.agent, level="major")
    close = clocks_of(case)["close"]
    assert (close.standard.level, close.due_at) == ("major", before)


def test_a_raise_keeps_the_steps_that_were_told(case, cast):
    contact = clocks_of(case)["first_contact"]
    ClockStep.objects.create(clock=contact, step=ClockStep.Step.DUE, reached_at=MONDAY)
    raise_level(case, by=cast.agent, level="escalated")
    assert clocks_of(case)["first_contact"].steps.count() == 1


def test_a_finished_clock_keeps_the_standard_it_was_measured_by(case, cast):
    record_first_contact(case, by=cast.agent, at=MONDAY)
    raise_level(case, by=cast.agent, level="major")
    assert clocks_of(case)["first_contact"].standard.level == "general"


def test_a_crisis_is_still_measured_where_it_has_no_standard_of_its_own(case, cast):
    raise_level(case, by=cast.agent, level="crisis")
    assert clocks_of(case)["close"].stopped_at is None


@pytest.mark.parametrize(
    ("category", "concerned"),
    [("sales", "dealer"), ("other", "dealer"), ("service", "other_station")],
)
def test_a_case_concerns_who_sold_the_car_or_repaired_it_last(
    cast, places, category, concerned
):
    car, customer = CarFactory(), make_customer()
    Sale.objects.create(
        dealer=places.dealer,
        sale_no="1",
        customer=customer,
        vehicle=car,
        invoiced_on=MONDAY.date(),
    )
    for number, station in enumerate((places.station, places.other_station)):
        Repair.objects.create(
            station=station,
            order_no=str(number),
            vehicle=car,
            kind="general",
            in_at=MONDAY + timedelta(days=number),
        )
    case = make_case(cast.agent, vehicle=car, category=category)
    assert case.organisation == getattr(places, concerned)
