import datetime

import factory
from django.utils import timezone

from crm.models import Customer, Interaction, Ownership, Phone, Repair, Sale, Vehicle
from tests.factories.accounts import OrganisationFactory, UserFactory


class CustomerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Customer
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Customer {n}")

    @factory.post_generation
    def numbers(self, create, extracted, **kwargs):
        for number in extracted or []:
            Phone.objects.create(customer=self, number=number)


class VehicleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Vehicle

    vin = factory.Sequence(lambda n: f"LSVAA4182E2{n:06}")
    model = "Star 7"


class OwnershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Ownership

    vehicle = factory.SubFactory(VehicleFactory)
    customer = factory.SubFactory(CustomerFactory)
    from_on = datetime.date(2024, 1, 1)


class SaleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Sale

    dealer = factory.SubFactory(OrganisationFactory)
    sale_no = factory.Sequence(lambda n: f"S{n}")
    customer = factory.SubFactory(CustomerFactory)
    vehicle = factory.SubFactory(VehicleFactory)
    invoiced_on = factory.LazyFunction(timezone.localdate)
    delivered_on = factory.SelfAttribute("invoiced_on")


class RepairFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Repair

    station = factory.SubFactory(OrganisationFactory, kind="station")
    order_no = factory.Sequence(lambda n: f"R{n}")
    customer = factory.SubFactory(CustomerFactory)
    vehicle = factory.SubFactory(VehicleFactory)
    kind = Repair.Kind.MAINTENANCE
    in_at = factory.LazyFunction(timezone.now)
    out_at = factory.SelfAttribute("in_at")


class InteractionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Interaction

    type_id = "other"
    direction = Interaction.Direction.IN
    customer = factory.SubFactory(CustomerFactory)
    agent = factory.SubFactory(UserFactory)
    started_at = factory.LazyFunction(timezone.now)
