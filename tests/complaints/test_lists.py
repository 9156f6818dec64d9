"""The centre's list and the units' inbox: who finds what, in which order."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.models import Case
from complaints.services import (
    accept_transfer,
    answer_transfer,
    transfer_case,
    verify_case,
)
from tests.factories.complaints import (
    answered_case,
    handed_case,
    make_case,
    make_customer,
)
from tests.queries import queries_of

CASES, INBOX = reverse("complaints:cases"), reverse("complaints:inbox")


def listed(client, url=CASES, **query) -> list[Case]:
    return [row["case"] for row in client.get(url, query).context["rows"]]


@pytest.fixture
def agent(cast, logged_in):
    return logged_in(cast.agent)


def test_the_most_urgent_comes_first(cast, agent):
    now = timezone.now()
    fresh = make_case(cast.agent, at=now)
    late = make_case(cast.agent, at=now - timedelta(days=40))
    assert listed(agent) == [late, fresh]
    assert listed(agent, show="late") == [late]


def test_a_case_is_late_when_the_unit_is(cast, places, agent):
    case = make_case(cast.agent, kind="consultation", at=timezone.now())
    assert listed(agent, show="late") == []
    complaint = make_case(cast.agent, at=timezone.now())
    weeks_ago = timezone.now() - timedelta(days=20)
    transfer_case(complaint, by=cast.agent, to=places.department, at=weeks_ago)
    assert listed(agent, show="late") == [complaint]
    assert set(listed(agent)) == {case, complaint}


def test_filters_are_links_that_combine(cast, places, agent):
    mine = make_case(cast.agent, level="major")
    theirs = make_case(cast.colleague)
    done = answered_case(cast, places.department, cast.handler)
    verify_case(done, by=cast.agent, satisfied=True)
    assert set(listed(agent)) == {mine, theirs}
    assert listed(agent, show="mine") == [mine]
    assert listed(agent, show="closed") == [done]
    assert set(listed(agent, show="all")) == {mine, theirs, done}
    assert listed(agent, level="major") == [mine]
    assert listed(agent, show="mine", level="general") == []
    assert listed(agent, status="answered") == []
    assert "No case fits." in agent.get(CASES, {"status": "answered"}).content.decode()


def test_search_finds_by_number_name_and_phone(cast, agent):
    case = make_case(
        cast.agent, customer=make_customer("欧阳娜娜", number="+8613911112222")
    )
    make_case(cast.agent, customer=make_customer("张伟"))
    for text in (case.number, case.number[-13:], "欧阳", "139 1111 2222"):
        assert listed(agent, q=text) == [case]
    assert listed(agent, q="nobody") == []


def test_regional_and_branch_people_see_their_own_tree(cast, places, logged_in):
    near = make_case(cast.agent, organisation=places.dealer)
    make_case(cast.agent, organisation=places.other_dealer)
    for person in (cast.regional, cast.reviewer):
        assert listed(logged_in(person)) == [near]
        assert listed(logged_in(person), q="张") == [near]


def test_handlers_find_only_what_was_handed_to_their_unit(cast, places, logged_in):
    case, _ = handed_case(cast, places.department)
    handed_case(cast, places.other_department)
    handler = logged_in(cast.handler)
    assert listed(handler) == listed(handler, INBOX) == [case]


def test_the_inbox_shows_what_waits_by_due_time_then_what_was_answered(
    cast, places, logged_in
):
    now = timezone.now()
    _, calm = handed_case(cast, places.department)
    urgent, _ = handed_case(cast, places.department, level="major")
    old = make_case(cast.agent, at=now)
    transfer_case(old, by=cast.agent, to=places.department, at=now - timedelta(days=30))
    done = answered_case(cast, places.department, cast.handler)
    handler = logged_in(cast.handler)
    assert listed(handler, INBOX) == [old, urgent, calm.case]
    accept_transfer(calm, by=cast.handler)
    assert calm.case in listed(handler, INBOX)
    assert listed(handler, INBOX, show="answered") == [done]


def test_a_dealer_s_clerk_has_the_same_inbox(cast, places, logged_in):
    case, _ = handed_case(cast, places.dealer)
    assert listed(logged_in(cast.clerk), INBOX) == [case]
    assert listed(logged_in(cast.outsider), INBOX) == []


def test_ten_rows_cost_no_more_than_one(cast, places, agent, logged_in):
    handler = logged_in(cast.handler)

    def make():
        handed_case(
            cast,
            places.department,
            customer=make_customer(),
            organisation=places.dealer,
        )
        answered_case(cast, places.department, cast.handler)

    def count():
        urls = (CASES, INBOX, f"{INBOX}?show=answered")
        clients = (agent, handler, handler)
        return [queries_of(*each) for each in zip(clients, urls, strict=True)]

    make()
    count()
    one = count()
    for _ in range(9):
        make()
    assert count() == one


def test_a_long_case_costs_no_more_than_a_short_one(cast, places, agent):
    case = answered_case(cast, places.department, cast.handler)
    url = reverse("complaints:detail", args=[case.pk])
    queries_of(agent, url)
    one = queries_of(agent, url)
    for _ in range(3):
        verify_case(case, by=cast.agent, satisfied=False)
        transfer = transfer_case(case, by=cast.agent, to=places.department)
        accept_transfer(transfer, by=cast.handler)
        answer_transfer(transfer, by=cast.handler, answer="Again")
    assert queries_of(agent, url) == one
