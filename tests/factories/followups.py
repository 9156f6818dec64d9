from datetime import date, datetime, time, timedelta

import factory
from django.utils import timezone

from crm.models import Customer, Phone, Repair, Sale, Vehicle
from followups.models import Plan, Task
from tests.factories.accounts import OrganisationFactory


def local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


class BuyerFactory(factory.django.DjangoModelFactory):
    """A customer who can be rung."""

    class Meta:
        model = Customer
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Buyer {n}")

    @factory.post_generation
    def numbers(self, create, extracted, **kwargs):
        for number in extracted or [f"+86138{self.pk:08}"]:
            Phone.objects.create(customer=self, number=number)


class CarFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Vehicle

    vin = factory.Sequence(lambda n: f"LFVAA4182E2{n:06}")
    model = "Star 7"


class SoldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Sale

    dealer = factory.SubFactory(OrganisationFactory)
    sale_no = factory.Sequence(lambda n: f"F{n}")
    customer = factory.SubFactory(BuyerFactory)
    vehicle = factory.SubFactory(CarFactory)
    invoiced_on = factory.LazyFunction(timezone.localdate)
    delivered_on = factory.SelfAttribute("invoiced_on")


class RepairedFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Repair

    station = factory.SubFactory(OrganisationFactory, kind="station")
    order_no = factory.Sequence(lambda n: f"W{n}")
    customer = factory.SubFactory(BuyerFactory)
    vehicle = factory.SubFactory(CarFactory)
    kind = Repair.Kind.MAINTENANCE
    in_at = factory.LazyAttribute(lambda o: o.out_at - timedelta(hours=3))
    out_at = factory.LazyFunction(timezone.now)


class TaskFactory(factory.django.DjangoModelFactory):
    """A task about a sale; its window is open now and for two days more."""

    class Meta:
        model = Task

    plan = factory.LazyFunction(lambda: Plan.objects.get(code="sale_3"))
    sale = factory.SubFactory(SoldFactory)
    customer = factory.SelfAttribute("sale.customer")
    vehicle = factory.SelfAttribute("sale.vehicle")
    not_before = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=2))


def in_hand(agent, at: datetime | None = None, **facts) -> Task:
    at = at or timezone.now()
    return TaskFactory(
        status=Task.Status.ASSIGNED, assigned_to=agent, assigned_at=at, **facts
    )
