import pytest
from django.urls import reverse

from crm.models import Customer
from tests.factories.crm import (
    CustomerFactory,
    InteractionFactory,
    OwnershipFactory,
    SaleFactory,
)
from tests.queries import queries_of

SEARCH = reverse("desk:search")


def page_of(customer):
    return reverse("desk:customer", args=[customer.pk])


@pytest.fixture
def two_wangs(db):
    first = CustomerFactory(name="王秀英", numbers=["+8613912345678"])
    CustomerFactory(name="王芳", numbers=["+8613912340000"])
    OwnershipFactory(customer=first, vehicle__plate="粤A8XZY3")
    return first


def test_one_hit_goes_straight_to_the_customer(two_wangs, cast, logged_in):
    answer = logged_in(cast.agent).get(SEARCH, {"q": "139-1234-5678"})
    assert answer.url == page_of(two_wangs)


def test_several_are_listed_with_masked_numbers(two_wangs, cast, logged_in):
    InteractionFactory(customer=two_wangs, agent=cast.agent)
    text = logged_in(cast.agent).get(SEARCH, {"q": "王"}).content.decode()
    assert "139****5678" in text
    assert "13912345678" not in text
    assert "粤A8XZY3" in text


def test_an_unknown_number_offers_a_customer_and_a_case(cast, logged_in):
    text = logged_in(cast.agent).get(SEARCH, {"q": "13900001111"}).content.decode()
    assert f"{reverse('desk:new_customer')}?phone=13900001111" in text
    assert f"{reverse('complaints:open')}?phone=13900001111" in text


def test_an_unknown_name_offers_a_customer(cast, logged_in):
    text = logged_in(cast.agent).get(SEARCH, {"q": "赵"}).content.decode()
    assert "Nobody fits" in text
    assert reverse("complaints:open") not in text


def test_a_clerk_finds_only_the_own_and_is_offered_nothing_else(
    places, cast, logged_in
):
    ours = CustomerFactory(name="王一")
    SaleFactory(dealer=places.dealer, customer=ours)
    CustomerFactory(name="王二", numbers=["+8613900001111"])
    clerk = logged_in(cast.clerk)
    assert clerk.get(SEARCH, {"q": "王"}).url == page_of(ours)
    text = clerk.get(SEARCH, {"q": "13900001111"}).content.decode()
    assert reverse("desk:new_customer") not in text


def test_a_new_customer_is_added_with_the_number(cast, logged_in):
    url = reverse("desk:new_customer")
    client = logged_in(cast.agent)
    assert "13900001111" in client.get(url, {"phone": "13900001111"}).content.decode()
    answer = client.post(
        url, {"name": "赵敏", "phone": "139 0000 1111", "kind": "person"}
    )
    person = Customer.objects.get()
    assert answer.url == page_of(person)
    assert person.phones.get().number == "+8613900001111"


def test_a_new_customer_without_a_number_is_asked_again(cast, logged_in):
    answer = logged_in(cast.agent).post(
        reverse("desk:new_customer"), {"name": "赵敏", "phone": "12", "kind": "person"}
    )
    assert "is not a telephone number" in answer.content.decode()
    assert not Customer.objects.exists()


def test_the_search_costs_the_same_for_two_hits_and_for_ten(cast, logged_in):
    client = logged_in(cast.agent)

    def add(count):
        for _ in range(count):
            person = CustomerFactory(name="王五", numbers=["+8613912345678"])
            OwnershipFactory(customer=person)
            InteractionFactory(customer=person, agent=cast.agent)

    add(2)
    two = queries_of(client, SEARCH, {"q": "王"})
    add(8)
    assert queries_of(client, SEARCH, {"q": "王"}) == two


def test_a_dealer_does_not_see_the_car_that_another_dealer_sold(
    places, cast, logged_in
):
    shared = CustomerFactory(name="王一")
    for dealer, plate in (
        (places.dealer, "粤A11111"),
        (places.other_dealer, "粤B22222"),
    ):
        sale = SaleFactory(dealer=dealer, customer=shared, vehicle__plate=plate)
        OwnershipFactory(customer=shared, vehicle=sale.vehicle)
    SaleFactory(dealer=places.dealer, customer__name="王二")
    clerk = logged_in(cast.clerk)
    listed = clerk.get(SEARCH, {"q": "王"}).content.decode()
    page = clerk.get(page_of(shared)).content.decode()
    for text in (listed, page):
        assert "粤A11111" in text
        assert "粤B22222" not in text
    both = logged_in(cast.agent).get(page_of(shared)).content.decode()
    assert "粤A11111" in both
    assert "粤B22222" in both


@pytest.mark.parametrize(
    "path",
    [
        "/customers/?q=%00",
        "/cases/?q=%00",
        "/knowledge/?q=%00",
        "/knowledge/quick/?q=%00",
        "/cases/open/?phone=%00",
        "/followups/?plan=%00",
        "/customers/{pk}/call/?type=%00",
        "/customers/{pk}/?before=0001-01-01T00:00:00%2B00:00",
        "/customers/{pk}/?before=9999-12-31T23:59:59-12:00",
    ],
)
def test_no_address_breaks_a_page(cast, logged_in, path):
    path = path.format(pk=CustomerFactory().pk)
    assert logged_in(cast.agent).get(path).status_code == 200
