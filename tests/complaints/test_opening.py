"""The form: facts filled in, people found or added, advice given before saving."""

import pytest
from django.urls import reverse

from complaints.models import Case
from crm.models import Customer, Interaction, Ownership, Sale
from tests.factories.complaints import CarFactory, make_case, make_customer
from tests.queries import queries_of

URL = reverse("complaints:open")
FACTS = {
    "kind": "complaint",
    "category": "service",
    "level": "general",
    "subject": "Noise",
    "description": "Since Monday",
}


@pytest.fixture
def agent(cast, logged_in):
    return logged_in(cast.agent)


@pytest.fixture
def customer(db):
    return make_customer()


@pytest.fixture
def car(customer):
    car = CarFactory()
    Ownership.objects.create(vehicle=car, customer=customer, from_on="2026-01-02")
    return car


def test_facts_of_the_link_are_filled_in(agent, customer, car):
    query = {"customer": customer.pk, "vehicle": car.pk, "subject": "异响"}
    form = agent.get(URL, query).context["form"]
    assert form["subject"].value() == "异响"
    assert form.initial["vehicle"] == car
    assert "new_name" not in form.fields


def test_a_case_keeps_the_call_it_was_opened_in(cast, agent, customer, car):
    call = Interaction.objects.create(
        type_id="complaint",
        direction="in",
        customer=customer,
        agent=cast.agent,
        started_at="2026-11-16T02:00Z",
    )
    page = agent.get(URL, {"interaction": call.pk})
    assert page.context["known"].customer == customer
    agent.post(URL, {**FACTS, "interaction": call.pk, "vehicle": car.pk})
    case = Case.objects.get()
    assert (case.opened_in, case.customer, case.vehicle) == (call, customer, car)


def test_a_caller_is_found_by_number(agent, customer):
    found = agent.get(URL, {"phone": "138 1234 5678", "subject": "Noise"})
    assert found.status_code == 302
    assert f"customer={customer.pk}" in found.url
    assert "subject=Noise" in found.url
    double = make_customer("李娜", number="+8613812345678")
    page = agent.get(URL, {"phone": "13812345678"})
    assert {match["customer"] for match in page.context["matches"]} == {
        customer,
        double,
    }


def test_somebody_new_is_added_with_the_case(agent, db):
    page = agent.get(URL, {"phone": "139 9999 8888"})
    assert page.context["form"]["new_phone"].value() == "139 9999 8888"
    made = agent.post(URL, {**FACTS, "new_name": "王芳", "new_phone": "13999998888"})
    assert made.status_code == 302
    case = Case.objects.get()
    assert case.customer.name == "王芳"
    assert case.customer.phones.get().number == "+8613999998888"


def test_nothing_is_kept_of_a_form_with_a_fault(agent, db):
    page = agent.post(URL, {**FACTS, "new_name": "王芳", "new_phone": "123"})
    assert page.status_code == 200
    assert "This is not a whole telephone number." in page.content.decode()
    assert not Customer.objects.exists()
    page = agent.post(URL, {**FACTS, "subject": "", "new_name": "王", "new_phone": ""})
    assert set(page.context["form"].errors) == {"subject", "new_phone"}


def test_grave_words_propose_major_but_the_agent_decides(agent, customer):
    facts = {**FACTS, "customer": customer.pk, "description": "刹车失灵,有人受伤"}
    page = agent.post(URL, facts)
    assert "Level proposed: Major" in page.content.decode()
    assert "“刹车失灵”: brakes" in page.content.decode()
    assert page.context["form"]["level"].value() == "major"
    assert not Case.objects.exists()
    seen = page.context["advice"].key
    agent.post(URL, {**facts, "seen": seen})
    assert Case.objects.get().level == "general"


def test_a_grave_case_saved_as_such_needs_no_second_look(agent, customer):
    facts = {**FACTS, "customer": customer.pk, "subject": "起火", "level": "major"}
    assert agent.post(URL, facts).status_code == 302


def test_words_of_the_link_set_the_level_at_once(agent, customer):
    page = agent.get(URL, {"customer": customer.pk, "description": "安全气囊"})
    assert page.context["form"]["level"].value() == "major"


def test_open_cases_of_the_customer_or_car_are_shown_before_saving(
    cast, agent, customer, car
):
    like = make_case(cast.agent, customer=make_customer("李娜"), vehicle=car)
    facts = {**FACTS, "customer": customer.pk, "vehicle": car.pk}
    page = agent.post(URL, facts)
    assert like.number in page.content.decode()
    assert Case.objects.count() == 1
    assert agent.post(URL, {**facts, "seen": page.context["advice"].key}).url
    assert Case.objects.count() == 2
    assert like.number in agent.get(URL, {"vehicle": car.pk}).content.decode()


def test_advice_comes_while_the_form_is_filled_in(cast, agent, customer):
    like = make_case(cast.agent, customer=customer)
    facts = {**FACTS, "customer": customer.pk, "description": "自燃", "advise": "1"}
    part = agent.post(URL, facts, headers={"HX-Request": "true"}).content.decode()
    assert 'id="advice"' in part
    assert "<html" not in part
    assert like.number in part
    assert "Level proposed: Major" in part
    assert Case.objects.count() == 1


def test_what_the_reader_may_not_see_or_does_not_exist_is_404(agent, customer):
    for query in ({"customer": 999}, {"vehicle": "x"}, {"interaction": 999}):
        assert agent.get(URL, query).status_code == 404


def test_the_form_costs_the_same_for_a_customer_with_many_cars(
    cast, places, agent, customer, car
):
    def add(number):
        other = CarFactory()
        Sale.objects.create(
            dealer=places.dealer,
            sale_no=str(number),
            customer=customer,
            vehicle=other,
            invoiced_on="2026-01-02",
        )
        make_case(cast.agent, customer=customer, vehicle=other)

    add(0)
    queries_of(agent, URL, {"customer": customer.pk})
    one = queries_of(agent, URL, {"customer": customer.pk})
    for number in range(1, 9):
        add(number)
    assert queries_of(agent, URL, {"customer": customer.pk}) == one
