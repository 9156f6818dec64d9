"""The whole way of a case through the pages, by the people who walk it."""

from django.urls import reverse

from complaints.models import Case, Transfer
from complaints.services import answer_case, verify_case
from tests.factories.complaints import (
    answered_case,
    handed_case,
    make_case,
    make_customer,
)


def press(client, name, row, **data):
    """Press a button of the page; what the page says afterwards."""
    answer = client.post(
        reverse(f"complaints:{name}", args=[row.pk]), data, follow=True
    )
    assert answer.status_code in {200, 422}
    return [str(message) for message in answer.context["messages"]]


def test_a_complaint_goes_round_until_the_customer_is_satisfied(
    cast, places, logged_in
):
    agent, handler = logged_in(cast.agent), logged_in(cast.handler)
    other = logged_in(cast.other_handler)
    customer = make_customer()
    facts = {"subject": "Noise", "description": "Since Monday", "kind": "complaint"}
    facts |= {"category": "service", "level": "general", "customer": customer.pk}
    page = agent.post(reverse("complaints:open"), facts, follow=True)
    case = Case.objects.get()
    assert case.number in page.content.decode()

    to, second = places.department, places.other_department
    assert press(agent, "contact", case) == ["The first contact is recorded."]
    assert press(agent, "transfer", case, to=to.pk, note="Please look") == [
        "The case is handed to Organisation DEPT."
    ]
    wrong = Transfer.objects.get()
    assert press(handler, "return", wrong, reason="Not ours") == [
        "Returned to the centre."
    ]
    press(agent, "transfer", case, to=second.pk)
    right = Transfer.objects.get(to=second)
    assert press(other, "accept", right) == ["Accepted. Answer it before it is due."]
    assert press(other, "answer", right, answer="New bearing") == [
        "Answered. The centre will ask the customer whether it is solved."
    ]
    assert press(
        agent, "verify", case, round=1, satisfied="no", note="Still noisy"
    ) == ["The next round begins."]
    case.refresh_from_db()
    assert (case.round, case.level, case.status) == (2, "escalated", "registered")
    press(agent, "solve", case, answer="A voucher was agreed")
    assert press(agent, "verify", case, round=2, satisfied="yes", note="Quiet now") == [
        "The case is closed."
    ]
    page = agent.get(reverse("complaints:detail", args=[case.pk])).content.decode()
    for told in (
        "Not ours",
        "New bearing",
        "Still noisy",
        "Quiet now",
        "A voucher was agreed",
        "Round 2",
    ):
        assert told in page
    assert "the customer says it is solved" in page


def test_a_step_out_of_turn_is_refused_with_a_message(cast, places, logged_in):
    case, transfer = handed_case(cast, places.department)
    agent, handler = logged_in(cast.agent), logged_in(cast.handler)
    is_sent = f"Case {case.number} is “Handed over” now."
    assert press(agent, "transfer", case, to=places.department.pk) == [
        f"{is_sent} This can no longer be done."
    ]
    assert press(agent, "solve", case, answer="Done") == [
        "The case is with Organisation DEPT, whose answer is awaited."
    ]
    assert press(handler, "answer", transfer, answer="Done") == [
        "Accept the case first."
    ]
    press(handler, "accept", transfer)
    assert press(handler, "accept", transfer) == [
        "This is “Accepted” already, by handler."
    ]
    assert press(agent, "raise", case, level="general") == [
        "The level can only be raised; it is “General” now."
    ]
    assert press(agent, "verify", case, round=1, satisfied="yes", note="Fine") == [
        f"Case {case.number} is “Accepted” now."
        " There is no answer to check with the customer."
    ]
    press(agent, "contact", case)
    assert press(agent, "contact", case) == [
        "The first contact with the customer is recorded already."
    ]


def test_an_answer_to_an_earlier_round_closes_nothing(cast, places, logged_in):
    case = answered_case(cast, places.department, cast.handler)
    agent = logged_in(cast.agent)
    page = agent.get(reverse("complaints:detail", args=[case.pk]))
    old = page.context["verify_form"]["round"].value()
    verify_case(case, by=cast.leader, satisfied=False)
    answer_case(case, by=cast.agent, answer="A new gearbox was fitted.")
    told = press(agent, "verify", case, round=old, satisfied="yes", note="Quiet")
    assert told[0].startswith("Round 2 has been answered since")
    case.refresh_from_db()
    assert (case.round, case.status) == (2, "answered")


