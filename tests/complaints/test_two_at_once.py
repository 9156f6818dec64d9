"""Two people press the same button: one is first, the other is told so."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import LogEntry
from accounts.roles import Role
from complaints.models import Case
from complaints.services import (
    accept_transfer,
    answer_transfer,
    return_transfer,
    verify_case,
)
from tests.cast import the_cast, the_places
from tests.factories.accounts import UserFactory
from tests.factories.complaints import answered_case, handed_case


def at_once(*steps: Callable[[], object]) -> list[str]:
    """What each was refused for; the empty string for who came first."""
    start, answers = Barrier(len(steps)), []

    def run(step):
        start.wait()
        try:
            step()
            answers.append("")
        except ValidationError as error:
            answers.append(error.messages[0])
        finally:
            connection.close()

    threads = [Thread(target=run, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(answers)


def two_handlers():
    places = the_places()
    cast = the_cast(places)
    second = UserFactory(
        roles=[Role.DEPARTMENT_HANDLER], organisation=places.department
    )
    return places, cast, second


def test_two_handlers_accept(real_db):
    places, cast, second = two_handlers()
    case, transfer = handed_case(cast, places.department)
    first, refusal = at_once(
        lambda: accept_transfer(transfer, by=cast.handler),
        lambda: accept_transfer(transfer, by=second),
    )
    assert first == ""
    transfer.refresh_from_db()
    assert refusal == f"This is “Accepted” already, by {transfer.accepted_by}."
    assert LogEntry.objects.about(case).filter(action="case.accepted").count() == 1


def test_one_answers_while_another_returns(real_db):
    places, cast, second = two_handlers()
    case, transfer = handed_case(cast, places.department)
    accept_transfer(transfer, by=cast.handler)
    first, refusal = at_once(
        lambda: answer_transfer(transfer, by=cast.handler, answer="Done"),
        lambda: return_transfer(transfer, by=second, reason="Not ours"),
    )
    assert first == ""
    assert "already, by" in refusal
    transfer.refresh_from_db()
    case.refresh_from_db()
    assert (transfer.status, case.status) in {
        ("answered", "answered"),
        ("returned", "registered"),
    }


def test_two_agents_check_with_the_customer(real_db):
    places, cast, _ = two_handlers()
    case = answered_case(cast, places.department, cast.handler)
    first, refusal = at_once(
        lambda: verify_case(case, by=cast.agent, satisfied=False),
        lambda: verify_case(case, by=cast.colleague, satisfied=False),
    )
    assert first == ""
    assert "no answer to check" in refusal
    assert Case.objects.get().round == 2
