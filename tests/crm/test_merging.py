"""What a merge asks for, what it keeps of both, and how each is found afterwards."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from crm.merging import gather_strays, merge_customers, undo_merge
from crm.models import Customer, Interaction, Merge
from crm.search import find_customers
from crm.services import create_customer
from tests.factories.crm import CustomerFactory, InteractionFactory, SaleFactory
from tests.factories.uploads import a_sale, csv_file

NUMBER, OTHER = "+8613800138000", "+8613900139000"


@pytest.fixture
def pair(db):
    kept = CustomerFactory(name="王小明", numbers=[NUMBER])
    return kept, CustomerFactory(name="王小明先生", numbers=[OTHER])


def test_nobody_is_merged_with_themselves(pair, cast):
    kept, _ = pair
    with pytest.raises(ValidationError, match="same customer"):
        merge_customers(kept, kept, by=cast.leader)


def test_nobody_is_merged_twice_and_nobody_into_a_merged_one(pair, cast):
    kept, merged = pair
    third = CustomerFactory()
    merge_customers(kept, merged, by=cast.leader)
    for one, other in ((third, merged), (merged, third)):
        with pytest.raises(ValidationError, match="王小明先生 was merged into 王小明"):
            merge_customers(one, other, by=cast.leader)


@pytest.mark.parametrize("person", ["agent", "reviewer", "clerk", "handler", "editor"])
def test_only_leaders_managers_and_administrators_merge(pair, cast, person):
    with pytest.raises(PermissionDenied):
        merge_customers(*pair, by=getattr(cast, person))
    assert not Merge.objects.exists()


def test_a_merge_is_undone_once(pair, cast):
    merge = merge_customers(*pair, by=cast.leader)
    undo_merge(merge, by=cast.leader)
    with pytest.raises(ValidationError, match="undone already"):
        undo_merge(merge, by=cast.leader)


def test_a_later_merge_is_undone_first(pair, cast):
    kept, merged = pair
    merge = merge_customers(kept, merged, by=cast.leader)
    merge_customers(CustomerFactory(name="王大明"), kept, by=cast.leader)
    with pytest.raises(ValidationError, match="merged into 王大明 since"):
        undo_merge(merge, by=cast.leader)


def test_empty_fields_are_filled_in_and_others_stay(cast):
    kept = CustomerFactory(name="王小明", city="深圳市")
    merged = CustomerFactory(city="广州市", address="福田路1号", do_not_call=True)
    merge = merge_customers(kept, merged, by=cast.leader)
    assert (kept.name, kept.city, kept.address) == ("王小明", "深圳市", "福田路1号")
    # A refusal of either holds.
    assert kept.do_not_call
    assert merge.filled_in == {"address": "", "do_not_call": False}


@pytest.mark.parametrize("wrong", [(True, False), (False, True)])
def test_a_number_found_wrong_for_either_is_wrong(cast, wrong):
    two = [CustomerFactory(name="王小明", numbers=[NUMBER]) for _ in range(2)]
    for person, is_wrong in zip(two, wrong, strict=True):
        person.phones.update(is_wrong=is_wrong)
    merge = merge_customers(*two, by=cast.leader)
    assert two[0].phones.get().is_wrong
    undo_merge(merge, by=cast.leader)
    assert tuple(person.phones.get().is_wrong for person in two) == wrong


def test_the_merged_one_is_found_by_the_old_number_and_name(pair, cast):
    kept, merged = pair
    merge_customers(kept, merged, by=cast.leader)
    for text in ("13900139000", "王小明先生", "先生"):
        assert list(find_customers(text, cast.agent)) == [kept]
    assert merged not in Customer.objects.visible_to(cast.agent)


def test_the_api_leaves_merged_ones_out(pair, cast, logged_in):
    kept, merged = pair
    merge_customers(kept, merged, by=cast.leader)
    client = logged_in(cast.agent)
    listed = client.get("/api/customers/").json()["results"]
    assert [row["id"] for row in listed] == [kept.pk]
    assert client.get(f"/api/customers/{merged.pk}/").status_code == 404


def test_the_admin_leaves_merged_ones_out(pair, cast, logged_in):
    kept, merged = pair
    merge_customers(kept, merged, by=cast.leader)
    client = logged_in(cast.administrator)
    text = client.get(reverse("admin:crm_customer_changelist")).content.decode()
    assert reverse("admin:crm_customer_change", args=[kept.pk]) in text
    assert reverse("admin:crm_customer_change", args=[merged.pk]) not in text


def test_who_rings_again_under_the_old_name_is_not_made_anew(pair, cast):
    kept, merged = pair
    merge_customers(kept, merged, by=cast.leader)
    known = create_customer(by=cast.agent, name="王小明先生", phone="13900139000")
    assert known == kept


@pytest.mark.parametrize(
    "row",
    [
        {"购车人": "王小明先生", "联系电话": "13900139000"},
        {"购车人": "王小明", "联系电话": "13900139000"},
        {"购车人": "王小明先生", "联系电话": "13800138000"},
        {
            "购车人": "王大明",
            "联系电话": "13700137000",
            "证件号码": "110101199003071233",
        },
    ],
)
def test_a_file_with_the_old_name_or_number_is_about_the_kept_one(
    pair, cast, upload, row
):
    kept, merged = pair
    Customer.objects.filter(pk=merged.pk).update(id_number="110101199003071233")
    merge_customers(kept, merged, by=cast.leader)
    upload(csv_file([a_sale(**row)]))
    assert kept.sales.count() == 1
    assert Customer.objects.count() == 2


def test_a_sale_sent_again_after_the_merge_stays_the_kept_ones(pair, cast, upload):
    kept, merged = pair
    row = {"购车人": "王小明先生", "联系电话": "13900139000"}
    upload(csv_file([a_sale(**row)]))
    assert merged.sales.count() == 1
    merge_customers(kept, merged, by=cast.leader)
    upload(csv_file([a_sale(**row, 成交价=99000)]))
    assert kept.sales.get().price == 99000
    assert kept.ownerships.count() == 1


def test_a_call_saved_while_the_merge_was_made_is_gathered(pair, cast):
    kept, merged = pair
    merge_customers(kept, merged, by=cast.leader)
    call = InteractionFactory(customer=merged, agent=cast.agent)
    merged.phones.create(number="+8613700137000")
    assert gather_strays() == 2
    assert Interaction.objects.get(pk=call.pk).customer == kept
    assert gather_strays() == 0


def test_the_number_called_first_is_so_again_after_the_undo(pair, cast):
    kept, merged = pair
    first = merged.phones.create(number=NUMBER, place=-1)
    merge = merge_customers(kept, merged, by=cast.leader)
    undo_merge(merge, by=cast.leader)
    assert [phone.number for phone in merged.phones.all()] == [first.number, OTHER]


@pytest.mark.parametrize("is_wrong", [True, False])
def test_a_number_both_have_that_comes_late_is_kept_once(pair, cast, is_wrong):
    kept, merged = pair
    merge_customers(kept, merged, by=cast.leader)
    merged.phones.create(number=NUMBER, is_wrong=is_wrong)
    assert gather_strays() == 1
    assert not merged.phones.exists()
    assert kept.phones.get(number=NUMBER).is_wrong == is_wrong
    assert gather_strays() == 0


@pytest.mark.parametrize("is_gathered", [True, False])
def test_a_number_both_have_that_comes_late_does_not_hinder_the_undo(
    pair, cast, is_gathered
):
    kept, merged = pair
    merged.phones.create(number=NUMBER)
    merge = merge_customers(kept, merged, by=cast.leader)
    merged.phones.create(number=NUMBER)
    if is_gathered:
        gather_strays()
    undo_merge(merge, by=cast.leader)
    assert merged.phones.filter(number=NUMBER).count() == 1
    assert kept.phones.filter(number=NUMBER).count() == 1


def test_a_dealer_sees_the_kept_one_after_the_merge(places, pair, cast):
    kept, merged = pair
    SaleFactory(dealer=places.dealer, customer=merged)
    assert kept not in Customer.objects.visible_to(cast.clerk)
    merge_customers(kept, merged, by=cast.leader)
    assert list(Customer.objects.visible_to(cast.clerk)) == [kept]
