import pytest
from django.urls import reverse

from tests.factories.crm import CustomerFactory, InteractionFactory


@pytest.mark.parametrize(
    ("person", "whole"),
    [("leader", False), ("manager", False), ("administrator", True)],
)
def test_only_who_may_mend_a_number_sees_it_whole(cast, logged_in, person, whole):
    wang = CustomerFactory(id_number="440100199001011234", numbers=["+8613912345678"])
    page = reverse("admin:crm_customer_change", args=[wang.pk])
    user = getattr(cast, person)
    user.is_staff = True
    user.save()
    text = logged_in(user).get(page).content.decode()
    assert ("13912345678" in text, "440100199001011234" in text) == (whole, whole)
    assert "139****5678" in text
    assert ("440*************34" in text) == (not whole)


def test_the_number_of_a_call_is_masked(cast, logged_in):
    call = InteractionFactory(number="+8613912345678")
    page = reverse("admin:crm_interaction_change", args=[call.pk])
    text = logged_in(cast.administrator).get(page).content.decode()
    assert "139****5678" in text
    assert "13912345678" not in text
