"""The list of customers found twice, the page that compares two, and the way back."""

import pytest
from django.urls import reverse

from accounts.models import LogEntry
from crm.duplicates import find_duplicates
from crm.merging import merge_customers
from crm.models import Customer, DuplicatePair, Merge
from desk.comparing import better_known
from tests.factories.complaints import make_case
from tests.factories.crm import (
    CustomerFactory,
    InteractionFactory,
    OwnershipFactory,
    SaleFactory,
)
from tests.queries import queries_of

LIST = reverse("desk:duplicates")
NUMBER = "+8613800138000"


def page(customer):
    return reverse("desk:customer", args=[customer.pk])


def comparing(one, other):
    return reverse("desk:merge", args=[one.pk, other.pk])


@pytest.fixture
def two(db):
    one = CustomerFactory(name="王小明", city="深圳市", numbers=[NUMBER])
    other = CustomerFactory(name="王小明先生", city="广州市", numbers=[NUMBER])
    find_duplicates()
    return one, other


def test_the_list_says_why_and_hides_the_numbers(two, cast, logged_in):
    text = logged_in(cast.agent).get(LIST).content.decode()
    assert "same name, same telephone number" in text
    assert comparing(*two) in text
    assert "138****8000" in text
    assert "13800138000" not in text


def test_an_empty_list_says_what_to_do(cast, logged_in):
    text = logged_in(cast.agent).get(LIST).content.decode()
    assert "Nobody seems to be here twice." in text


def test_the_surest_comes_first_page_by_page(cast, logged_in):
    for n in range(15):
        for name in ("王小明", "王晓明", "王小明女士"):
            CustomerFactory(name=name, numbers=[f"+86138001380{n:02}"])
    find_duplicates()
    client = logged_in(cast.leader)
    first = client.get(LIST).context["page"]
    assert first.paginator.count == 45
    scores = [pair.score for pair in first]
    assert scores == sorted(scores, reverse=True)
    assert client.get(LIST, {"page": 3}).context["page"].has_previous()


def test_the_list_costs_the_same_for_one_pair_and_for_ten(two, cast, logged_in):
    client = logged_in(cast.leader)
    one = queries_of(client, LIST)
    for n in range(9):
        for name in ("李红", "李红女士"):
            CustomerFactory(name=name, numbers=[f"+861390013900{n}"])
    find_duplicates()
    assert DuplicatePair.objects.count() == 10
    assert queries_of(client, LIST) == one


def test_side_by_side_shows_what_differs_and_hides_the_numbers(two, cast, logged_in):
    InteractionFactory(customer=two[0], agent=cast.agent)
    answer = logged_in(cast.leader).get(comparing(*two))
    lines = {str(line.label): line for line in answer.context["lines"]}
    assert lines["Calls"].values == ["1", "0"]
    assert lines["Place"].differs
    assert not lines["Phone"].differs
    assert "13800138000" not in answer.content.decode()


def test_the_comparison_costs_the_same_for_little_and_for_much(
    places, two, cast, logged_in
):
    client = logged_in(cast.leader)

    def add(count):
        for person in two:
            for _ in range(count):
                sale = SaleFactory(dealer=places.dealer, customer=person)
                OwnershipFactory(customer=person, vehicle=sale.vehicle)
                make_case(cast.agent, customer=person)

    add(1)
    little = queries_of(client, comparing(*two))
    add(9)
    assert queries_of(client, comparing(*two)) == little


def test_who_has_more_records_is_kept_unless_told_else_the_older(two, cast):
    one, other = two
    assert better_known(other, one) == one
    InteractionFactory(customer=other, agent=cast.agent)
    assert better_known(one, other) == other


def test_a_leader_merges_is_told_and_undoes_it(two, cast, logged_in):
    one, other = two
    client = logged_in(cast.leader)
    answer = client.post(comparing(one, other), {"keep": other.pk}, follow=True)
    merge = Merge.objects.get()
    undo = reverse("desk:merge_undo", args=[merge.pk])
    text = answer.content.decode()
    assert (merge.kept, merge.merged) == (other, one)
    assert "王小明 and 王小明先生 are one now" in text
    assert undo in text
    answer = client.post(undo, follow=True)
    assert "are two again" in answer.content.decode()
    for person in two:
        told = client.get(page(person)).context["story"].events
        assert [event.kind for event in told] == ["merge", "merge"]


