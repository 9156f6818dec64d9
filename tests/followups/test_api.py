from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.records import make_customer, make_sale, make_task


@pytest.fixture
def get(cast, logged_in):
    def read(by=cast.agent, **query):
        answer = logged_in(by).get("/api/tasks/", query)
        assert answer.status_code == 200, answer.json()
        return [row["id"] for row in answer.json()["results"]]

    return read


def test_tasks_are_found_by_what_people_know_of_them(get, cast):
    now = timezone.now()
    mine = make_task(
        make_customer("李雷"), status="assigned", assigned_to=cast.agent, priority=1
    )
    ended = make_task(
        make_customer(), status="completed", due_at=now - timedelta(days=5)
    )
    assert get() == [mine.pk, ended.pk]
    assert get(mine="true") == [mine.pk]
    assert get(mine="true", by=cast.colleague) == []
    assert get(open="true") == [mine.pk]
    assert get(open="false") == [ended.pk]
    assert get(status=["completed", "expired"]) == [ended.pk]
    assert get(plan="test-plan", search="李") == [mine.pk]
    assert get(type="post_repair") == []
    assert get(customer=ended.customer_id) == [ended.pk]
    assert get(due_before=now.isoformat()) == [ended.pk]
    assert get(assigned_to=cast.agent.pk) == [mine.pk]


def test_a_dealer_sees_the_tasks_about_its_own_sales(get, cast, places):
    sale = make_sale(places.dealer)
    task = make_task(sale.customer, sale=sale, vehicle=sale.vehicle)
    make_task(make_customer())
    assert get(by=cast.clerk) == [task.pk]
    assert get(by=cast.outsider) == []
