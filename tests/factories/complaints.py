from datetime import timedelta

import factory
from django.utils import timezone

from complaints.models import Case
from complaints.services import (
    accept_transfer,
    answer_transfer,
    open_case,
    transfer_case,
)
from crm.models import Customer, Phone, Vehicle


def make_customer(name="张伟", number="+8613812345678"):
    customer = Customer.objects.create(name=name)
    if number:
        Phone.objects.create(customer=customer, number=number)
    return customer


class CarFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Vehicle

    vin = factory.Sequence(lambda n: f"LSVAA4182E{n:07d}")


def make_case(by, **facts) -> Case:
    facts.setdefault("customer", Customer.objects.first() or make_customer())
    facts.setdefault("subject", "Noise from the gearbox")
    facts.setdefault("description", "Since the last service.")
    return open_case(by=by, **facts)


def handed_case(cast, to, **facts):
    """A case the agent has handed to `to`, and its transfer."""
    case = make_case(cast.agent, **facts)
    return case, transfer_case(case, by=cast.agent, to=to)


def answered_case(cast, to, by, **facts) -> Case:
    case, transfer = handed_case(cast, to, **facts)
    accept_transfer(transfer, by=by)
    answer_transfer(transfer, by=by, answer="A new bearing was fitted.")
    case.refresh_from_db()
    return case


def hours_ago(hours):
    return timezone.now() - timedelta(hours=hours)
