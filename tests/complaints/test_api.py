from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.records import hand_over, make_case, make_customer


@pytest.fixture
def get(cast, logged_in):
    def read(by=cast.agent, **query):
        answer = logged_in(by).get("/api/cases/", query)
        assert answer.status_code == 200, answer.json()
        return [row["id"] for row in answer.json()["results"]]

    return read


def test_cases_are_found_by_what_people_know_of_them(get, cast, places):
    now = timezone.now()
    old = make_case(
        cast.agent,
        make_customer(),
        status="closed",
        closed_at=now,
        level="major",
        opened_at=now - timedelta(days=9),
    )
    new = make_case(
        cast.agent, make_customer(), subject="漏油", organisation=places.dealer
    )
    assert get() == [new.pk, old.pk]
    assert get(open="true") == [new.pk]
    assert get(open="false") == [old.pk]
    assert get(status="closed") == [old.pk]
    assert get(level=["major", "crisis"]) == [old.pk]
    assert get(customer=new.customer_id) == [new.pk]
    assert get(search="漏") == [new.pk]
    assert get(number=old.number.lower()) == [old.pk]
    assert get(organisation="D1") == [new.pk]
    assert get(opened_after=(now - timedelta(days=1)).isoformat()) == [new.pk]
    assert get(opened_before=(now - timedelta(days=1)).isoformat()) == [old.pk]
    assert get(ordering="opened_at") == [old.pk, new.pk]


def test_a_department_sees_the_cases_handed_to_it(cast, places, logged_in):
    case = make_case(cast.agent, make_customer())
    make_case(cast.agent, make_customer())
    own = hand_over(case, places.department, cast.agent)
    [row] = logged_in(cast.handler).get("/api/cases/").json()["results"]
    assert row["id"] == case.pk
    assert [transfer["id"] for transfer in row["transfers"]] == [own.pk]
    url = f"/api/cases/{case.pk}/"
    assert logged_in(cast.other_handler).get(url).status_code == 404
    assert logged_in(cast.outsider).get(url).status_code == 404


def test_cases_are_not_sorted_by_the_spelling_of_a_level(get, cast):
    grave = make_case(cast.agent, make_customer(), level="major")
    plain = make_case(cast.agent, make_customer(), level="general")
    newest_first = [plain.pk, grave.pk]
    for field in ("level", "-level", "status", "-status"):
        assert get(ordering=field) == newest_first
