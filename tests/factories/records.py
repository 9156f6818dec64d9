"""Plain rows for tests that only read: made directly, without the services."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from complaints.models import Case, Transfer
from crm.models import Customer, Ownership, Phone, Repair, Sale, Vehicle
from followups.models import Plan, Task
from standards.models import InteractionType

numbers = count(1)


def make_customer(name="王小明", number=None, **facts) -> Customer:
    customer = Customer.objects.create(name=name, **facts)
    number = number or f"+86138{next(numbers):08d}"
    Phone.objects.create(customer=customer, number=number)
    return customer


def make_car(**facts) -> Vehicle:
    facts.setdefault("vin", f"LSVAA4182E{next(numbers):07d}")
    return Vehicle.objects.create(**facts)


def make_sale(dealer, customer=None, vehicle=None) -> Sale:
    """A car the customer owns since."""
    customer = customer or make_customer()
    vehicle = vehicle or make_car()
    today = timezone.localdate()
    Ownership.objects.create(customer=customer, vehicle=vehicle, from_on=today)
    return Sale.objects.create(
        dealer=dealer,
        sale_no=f"S{next(numbers)}",
        customer=customer,
        vehicle=vehicle,
        invoiced_on=today,
        delivered_on=today,
    )


def make_repair(station, vehicle, customer=None) -> Repair:
    return Repair.objects.create(
        station=station,
        order_no=f"R{next(numbers)}",
        vehicle=vehicle,
        customer=customer,
        kind=Repair.Kind.GENERAL,
        in_at=timezone.now(),
    )


def make_case(by, customer, **facts) -> Case:
    facts.setdefault("subject", "空调异响")
    return Case.objects.create(
        number=f"T{next(numbers):05d}",
        customer=customer,
        description="",
        opened_at=facts.pop("opened_at", timezone.now()),
        opened_by=by,
        owner=by,
        **facts,
    )


def hand_over(case, to, by) -> Transfer:
    return Transfer.objects.create(
        case=case, round=case.round, to=to, sent_by=by, sent_at=timezone.now()
    )


def make_task(customer, **facts) -> Task:
    code = InteractionType.Code.POST_PURCHASE
    kind, _ = InteractionType.objects.get_or_create(
        code=code, defaults={"name_en": "Follow-up", "name_zh": "回访"}
    )
    plan, _ = Plan.objects.get_or_create(
        code="test-plan",
        defaults={
            "source": Plan.Source.SALE,
            "type": kind,
            "name_en": "Plan",
            "name_zh": "计划",
            "opens_after_days": 1,
            "closes_after_days": 3,
            "is_active": False,
        },
    )
    now = timezone.now()
    facts.setdefault("due_at", now + timedelta(days=1))
    facts.setdefault("not_before", facts["due_at"] - timedelta(days=1))
    if facts.get("status") == Task.Status.ASSIGNED:
        facts.setdefault("assigned_at", now)
    return Task.objects.create(plan=plan, customer=customer, **facts)