def test_the_page_of_the_merged_one_leads_to_the_kept_one(two, cast, logged_in):
    one, other = two
    merge_customers(one, other, by=cast.leader)
    client = logged_in(cast.agent)
    answer = client.get(page(other), follow=True)
    assert answer.redirect_chain == [(page(one), 302)]
    assert "was merged with another" in answer.content.decode()
    outsider = logged_in(cast.outsider)
    assert outsider.get(page(other)).status_code == 404


def test_a_call_typed_on_the_old_page_is_kept(two, cast, logged_in):
    one, other = two
    client = logged_in(cast.agent)
    url = reverse("desk:interaction", args=[other.pk])
    assert client.get(url).status_code == 200
    merge_customers(one, other, by=cast.leader)
    client.post(
        url,
        {
            "type": "other",
            "direction": "out",
            "outcome": "settled",
            "summary": "Asked about the merge.",
            "started_at": "2026-01-01T10:00:00+08:00",
        },
    )
    assert [call.summary for call in one.interactions.all()] == [
        "Asked about the merge."
    ]


def test_a_case_from_the_old_link_is_about_the_kept_one(two, cast, logged_in):
    one, other = two
    merge_customers(one, other, by=cast.leader)
    url = reverse("complaints:open")
    answer = logged_in(cast.agent).get(url, {"customer": other.pk})
    assert answer.context["known"].customer == one


def test_a_page_left_open_does_not_merge_a_third_time(two, cast, logged_in):
    one, other = two
    merge_customers(one, other, by=cast.leader)
    client = logged_in(cast.manager)
    answer = client.post(comparing(one, other), {"keep": other.pk}, follow=True)
    assert "These two are one already." in answer.content.decode()
    assert Merge.objects.count() == 1


def test_an_agent_sees_both_and_merges_nobody(two, cast, logged_in):
    client = logged_in(cast.agent)
    text = client.get(comparing(*two)).content.decode()
    assert "A team leader or manager merges them." in text
    assert "Merge into one" not in text
    assert client.post(comparing(*two), {"keep": two[0].pk}).status_code == 403
    assert not Merge.objects.exists()


def test_two_different_people_leave_the_list_for_good(two, cast, logged_in):
    client = logged_in(cast.leader)
    url = reverse("desk:not_the_same", args=[two[1].pk, two[0].pk])
    text = client.post(url, follow=True).content.decode()
    assert "are two: they are not listed again" in text
    find_duplicates()
    assert comparing(*two) not in client.get(LIST).content.decode()
    assert "two different customers" in client.get(comparing(*two)).content.decode()
    log = LogEntry.objects.filter(action="customer.not_the_same")
    assert set(log.values_list("subject_id", flat=True)) == {p.pk for p in two}


def test_the_other_one_is_found_by_what_is_known_of_them(two, cast, logged_in):
    one, other = two
    third = CustomerFactory(name="李红", numbers=["+8613900139000"])
    url = reverse("desk:merge_with", args=[one.pk])
    client = logged_in(cast.leader)
    assert url in client.get(page(one)).content.decode()
    text = client.get(url, {"q": "13900139000"}).content.decode()
    assert comparing(one, third) in text
    assert comparing(one, other) not in text
    assert "Nobody else fits" in client.get(url, {"q": "赵"}).content.decode()


def test_the_customer_page_tells_who_is_probably_the_same(two, cast, logged_in):
    one, other = two
    text = logged_in(cast.agent).get(page(one)).content.decode()
    assert reverse("desk:merge", args=[one.pk, other.pk]) in text
    merge_customers(one, other, by=cast.leader)
    assert "Undo" not in logged_in(cast.agent).get(page(one)).content.decode()
    assert "Undo" in logged_in(cast.leader).get(page(one)).content.decode()


def test_what_is_refused_is_told_on_the_page(two, cast, logged_in):
    one, other = two
    merge = merge_customers(one, other, by=cast.leader)
    merge_customers(CustomerFactory(name="王大明"), one, by=cast.leader)
    url = reverse("desk:merge_undo", args=[merge.pk])
    text = logged_in(cast.leader).post(url, follow=True).content.decode()
    assert "Undo that first" in text
    assert Customer.objects.standing().count() == 1
