"""Who is probably one, for which reasons, and who is not."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from crm import tasks
from crm.duplicates import MOST_HOLDERS, dismiss, find_duplicates
from crm.merging import merge_customers, undo_merge
from crm.models import Customer, DuplicatePair
from tests.factories.crm import (
    CustomerFactory,
    InteractionFactory,
    OwnershipFactory,
    RepairFactory,
)

NUMBER = "+8613800138000"
ID, OTHER_ID = "440301199001011234", "440301199002022345"


def reasons_of(one, other) -> list[str] | None:
    find_duplicates()
    pair = DuplicatePair.objects.filter(first=one, second=other).first()
    return pair.reasons if pair else None


def on_one_number(*names, **facts):
    return [CustomerFactory(name=name, numbers=[NUMBER], **facts) for name in names]


@pytest.mark.parametrize(
    "names",
    [
        ("王小明", "王小明先生"),
        ("王小明", "王 小明"),
        ("Anna Lee", "anna lee"),
        ("恒达物流", "恒达物流有限公司"),
        ("恒达物流有限公司", "恒达物流股份有限公司深圳分公司"),
        ("王小明(车主)", "王小明（车主）女士"),
    ],
)
def test_one_number_and_one_name_however_it_is_written(db, names):
    assert reasons_of(*on_one_number(*names)) == ["same_name", "number"]


@pytest.mark.parametrize(
    "names",
    [
        ("王先生", "王小明"),  # only the surname was kept
        ("小明", "王小明"),
        ("王小明", "王晓明"),  # misheard
        ("王小明", "王小名"),
        ("欧阳小明", "欧阳晓明"),
        ("Anna Lee-Smith", "Anna Lee Smyth"),
        ("恒达物流", "深圳恒达物流有限公司"),
    ],
)
def test_one_number_and_a_similar_name(db, names):
    assert reasons_of(*on_one_number(*names)) == ["like_name", "number"]


@pytest.mark.parametrize(
    "names",
    [
        ("王小明", "李红"),  # husband and wife
        ("王伟", "王芳"),  # sister and brother
        ("王小明", "王大伟"),  # son and father
        ("王小明", "陈小明"),
        ("王先生", "王女士"),
        ("恒达物流有限公司", "王小明"),  # a company and who answers there
        ("公司", "有限公司"),
    ],
)
def test_a_family_on_one_number_and_one_address_is_no_duplicate(db, names):
    two = on_one_number(*names, city="深圳市", address="福田路1号")
    assert reasons_of(*two) is None


def test_two_known_to_be_of_different_sex_with_similar_names_are_two(db):
    one = CustomerFactory(name="王小明", gender="m", numbers=[NUMBER])
    other = CustomerFactory(name="王晓明", gender="f", numbers=[NUMBER])
    assert reasons_of(one, other) is None


def test_one_identity_number_is_one_person_whatever_the_name(db):
    one = CustomerFactory(name="王小明", id_number=ID)
    other = CustomerFactory(name="李红", id_number=ID)
    assert reasons_of(one, other) == ["identity"]
    assert DuplicatePair.objects.get().score >= 90


def test_two_identity_numbers_speak_against_it(db):
    one, other = on_one_number("王小明", "王小明 ")
    find_duplicates()
    before = DuplicatePair.objects.get().score
    for person, number in ((one, ID), (other, OTHER_ID)):
        Customer.objects.filter(pk=person.pk).update(id_number=number)
    find_duplicates()
    assert DuplicatePair.objects.get().score < before


def test_one_name_and_one_car_with_a_new_number(db):
    """The station wrote down another number than the dealer."""
    owner = CustomerFactory(name="王小明", numbers=[NUMBER])
    owned = OwnershipFactory(customer=owner)
    driver = CustomerFactory(name="王小明先生", numbers=["+8613900139000"])
    RepairFactory(customer=driver, vehicle=owned.vehicle)
    assert reasons_of(owner, driver) == ["same_name", "car"]


def test_a_car_sold_on_does_not_make_two_owners_one(db):
    first = OwnershipFactory(to_on=timezone.localdate(), customer__name="王小明")
    second = OwnershipFactory(vehicle=first.vehicle, customer__name="李红")
    assert reasons_of(first.customer, second.customer) is None


def test_one_name_at_one_address(db):
    place = {"name": "王小明", "city": "深圳市", "address": "福田路1号"}
    one, other = CustomerFactory(**place), CustomerFactory(**place)
    CustomerFactory(**{**place, "city": "广州市"})
    CustomerFactory(**{**place, "name": "王芳"})
    assert reasons_of(one, other) == ["same_name", "address"]
    assert DuplicatePair.objects.count() == 1


def test_a_number_that_many_share_says_nothing(db):
    on_one_number(*["王小明"] * (MOST_HOLDERS + 1))
    find_duplicates()
    assert not DuplicatePair.objects.exists()


def test_more_in_common_is_surer(db):
    one, other = on_one_number("王小明", "王小明先生")
    find_duplicates()
    before = DuplicatePair.objects.get().score
    owned = OwnershipFactory(customer=one)
    RepairFactory(customer=other, vehicle=owned.vehicle)
    find_duplicates()
    pair = DuplicatePair.objects.get()
    assert pair.score > before
    assert pair.why == "same name, same telephone number, same car"


def test_searching_again_changes_nothing_and_forgets_what_is_over(db):
    _, other = on_one_number("王小明", "王小明先生")
    assert find_duplicates().kept == 1
    assert find_duplicates().kept == 0
    other.phones.all().delete()
    assert find_duplicates().forgotten == 1


def test_two_different_people_never_come_back(cast):
    one, other = on_one_number("王小明", "王小明先生")
    find_duplicates()
    dismiss(other, one, by=cast.leader)
    OwnershipFactory(customer=one)
    find_duplicates()
    find_duplicates(lately=timedelta(hours=1))
    assert not DuplicatePair.objects.to_look_at().exists()
    pair = DuplicatePair.objects.get()
    assert (pair.dismissed_by, pair.first) == (cast.leader, one)


def test_nor_does_who_was_merged_with_one_of_them(cast):
    one, other, third = on_one_number("王小明", "王小明先生", "王 小明")
    dismiss(one, other, by=cast.leader)
    merge = merge_customers(third, one, by=cast.leader)
    find_duplicates()
    assert not DuplicatePair.objects.to_look_at().exists()
    undo_merge(merge, by=cast.leader)
    find_duplicates()
    assert DuplicatePair.objects.to_look_at().count() == 2


def test_only_who_may_merge_may_dismiss(cast):
    one, other = on_one_number("王小明", "王小明先生")
    with pytest.raises(PermissionDenied):
        dismiss(one, other, by=cast.agent)


def test_merged_ones_are_not_listed(cast):
    one, other = on_one_number("王小明", "王小明先生")
    find_duplicates()
    merge_customers(one, other, by=cast.leader)
    assert not DuplicatePair.objects.to_look_at().exists()
    find_duplicates()
    assert not DuplicatePair.objects.exists()


def test_every_quarter_of_an_hour_only_what_is_new_is_looked_around(db):
    old = on_one_number("王小明", "王小明先生")
    week = timezone.now() - timedelta(days=7)
    Customer.objects.filter(pk__in=[p.pk for p in old]).update(created_at=week)
    for name in ("李红", "李红女士"):
        CustomerFactory(name=name, numbers=["+8613900139000"])
    assert tasks.find_duplicates_lately() == 1
    assert DuplicatePair.objects.get().first.name == "李红"
    assert tasks.find_duplicates() == 1


def test_a_new_one_is_compared_with_those_known_for_long(db):
    (old,) = on_one_number("王小明")
    owned = OwnershipFactory(customer=old)
    week = timezone.now() - timedelta(days=7)
    Customer.objects.update(created_at=week)
    new = CustomerFactory(name="王小明", numbers=["+8613900139000"])
    RepairFactory(customer=new, vehicle=owned.vehicle)
    assert tasks.find_duplicates_lately() == 1


def test_what_a_merge_missed_is_gathered_on_the_way(cast):
    one, other = on_one_number("王小明", "王小明先生")
    merge_customers(one, other, by=cast.leader)
    InteractionFactory(customer=other, agent=cast.agent)
    tasks.find_duplicates_lately()
    assert one.interactions.count() == 1
