import datetime

import pytest

from accounts.roles import Role
from crm.search import find_customers
from tests.factories.accounts import UserFactory
from tests.factories.crm import (
    CustomerFactory,
    OwnershipFactory,
    RepairFactory,
    SaleFactory,
    VehicleFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return UserFactory(roles=[Role.AGENT])


@pytest.fixture
def wang():
    """One customer with a car, among others who are like her."""
    wang = CustomerFactory(name="王秀英", numbers=["+8613912345678", "+8675585816511"])
    car = VehicleFactory(vin="LSVAA4182E2184847", plate="粤A8XZY3")
    OwnershipFactory(customer=wang, vehicle=car)
    CustomerFactory(name="王芳", numbers=["+8613912345679"])
    other = VehicleFactory(vin="LSVAA4182E2184848", plate="粤B8XZY3")
    OwnershipFactory(vehicle=other, customer__name="李强")
    return wang


@pytest.mark.parametrize(
    "text",
    [
        "13912345678",
        " 139 1234 5678 ",
        "139-1234-5678",
        "+86 139 1234 5678",
        "008613912345678",
        "１３９１２３４５６７８",
        "0755-85816511",
        "(0755) 8581 6511",
        "0755-85816511转8003",
        "手机13912345678",
        "电话：139 1234 5678",
        "Tel: 13912345678",
        "13912345678 李先生",
        "0755-85816511 ext 12",
        "139·1234·5678",
        "139_1234_5678",
        "\u202a13912345678\u202c",
        "139\u200b12345678",
        "5678",
        "345678",
        "12345678",
        "1234 5678",
        "6511",
        "王秀英",
        "秀英",
        "王秀",
        "粤A8XZY3",
        "粤a8xzy3",
        "粤A·8XZY3",
        "粤A 8xzy3",
        "粤A8XZ",
        "LSVAA4182E2184847",
        "lsvaa4182e2184847",
        "184847",
        "2184847",
        "E2184847",
        "e2184847",
    ],
)
def test_one_customer_is_found_however_it_is_written(wang, agent, text):
    assert list(find_customers(text, agent)) == [wang]


@pytest.mark.parametrize("text", ["", "  ", "678", "00000", "赵", "粤C8XZY3", "%", "_"])
def test_what_fits_nobody_finds_nobody(wang, agent, text):
    assert not find_customers(text, agent).exists()


def test_one_character_is_the_beginning_of_a_name(wang, agent):
    assert {c.name for c in find_customers("王", agent)} == {"王秀英", "王芳"}
    assert not find_customers("英", agent).exists()


def test_the_exact_name_comes_first(agent):
    for name in ["大张伟", "张伟民", "张伟", "陈张伟"]:
        CustomerFactory(name=name)
    names = [c.name for c in find_customers("张伟", agent)]
    assert names[:2] == ["张伟", "张伟民"]
    assert len(names) == 4


def test_a_name_is_found_in_either_case(agent):
    anna = CustomerFactory(name="Anna Schmidt")
    assert list(find_customers("anna schmidt", agent)) == [anna]


def test_a_past_owner_and_the_one_who_brought_the_car_are_found_too(agent):
    car = VehicleFactory(vin="LSVAA4182E2184847")
    day = datetime.date(2025, 1, 1)
    first = OwnershipFactory(vehicle=car, to_on=day).customer
    second = OwnershipFactory(vehicle=car, from_on=day).customer
    brought = RepairFactory(vehicle=car).customer
    assert set(find_customers("184847", agent)) == {first, second, brought}


def test_a_customer_found_in_two_ways_is_listed_once(agent):
    both = CustomerFactory(name="184847", numbers=["+8613900184847"])
    car = VehicleFactory(vin="LSVAA4182E2184847")
    OwnershipFactory(customer=both, vehicle=car)
    OwnershipFactory(customer=both, vehicle__vin="LSVAA4182E3184847")
    assert list(find_customers("184847", agent)) == [both]


def test_a_clerk_finds_the_own_customers_only(cast, places):
    ours = CustomerFactory(name="王一", numbers=["+8613900000001"])
    theirs = CustomerFactory(name="王二", numbers=["+8613900000002"])
    SaleFactory(dealer=places.dealer, customer=ours)
    SaleFactory(dealer=places.other_dealer, customer=theirs)
    assert list(find_customers("王", cast.clerk)) == [ours]
    assert not find_customers("13900000002", cast.clerk).exists()
    assert list(find_customers("王", cast.outsider)) == [theirs]


def test_a_plate_kept_with_its_dot_is_found_without(agent):
    car = VehicleFactory(plate="粤A·8XZY3")
    owner = OwnershipFactory(vehicle=car).customer
    assert list(find_customers("粤a8xzy3", agent)) == [owner]
