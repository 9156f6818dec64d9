import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import LogEntry
from crm.models import RepairLine
from tests.factories.complaints import make_case
from tests.factories.crm import (
    CustomerFactory,
    InteractionFactory,
    OwnershipFactory,
    RepairFactory,
    SaleFactory,
)
from tests.factories.followups import TaskFactory
from tests.queries import queries_of

DAY = datetime.timedelta(days=1)


@pytest.fixture
def wang(places, cast):
    """Sold by the dealer, repaired at the other region's station, called, angry."""
    wang = CustomerFactory(
        name="王秀英", id_number="440100199001011234", numbers=["+8613912345678"]
    )
    now = timezone.now()
    sale = SaleFactory(
        dealer=places.dealer, customer=wang, invoiced_on=(now - 9 * DAY).date()
    )
    OwnershipFactory(customer=wang, vehicle=sale.vehicle, from_on=sale.invoiced_on)
    repair = RepairFactory(
        station=places.other_station,
        customer=wang,
        vehicle=sale.vehicle,
        in_at=now - 5 * DAY,
        statement="Brakes squeal",
    )
    RepairLine.objects.create(repair=repair, kind="work", name="Brake pads changed")
    InteractionFactory(
        customer=wang,
        agent=cast.agent,
        started_at=now - 3 * DAY,
        summary="Still squeals",
    )
    make_case(
        cast.agent,
        customer=wang,
        subject="Squealing brakes",
        organisation=places.dealer,
    )
    return wang


def page(customer):
    return reverse("desk:customer", args=[customer.pk])


def test_all_that_has_been_is_on_one_line_newest_first(wang, cast, logged_in):
    answer = logged_in(cast.agent).get(page(wang))
    kinds = [event.kind for event in answer.context["story"].events]
    assert kinds == ["case", "call", "repair", "sale"]
    text = answer.content.decode()
    for told in ("Brakes squeal", "Brake pads changed", "Still squeals"):
        assert told in text


def test_what_is_open_stands_on_top(wang, cast, logged_in):
    TaskFactory(customer=wang, sale=wang.sales.get())
    answer = logged_in(cast.agent).get(page(wang))
    assert len(answer.context["cases"]) == 1
    assert len(answer.context["tasks"]) == 1
    assert "Open now" in answer.content.decode()


def test_a_clerk_sees_the_own_sale_but_no_call_and_no_other_station(
    wang, cast, logged_in
):
    answer = logged_in(cast.clerk).get(page(wang))
    assert [event.kind for event in answer.context["story"].events] == ["sale"]
    text = answer.content.decode()
    assert "Still squeals" not in text
    assert reverse("desk:interaction", args=[wang.pk]) not in text


def test_the_branch_sees_the_case_but_no_call(wang, cast, logged_in):
    answer = logged_in(cast.reviewer).get(page(wang))
    assert [e.kind for e in answer.context["story"].events] == ["case", "sale"]


def test_another_dealer_gets_404(wang, cast, logged_in):
    assert logged_in(cast.outsider).get(page(wang)).status_code == 404


def test_numbers_are_masked_until_asked_for_on_the_record(wang, cast, logged_in):
    client, reveal = logged_in(cast.agent), reverse("desk:reveal", args=[wang.pk])
    vin = wang.ownerships.get().vehicle.vin
    masked = client.get(page(wang)).content.decode()
    assert "139****5678" in masked
    assert "440*************34" in masked
    for secret in ("13912345678", "440100199001011234", vin):
        assert secret not in masked
    shown = client.post(reveal).content.decode()
    for secret in ("139 1234 5678", "440100199001011234", vin):
        assert secret in shown
    entry = LogEntry.objects.about(wang).get()
    assert (entry.action, entry.by) == ("customer.revealed", cast.agent)


def test_htmx_gets_only_the_part_that_changes(wang, cast, logged_in):
    answer = logged_in(cast.agent).post(
        reverse("desk:reveal", args=[wang.pk]), headers={"HX-Request": "true"}
    )
    assert "139 1234 5678" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_numbers_are_not_shown_by_a_link(wang, cast, logged_in):
    url = reverse("desk:reveal", args=[wang.pk])
    assert logged_in(cast.agent).get(url).status_code == 405


def test_a_long_story_comes_page_by_page_and_nothing_is_lost(cast, logged_in):
    person, now = CustomerFactory(), timezone.now()
    for day in range(40):
        InteractionFactory(
            customer=person, agent=cast.agent, started_at=now - day * DAY
        )
    client = logged_in(cast.agent)
    first = client.get(page(person)).context["story"]
    second = client.get(page(person), {"before": first.older}).context["story"]
    assert len(first.events) + len(second.events) == 40
    assert second.older == ""
    assert min(e.at for e in first.events) > max(e.at for e in second.events)


def test_repairs_of_the_car_before_it_was_theirs_are_not_theirs(cast, logged_in):
    owned = OwnershipFactory(from_on=datetime.date(2025, 1, 1))
    before = timezone.make_aware(datetime.datetime(2024, 6, 1))  # noqa: DTZ001
    RepairFactory(vehicle=owned.vehicle, in_at=before)
    RepairFactory(vehicle=owned.vehicle)
    story = logged_in(cast.agent).get(page(owned.customer)).context["story"]
    assert len(story.events) == 1


def test_a_number_is_added_on_the_page(wang, cast, logged_in):
    client, url = logged_in(cast.agent), reverse("desk:phone", args=[wang.pk])
    client.post(url, {"number": "0755-85816511"})
    assert wang.phones.filter(number="+8675585816511").exists()
    answer = client.post(url, {"number": "12"}, follow=True)
    assert "is not a telephone number" in answer.content.decode()


def test_the_page_costs_the_same_for_a_short_story_and_a_long_one(
    places, cast, logged_in
):
    person, client = CustomerFactory(), logged_in(cast.agent)

    def add():
        sale = SaleFactory(dealer=places.dealer, customer=person)
        OwnershipFactory(customer=person, vehicle=sale.vehicle)
        repair = RepairFactory(station=places.station, customer=person)
        RepairLine.objects.create(repair=repair, kind="work", name="Oil")
        InteractionFactory(customer=person, agent=cast.agent)
        make_case(cast.agent, customer=person)
        TaskFactory(customer=person, sale=sale)

    add()
    one = queries_of(client, page(person))
    for _ in range(9):
        add()
    assert queries_of(client, page(person)) == one
