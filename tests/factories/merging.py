"""Two customers who are one, with something of every room; all tables as they are."""

from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone

from accounts.models import LogEntry
from accounts.services import log_action
from complaints.services import transfer_case
from crm.models import Customer, DuplicatePair, Merge, Phone
from followups.services import promise_call_back
from standards.models import Standard
from tests.cast import Cast, Places
from tests.factories.complaints import make_case
from tests.factories.crm import (
    CustomerFactory,
    InteractionFactory,
    OwnershipFactory,
    RepairFactory,
    SaleFactory,
)
from tests.factories.followups import TaskFactory
from tests.factories.standards import ClockFactory

SHARED = "+8613800138000"


def wang_twice(places: Places, cast: Cast) -> tuple[Customer, Customer]:
    """王小明 as the dealer wrote him, and as the station did."""
    wang = CustomerFactory(name="王小明", city="深圳市", numbers=[SHARED])
    again = CustomerFactory(
        name="王小明先生",
        gender="m",
        id_number="440301199001011234",
        city="广州市",
        address="福田路1号",
        do_not_call=True,
        numbers=["+8613900139000", SHARED],
    )
    Phone.objects.filter(customer=again, number=SHARED).update(is_wrong=True, place=-1)
    Phone.objects.filter(customer=wang).update(place=-2)
    for person in (wang, again):
        live(person, places, cast)
    return wang, again


def live(person: Customer, places: Places, cast: Cast) -> None:
    sale = SaleFactory(dealer=places.dealer, customer=person)
    OwnershipFactory(customer=person, vehicle=sale.vehicle, from_on=sale.invoiced_on)
    OwnershipFactory(customer=person, from_on=date(2020, 1, 1), to_on=date(2022, 1, 1))
    RepairFactory(station=places.station, customer=person, vehicle=sale.vehicle)
    InteractionFactory(customer=person, agent=cast.agent, summary="Rang.")
    TaskFactory(customer=person, sale=sale)
    promise_call_back(
        customer=person,
        by=cast.agent,
        at=timezone.now() + timedelta(hours=person.pk % 20 + 1),
        note="Asked to be rung.",
    )
    case = make_case(cast.agent, customer=person, organisation=places.dealer)
    transfer_case(case, by=cast.agent, to=places.department)
    log_action(cast.agent, "customer.revealed", person, {"name": person.name})
    answer = Standard.objects.filter(metric="accept", type="complaint").first()
    ClockFactory(
        standard=answer,
        subject_type="crm.customer",
        subject_id=person.pk,
        started_at=timezone.now(),
    )
    # Another one who looks like them.
    DuplicatePair.objects.create(
        first=person, second=CustomerFactory(), reasons=["number"], score=50
    )


def all_tables() -> dict[str, list[Any]]:
    """Every row of every room, but for what a merge itself leaves on record."""
    rooms = {"accounts", "standards", "crm", "knowledge", "complaints", "followups"}
    found: dict[str, list[Any]] = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in rooms or model is Merge:
            continue
        rows = model._base_manager.order_by("pk")
        if model is LogEntry:
            rows = rows.exclude(action__startswith="customer.merge")
        found[model._meta.db_table] = list(rows.values())
    return found