def test_what_a_form_lacks_is_named(cast, places, logged_in):
    case, transfer = handed_case(cast, places.department)
    handler = logged_in(cast.handler)
    assert press(handler, "return", transfer) == [
        "Why it is not yours: This field is required."
    ]
    agent = logged_in(cast.agent)
    refused = press(agent, "transfer", case, to=places.region.pk)
    assert refused[0].startswith("Hand over to: Select a valid choice.")


def test_what_was_typed_into_a_refused_form_stays_in_it(cast, places, logged_in):
    case = make_case(cast.agent)
    url = reverse("complaints:transfer", args=[case.pk])
    page = logged_in(cast.agent).post(url, {"note": "Look at bearing 2"})
    assert page.status_code == 422
    assert page.context["transfer_form"]["note"].value() == "Look at bearing 2"
    assert "Look at bearing 2</textarea>" in page.content.decode()


def test_an_answer_that_comes_second_is_not_lost(cast, places, logged_in):
    """A colleague of the unit was faster: the form is gone, the words are not."""
    case = answered_case(cast, places.department, cast.handler)
    url = reverse("complaints:answer", args=[case.transfers.get().pk])
    page = logged_in(cast.handler).post(url, {"answer": "A long story"})
    assert page.status_code == 422
    assert "answer_form" not in page.context
    assert "A long story" in page.content.decode()


def test_the_words_of_an_earlier_round_stay_but_not_the_choice(cast, places, logged_in):
    case = answered_case(cast, places.department, cast.handler)
    verify_case(case, by=cast.leader, satisfied=False)
    answer_case(case, by=cast.agent, answer="A new gearbox was fitted.")
    said = {"round": 1, "satisfied": "yes", "note": "Quiet now"}
    url = reverse("complaints:verify", args=[case.pk])
    form = logged_in(cast.agent).post(url, said).context["verify_form"]
    assert [form[name].value() for name in said] == [2, None, "Quiet now"]


def test_the_page_offers_each_reader_their_own_next_step(cast, places, logged_in):
    case, transfer = handed_case(cast, places.department, organisation=places.dealer)
    url = reverse("complaints:detail", args=[case.pk])

    def offered(person):
        page = logged_in(person).get(url).content.decode()
        names = {
            "contact": case.pk,
            "transfer": case.pk,
            "raise": case.pk,
            "solve": case.pk,
            "verify": case.pk,
            "accept": transfer.pk,
            "return": transfer.pk,
            "answer": transfer.pk,
        }
        urls = {
            name: reverse(f"complaints:{name}", args=[pk]) for name, pk in names.items()
        }
        return {name for name, action in urls.items() if f'action="{action}"' in page}

    assert offered(cast.agent) == {"contact", "raise"}
    assert offered(cast.handler) == {"accept", "return"}
    assert offered(cast.regional) == offered(cast.administrator) == set()
    press(logged_in(cast.handler), "accept", transfer)
    assert offered(cast.handler) == {"answer", "return"}
    press(logged_in(cast.handler), "answer", transfer, answer="Done")
    assert offered(cast.handler) == set()
    assert offered(cast.agent) == {"contact", "raise", "verify"}
    verify_case(case, by=cast.agent, satisfied=False)
    assert offered(cast.agent) == {"transfer", "raise", "solve"}
    assert offered(cast.colleague) == {"transfer", "raise"}


def test_the_number_is_whole_only_for_the_unit_that_must_ring(cast, places, logged_in):
    case = make_case(cast.agent, customer=make_customer(number="+8613812345678"))
    url = reverse("complaints:detail", args=[case.pk])
    agent, handler = logged_in(cast.agent), logged_in(cast.handler)
    assert "138 1234 5678" not in agent.get(url).content.decode()
    press(agent, "transfer", case, to=places.department.pk)
    assert "138 1234 5678" in handler.get(url).content.decode()
    transfer = Transfer.objects.get()
    press(handler, "return", transfer, reason="Not ours")
    assert "138 1234 5678" not in handler.get(url).content.decode()


def test_a_notification_leads_to_the_case(cast, places, logged_in):
    case = answered_case(cast, places.department, cast.handler)
    page = logged_in(cast.agent).get(reverse("accounts:notifications"))
    assert reverse("complaints:detail", args=[case.pk]) in page.content.decode()
    assert f"answered case {case.number}" in page.content.decode()
