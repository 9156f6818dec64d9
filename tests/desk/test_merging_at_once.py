"""A leader merges two customers while an agent saves a call with one of them."""

import pytest
from django.utils import timezone

from crm.merging import gather_strays, merge_customers
from crm.models import Customer, Interaction
from crm.services import record_interaction
from followups.models import Task
from followups.services import record_attempt
from tests.cast import the_cast, the_places
from tests.crm.test_merging_at_once import at_once
from tests.factories.crm import SaleFactory
from tests.factories.followups import BuyerFactory, in_hand


@pytest.mark.parametrize("refuses", [False, True])
def test_a_planned_call_saved_meanwhile_is_the_kept_ones(real_db, refuses):
    places = the_places()
    cast = the_cast(places)
    kept, merged = BuyerFactory(name="王小明"), BuyerFactory(name="王小明先生")
    sale = SaleFactory(dealer=places.dealer, customer=merged)
    task = in_hand(cast.agent, customer=merged, sale=sale)
    answers = at_once(
        lambda: record_attempt(
            Task.objects.get(pk=task.pk),
            by=cast.agent,
            outcome="refused" if refuses else "wrong_number",
            at=timezone.now(),
            do_not_call=refuses,
        ),
        lambda: merge_customers(kept, merged, by=cast.leader),
    )
    assert answers == ["", ""]
    gather_strays()
    assert Task.objects.get(pk=task.pk).customer_id == kept.pk
    assert Interaction.objects.get().customer_id == kept.pk
    assert kept.phones.filter(is_wrong=True).count() == (not refuses)


def test_a_call_that_came_in_meanwhile_is_the_kept_ones(real_db):
    cast = the_cast(the_places())
    kept, merged = BuyerFactory(name="王小明"), BuyerFactory(name="王小明先生")
    answers = at_once(
        lambda: record_interaction(
            type="other",
            direction="in",
            customer=Customer.objects.get(pk=merged.pk),
            agent=cast.agent,
            started_at=timezone.now(),
        ),
        lambda: merge_customers(kept, merged, by=cast.leader),
    )
    assert answers == ["", ""]
    gather_strays()
    assert Interaction.objects.get().customer_id == kept.pk
