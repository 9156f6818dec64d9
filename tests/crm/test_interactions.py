import datetime
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import LogEntry
from crm.models import Customer, Interaction
from crm.services import add_phone, create_customer, record_interaction
from standards.models import Clock, InteractionType, Procedure, ProcedureStep, Standard
from tests.factories.accounts import UserFactory
from tests.factories.crm import CustomerFactory

NOW = timezone.now()
SECONDS = datetime.timedelta(seconds=1)


def record(agent, **changes) -> Interaction:
    return record_interaction(
        **{
            "type": "purchase_inquiry",
            "direction": "in",
            "customer": CustomerFactory(),
            "agent": agent,
            "started_at": NOW,
            **changes,
        }
    )


def test_a_contact_is_kept_with_its_steps_and_logged(cast):
    steps = ProcedureStep.objects.filter(
        procedure__type="purchase_inquiry", procedure__is_current=True
    )[:2]
    kept = record(cast.agent, steps=steps, summary="Asked for the price")
    assert set(kept.steps_done.all()) == set(steps)
    entry = LogEntry.objects.about(kept.customer).get()
    assert (entry.action, entry.by) == ("interaction.recorded", cast.agent)


def test_an_answered_call_is_measured_from_the_first_ring(cast):
    kept = record(cast.agent, queued_at=NOW - 12 * SECONDS)
    clock = Clock.objects.about(kept).get()
    assert clock.standard.metric == Standard.Metric.ANSWER
    assert clock.stopped_at - clock.started_at == 12 * SECONDS
    assert clock.is_met()
    assert clock.agent == cast.agent


def test_a_call_made_by_us_is_not_measured_as_answered(cast):
    kept = record(cast.agent, direction="out")
    assert not Clock.objects.about(kept).exists()


def test_steps_of_another_type_are_refused(cast):
    step = ProcedureStep.objects.filter(procedure__type="complaint").first()
    with pytest.raises(ValidationError):
        record(cast.agent, steps=[step])
    assert not Interaction.objects.exists()


def test_steps_of_an_old_version_are_refused(cast):
    old = Procedure.objects.create(
        type_id="purchase_inquiry", version=99, is_current=False
    )
    step = ProcedureStep.objects.create(procedure=old, order=1)
    with pytest.raises(ValidationError):
        record(cast.agent, steps=[step])


@pytest.mark.parametrize(
    "times",
    [{"ended_at": NOW - SECONDS}, {"queued_at": NOW + SECONDS}],
    ids=["ends before it starts", "rings after it is answered"],
)
def test_times_run_forward(cast, times):
    with pytest.raises(ValidationError):
        record(cast.agent, **times)


@pytest.mark.parametrize("wrong", [{"type": "chat"}, {"direction": "up"}])
def test_an_unknown_type_or_direction_is_refused(cast, wrong):
    with pytest.raises(ValidationError):
        record(cast.agent, **wrong)


def test_no_call_is_about_a_daily_file(cast):
    with pytest.raises(ValidationError, match="about a daily file"):
        record(cast.agent, type="daily_file", queued_at=None)
    assert "daily_file" not in InteractionType.objects.contacts().values_list(
        "code", flat=True
    )


def test_a_new_caller_becomes_a_customer(cast):
    customer = create_customer(by=cast.agent, name=" 王芳 ", phone="139 1234 5678")
    assert customer.name == "王芳"
    assert [p.number for p in customer.phones.all()] == ["+8613912345678"]
    assert LogEntry.objects.about(customer).get().action == "customer.created"


def test_a_caller_whose_number_is_none_is_refused(cast):
    with pytest.raises(ValidationError):
        create_customer(by=cast.agent, name="王芳", phone="123")
    assert not Customer.objects.exists()


def test_a_number_is_added_once(cast):
    customer = CustomerFactory()
    for written in ("13912345678", "+86 139-1234-5678"):
        add_phone(customer, by=cast.agent, number=written)
    assert [p.number for p in customer.phones.all()] == ["+8613912345678"]
    assert LogEntry.objects.about(customer).count() == 1


def test_who_is_known_by_name_and_number_is_not_made_twice(cast):
    first = create_customer(by=cast.agent, name="Wang Fang", phone="139 1234 5678")
    again = create_customer(
        by=cast.colleague, name=" wang fang", phone="13912345678 / 13800138000"
    )
    assert again == first
    assert first.phones.count() == 2
    other = create_customer(by=cast.agent, name="Li Qiang", phone="13912345678")
    assert other != first


def test_two_who_note_one_caller_at_once_make_one_customer(real_db):
    agent = UserFactory()
    meet = Barrier(4)

    def note(_: int) -> int:
        try:
            meet.wait(10)
            made = create_customer(by=agent, name="王芳", phone="139 1234 5678")
            return made.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(note, range(4)))) == 1
