import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import Interaction
from followups.models import Task
from standards.models import Clock, ProcedureStep
from tests.factories.crm import CustomerFactory, OwnershipFactory

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def wang(cast):
    wang = CustomerFactory(name="王秀英", numbers=["+8613912345678"])
    OwnershipFactory(customer=wang)
    return wang


def url(person):
    return reverse("desk:interaction", args=[person.pk])


def steps_of(code):
    return ProcedureStep.objects.filter(
        procedure__type=code, procedure__is_current=True
    )


def said(**changes):
    return {
        "type": "purchase_inquiry",
        "direction": "in",
        "outcome": "settled",
        "summary": "Asked for the price",
        "started_at": (timezone.now() - HOUR / 10).isoformat(),
        **changes,
    }


def test_a_call_is_recorded_and_the_next_steps_are_offered(wang, cast, logged_in):
    steps = list(steps_of("purchase_inquiry"))
    client = logged_in(cast.agent)
    answer = client.post(
        url(wang),
        said(
            steps=[step.pk for step in steps],
            vehicle=wang.ownerships.get().vehicle_id,
            number="+8613912345678",
            rang_for=15,
        ),
    )
    call = Interaction.objects.get()
    assert (call.agent, call.customer) == (cast.agent, wang)
    assert call.vehicle == wang.ownerships.get().vehicle
    assert call.steps_done.count() == len(steps)
    assert call.ended_at > call.started_at
    assert Clock.objects.about(call).get().is_met()
    page = client.get(answer.url).content.decode()
    assert "What comes next?" in page
    assert f"{reverse('complaints:open')}?customer={wang.pk}" in page


def test_the_page_names_the_car_without_its_whole_vin(wang, cast, logged_in):
    vin = wang.ownerships.get().vehicle.vin
    text = logged_in(cast.agent).get(url(wang)).content.decode()
    assert f"…{vin[-6:]}" in text
    assert vin not in text


@pytest.mark.parametrize("code", ["complaint", "rescue", "resolution"])
def test_the_steps_follow_the_type_chosen(wang, cast, logged_in, code):
    answer = logged_in(cast.agent).get(
        url(wang), {"type": code}, headers={"HX-Request": "true"}
    )
    text = answer.content.decode()
    assert "<html" not in text
    assert all(f'value="{step.pk}"' in text for step in steps_of(code))


def test_a_mandatory_step_left_out_needs_a_word(wang, cast, logged_in):
    client = logged_in(cast.agent)
    answer = client.post(url(wang), said(summary=""))
    assert "say in the summary why" in answer.content.decode()
    assert not Interaction.objects.exists()
    client.post(url(wang), said(summary="Hung up", outcome="cut_off"))
    assert Interaction.objects.exists()


def test_a_promise_goes_on_the_agents_list(wang, cast, logged_in):
    at = timezone.localtime() + HOUR
    logged_in(cast.agent).post(
        url(wang), said(call_back_at=at.strftime("%Y-%m-%dT%H:%M"))
    )
    task = Task.objects.get()
    assert (task.customer, task.assigned_to) == (wang, cast.agent)


def test_a_promise_in_the_past_keeps_nothing(wang, cast, logged_in):
    at = timezone.localtime() - HOUR
    answer = logged_in(cast.agent).post(
        url(wang), said(call_back_at=at.strftime("%Y-%m-%dT%H:%M"))
    )
    assert "This time has passed." in answer.content.decode()
    assert not Interaction.objects.exists()


def test_steps_of_another_type_are_refused(wang, cast, logged_in):
    wrong = steps_of("rescue").first()
    logged_in(cast.agent).post(url(wang), said(steps=[wrong.pk]))
    assert not Interaction.objects.exists()


def test_somebody_elses_car_is_refused(wang, cast, logged_in):
    other = OwnershipFactory().vehicle
    logged_in(cast.agent).post(url(wang), said(vehicle=other.pk))
    assert not Interaction.objects.exists()


def test_a_call_back_is_promised_on_the_customers_page(wang, cast, logged_in):
    at = timezone.localtime() + HOUR
    promise = reverse("desk:promise", args=[wang.pk])
    client = logged_in(cast.agent)
    client.post(promise, {"at": at.strftime("%Y-%m-%dT%H:%M"), "note": "The price"})
    assert Task.objects.get().note == "The price"
    answer = client.post(promise, {"at": "", "note": ""}, follow=True)
    assert "Say when you will call back" in answer.content.decode()


def test_nobody_promises_a_call_in_the_year_9999(wang, cast, logged_in):
    client, far = logged_in(cast.agent), "9999-12-31T23:59"
    promise = reverse("desk:promise", args=[wang.pk])
    answer = client.post(promise, {"at": far, "note": "The price"}, follow=True)
    assert "must be in the next 60 days" in answer.content.decode()
    answer = client.post(url(wang), said(call_back_at=far))
    assert "must be in the next 60 days" in answer.content.decode()
    assert not Task.objects.exists()


def test_a_call_began_a_day_ago_at_most(wang, cast, logged_in):
    began = "0001-01-01T00:00:00+00:00"
    logged_in(cast.agent).post(url(wang), said(started_at=began, rang_for=9))
    assert Interaction.objects.get().started_at > timezone.now() - 25 * HOUR


def test_a_second_click_records_nothing_again(wang, cast, logged_in):
    client, once = logged_in(cast.agent), said()
    client.post(url(wang), once)
    answer = client.post(url(wang), once)
    assert "This call has been recorded already." in answer.content.decode()
    assert Interaction.objects.count() == 1


def test_a_second_click_promises_nothing_again(wang, cast, logged_in):
    at = (timezone.localtime() + HOUR).strftime("%Y-%m-%dT%H:%M")
    promise = reverse("desk:promise", args=[wang.pk])
    client = logged_in(cast.agent)
    client.post(promise, {"at": at, "note": "The price"})
    answer = client.post(promise, {"at": at, "note": "The price"}, follow=True)
    assert "This call is promised already." in answer.content.decode()
    assert Task.objects.count() == 1


def test_every_page_has_the_script_that_stops_a_second_click(wang, cast, logged_in):
    assert "/static/app" in logged_in(cast.agent).get(url(wang)).content.decode()
