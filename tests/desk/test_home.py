import datetime

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from complaints.models import Case
from followups.models import Task
from followups.services import promise_call_back
from tests.factories.complaints import make_case
from tests.factories.crm import CustomerFactory, InteractionFactory
from tests.factories.followups import in_hand
from tests.queries import queries_of

MINE = reverse("desk:mine")
HOUR = datetime.timedelta(hours=1)


@pytest.mark.parametrize(
    ("person", "page"),
    [
        ("agent", "desk:mine"),
        ("leader", "desk:boards"),
        ("manager", "desk:boards"),
        ("regional", "desk:boards"),
        ("clerk", "crm:uploads"),
        ("station_clerk", "crm:uploads"),
        ("reviewer", "crm:uploads"),
        ("handler", "complaints:inbox"),
        ("editor", "knowledge:articles"),
        ("administrator", "admin:index"),
    ],
)
def test_each_role_lands_on_its_own_page(cast, logged_in, person, page):
    answer = logged_in(getattr(cast, person)).get(reverse("desk:home"))
    assert answer.url == reverse(page)


def promise(agent, **changes):
    return promise_call_back(
        **{
            "customer": CustomerFactory(numbers=["+8613912345678"]),
            "by": agent,
            "at": timezone.now() + HOUR,
            "note": "The price list",
            **changes,
        }
    )


def test_the_desk_shows_what_is_mine_and_nothing_of_others(cast, logged_in):
    mine, theirs = in_hand(cast.agent), in_hand(cast.colleague)
    promise(cast.agent)
    case = make_case(cast.agent, customer=CustomerFactory(name="王秀英"))
    make_case(cast.colleague, customer=CustomerFactory())
    answer = logged_in(cast.agent).get(MINE)
    assert [row["task"] for row in answer.context["held"]] == [mine]
    assert theirs.customer.name not in answer.content.decode()
    assert "The price list" in answer.content.decode()
    assert [row["case"] for row in answer.context["cases"]] == [case]


def test_the_earliest_promise_comes_first_and_a_late_one_says_so(cast, logged_in):
    later = promise(cast.agent)
    late = promise(cast.agent, at=timezone.now() + HOUR / 2)
    long_ago = timezone.now() - 24 * HOUR
    Task.objects.filter(pk=late.pk).update(not_before=long_ago, due_at=long_ago)
    rows = logged_in(cast.agent).get(MINE).context["promises"]
    assert [(row["task"], row["is_late"]) for row in rows] == [
        (late, True),
        (later, False),
    ]


def test_the_case_due_soonest_comes_first(cast, logged_in):
    person = CustomerFactory()
    general = make_case(cast.agent, customer=person)
    crisis = make_case(cast.agent, customer=person, level=Case.Level.CRISIS)
    rows = logged_in(cast.agent).get(MINE).context["cases"]
    assert [row["case"] for row in rows] == [crisis, general]


def test_the_figures_are_the_agents_own_of_today(cast, logged_in):
    yesterday = timezone.now() - datetime.timedelta(days=1)
    InteractionFactory(agent=cast.agent)
    InteractionFactory.create_batch(2, agent=cast.agent, direction="out")
    InteractionFactory(agent=cast.agent, started_at=yesterday)
    InteractionFactory(agent=cast.colleague)
    figures = logged_in(cast.agent).get(MINE).context["figures"]
    assert (figures["answered"], figures["made"]) == (1, 2)


def test_the_desk_costs_the_same_for_one_row_and_for_ten(cast, logged_in):
    client = logged_in(cast.agent)

    in_hand(cast.agent)

    def add():
        promise(cast.agent)
        make_case(cast.agent, customer=CustomerFactory())

    add()
    one = queries_of(client, MINE)
    for _ in range(9):
        add()
    assert queries_of(client, MINE) == one


def test_a_time_of_another_year_says_so():
    def shown(at):
        return render_to_string("components/due.html", {"at": at})

    now = timezone.localtime()
    assert f"by {now:%m-%d %H:%M}" in shown(now)
    last_year = now.replace(year=now.year - 1, day=1)
    assert f"by {last_year:%Y-%m-%d %H:%M}" in shown(last_year)
