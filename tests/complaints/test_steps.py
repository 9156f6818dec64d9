"""Which step may follow which, who may take it, and what it leaves behind."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import LogEntry, Notification
from complaints.models import Case, Transfer
from complaints.services import (
    accept_transfer,
    answer_case,
    answer_transfer,
    open_case,
    raise_level,
    record_first_contact,
    return_transfer,
    transfer_case,
    verify_case,
)
from complaints.signals import case_answered
from tests.factories.complaints import (
    answered_case,
    handed_case,
    make_case,
    make_customer,
)

Status = Case.Status


def told(user) -> list[str]:
    entries = LogEntry.objects.filter(notifications__to=user).order_by("id")
    return list(entries.values_list("action", flat=True))


@pytest.fixture
def heard():
    """The cases whose answers other rooms were told of."""
    cases = []

    def hear(sender, case, **kwargs):
        cases.append((case.pk, case.round))

    case_answered.connect(hear)
    yield cases
    case_answered.disconnect(hear)


def test_goes_round_until_the_customer_says_it_is_solved(cast, places, heard):
    case, transfer = handed_case(cast, places.department)
    return_transfer(transfer, by=cast.handler, reason="Not ours")
    transfer = transfer_case(case, by=cast.agent, to=places.other_department)
    accept_transfer(transfer, by=cast.other_handler)
    answer_transfer(transfer, by=cast.other_handler, answer="Repaired")
    case = verify_case(case, by=cast.agent, satisfied=False, note="Still noisy")
    assert (case.status, case.round, case.level) == ("registered", 2, "escalated")
    transfer = transfer_case(case, by=cast.agent, to=places.other_department)
    accept_transfer(transfer, by=cast.other_handler)
    answer_transfer(transfer, by=cast.other_handler, answer="Replaced")
    case = verify_case(case, by=cast.colleague, satisfied=True)
    assert (case.status, case.closed_by) == ("closed", cast.colleague)
    assert case.closed_at is not None
    assert heard == [(case.pk, 1), (case.pk, 2)]
    actions = LogEntry.objects.about(case).order_by("id")
    assert [entry.action.removeprefix("case.") for entry in actions] == [
        *("opened", "transferred", "returned", "transferred", "accepted", "answered"),
        *("not_solved", "transferred", "accepted", "answered", "closed"),
    ]


def test_the_levels_go_up_round_by_round_and_a_crisis_stays_one(cast, places):
    case = answered_case(cast, places.department, cast.handler)
    levels = []
    for _ in range(4):
        levels.append(verify_case(case, by=cast.agent, satisfied=False).level)
        answer_case(case, by=cast.agent, answer="Tried again")
    assert levels == ["escalated", "major", "crisis", "crisis"]


def test_the_third_round_is_told_to_the_regional_manager(cast, places):
    case = answered_case(
        cast, places.department, cast.handler, organisation=places.dealer
    )
    verify_case(case, by=cast.agent, satisfied=False)
    assert "case.not_solved" in told(cast.leader)
    assert "case.not_solved" not in told(cast.regional)
    answer_case(case, by=cast.agent, answer="Tried again")
    verify_case(case, by=cast.agent, satisfied=False)
    assert told(cast.regional) == ["case.not_solved"]


def test_the_receiving_unit_and_the_owner_are_told(cast, places):
    _, transfer = handed_case(cast, places.department)
    assert told(cast.handler) == ["case.transferred"]
    assert told(cast.other_handler) == []
    accept_transfer(transfer, by=cast.handler)
    answer_transfer(transfer, by=cast.handler, answer="Done")
    assert told(cast.agent) == ["case.accepted", "case.answered"]
    assert not Notification.objects.filter(to=cast.colleague).exists()


def test_a_dealer_may_receive_and_its_clerk_answers(cast, places):
    case = answered_case(cast, places.dealer, cast.clerk)
    assert case.status == Status.ANSWERED


def test_leaders_hear_of_a_grave_case_at_once(cast):
    make_case(cast.agent, level="major")
    assert told(cast.leader) == told(cast.manager) == ["case.opened"]


@pytest.mark.parametrize("person", ["handler", "regional", "clerk", "administrator"])
def test_only_the_centre_closes(cast, places, person):
    case = answered_case(cast, places.department, cast.handler)
    with pytest.raises(ValidationError, match="Only the centre"):
        verify_case(case, by=getattr(cast, person), satisfied=True)


def test_nobody_checks_the_work_of_their_own_unit(cast, places):
    case = answered_case(cast, places.department, cast.handler)
    cast.colleague.organisation = places.department
    cast.colleague.save()
    with pytest.raises(ValidationError, match="never the unit itself"):
        verify_case(case, by=cast.colleague, satisfied=True)


def take(case, step, cast, places):
    transfer = case.transfers.first()
    return {
        "transfer": lambda: transfer_case(case, by=cast.agent, to=places.department),
        "accept": lambda: accept_transfer(transfer, by=cast.handler),
        "return": lambda: return_transfer(transfer, by=cast.handler, reason="No"),
        "answer": lambda: answer_transfer(transfer, by=cast.handler, answer="Done"),
        "solve": lambda: answer_case(case, by=cast.agent, answer="Done"),
        "verify": lambda: verify_case(case, by=cast.agent, satisfied=True),
        "contact": lambda: record_first_contact(case, by=cast.agent),
        "raise": lambda: raise_level(case, by=cast.agent, level="crisis"),
    }[step]()


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([], ["verify"]),
        (["transfer"], ["transfer", "answer", "solve", "verify"]),
        (["transfer", "accept"], ["transfer", "accept", "solve", "verify"]),
        (["transfer", "return"], ["accept", "return", "answer", "verify"]),
        (
            ["transfer", "accept", "answer"],
            ["transfer", "accept", "return", "answer", "solve"],
        ),
        (["solve"], ["transfer", "solve"]),
        (["contact"], ["contact"]),
        (["raise"], ["raise"]),
        (
            ["transfer", "accept", "answer", "verify"],
            [
                *("transfer", "accept", "return", "answer"),
                *("solve", "verify", "contact", "raise"),
            ],
        ),
    ],
)
def test_steps_out_of_turn_are_refused_and_change_nothing(cast, places, steps, refused):
    case = make_case(cast.agent)
    for step in steps:
        take(case, step, cast, places)
    before = Case.objects.values().get(), list(Transfer.objects.values())
    entries = LogEntry.objects.count()
    for step in refused:
        with pytest.raises(ValidationError) as problem:
            take(case, step, cast, places)
        assert problem.value.messages[0]
    assert (Case.objects.values().get(), list(Transfer.objects.values())) == before
    assert LogEntry.objects.count() == entries


def test_a_unit_may_return_a_case_once(cast, places):
    case, transfer = handed_case(cast, places.department)
    return_transfer(transfer, by=cast.handler, reason="Not ours")
    transfer = transfer_case(case, by=cast.agent, to=places.department)
    with pytest.raises(ValidationError, match="returned this case once already"):
        return_transfer(transfer, by=cast.handler, reason="Still not ours")


def test_others_may_not_act_for_a_unit(cast, places):
    _, transfer = handed_case(cast, places.department)
    for person in (cast.other_handler, cast.agent, cast.outsider):
        with pytest.raises(ValidationError, match="Only Organisation DEPT itself"):
            accept_transfer(transfer, by=person)


def test_a_reason_and_an_answer_are_needed(cast, places):
    _, transfer = handed_case(cast, places.department)
    with pytest.raises(ValidationError, match="Say why"):
        return_transfer(transfer, by=cast.handler, reason="  ")
    accept_transfer(transfer, by=cast.handler)
    with pytest.raises(ValidationError, match="what was done"):
        answer_transfer(transfer, by=cast.handler, answer=" ")


def test_only_departments_dealers_and_stations_receive(cast, places):
    case = make_case(cast.agent)
    with pytest.raises(ValidationError, match="cannot receive"):
        transfer_case(case, by=cast.agent, to=places.region)
    places.department.is_active = False
    with pytest.raises(ValidationError, match="cannot receive"):
        transfer_case(case, by=cast.agent, to=places.department)


def test_the_centre_may_solve_it_alone_but_the_customer_is_asked(cast, heard):
    case = make_case(cast.agent)
    with pytest.raises(ValidationError, match="in charge"):
        answer_case(case, by=cast.colleague, answer="Explained the warranty")
    case = answer_case(case, by=cast.leader, answer="Explained the warranty")
    assert case.status == Status.ANSWERED
    assert heard == [(case.pk, 1)]
    assert Case.objects.with_answer().get().answer == "Explained the warranty"


def test_with_answer_gives_the_answer_of_the_round(cast, places):
    case = answered_case(cast, places.department, cast.handler)
    answer = Case.objects.with_answer().get().answer
    assert answer == "A new bearing was fitted."
    verify_case(case, by=cast.agent, satisfied=False)
    assert Case.objects.with_answer().get().answer is None


def test_an_empty_subject_or_an_unknown_level_is_refused(cast):
    for facts in ({"subject": " "}, {"level": "huge"}, {"category": "x"}):
        with pytest.raises(ValidationError):
            make_case(cast.agent, customer=make_customer(number=""), **facts)
    assert not Case.objects.exists()


def test_opening_keeps_the_facts(cast, places):
    customer = make_customer()
    case = open_case(
        by=cast.agent,
        customer=customer,
        subject=" Late car ",
        description="Two weeks",
        demand="A date",
        kind="consultation",
        organisation=places.dealer,
        owner=cast.colleague,
    )
    assert (case.subject, case.owner, case.opened_by) == (
        "Late car",
        cast.colleague,
        cast.agent,
    )
    assert told(cast.colleague) == ["case.opened"]
