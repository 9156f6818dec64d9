"""What follows from each try at a call."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from accounts.models import LogEntry, Notification
from crm.models import Interaction
from followups.models import Attempt, Task
from followups.services import (
    record_attempt,
    run_planning,
    take_next_task,
)
from standards.models import Clock, ProcedureStep
from tests.factories.followups import SoldFactory, local

TODAY = date(2026, 3, 18)
MORNING = local(TODAY, 10)
WINDOW_END = local(TODAY + timedelta(days=1), 20)
Status = Task.Status
GOOD = {
    "explained": "yes", "papers": "yes", "trouble": "no", "satisfaction": "5",
}  # fmt: skip


def steps_of(task: Task) -> list[ProcedureStep]:
    return list(
        ProcedureStep.objects.filter(
            procedure__type=task.plan.type, procedure__is_current=True
        )
    )


@pytest.fixture
def task(places, cast) -> Task:
    """Alice holds the welcome call of a sale, planned this morning."""
    sale = SoldFactory(dealer=places.dealer, delivered_on=TODAY - timedelta(days=3))
    run_planning(TODAY, local(TODAY, 8))
    taken = take_next_task(cast.agent, MORNING)
    assert taken == sale.tasks.get()
    return taken


def record(task: Task, outcome: str, **facts) -> Attempt:
    facts.setdefault("by", task.assigned_to)
    facts.setdefault("at", MORNING + timedelta(minutes=5))
    if outcome == "connected":
        facts.setdefault("steps", steps_of(task))
        facts.setdefault("answers", GOOD)
    attempt = record_attempt(task, outcome=outcome, **facts)
    task.refresh_from_db()
    return attempt


def call_clock(task: Task) -> Clock:
    return Clock.objects.about(task).get(standard__metric="call")


def test_a_good_talk_completes_the_task(task, cast):
    attempt = record(task, "connected", note="All fine.")
    assert task.status == Status.COMPLETED
    assert {a.item.code: a.value for a in task.answers.all()} == GOOD
    assert call_clock(task).is_met() is True
    contact = attempt.interaction
    assert (contact.direction, contact.agent, contact.summary) == (
        "out", cast.agent, "All fine.",
    )  # fmt: skip
    assert contact.steps_done.count() == len(steps_of(task))


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"satisfaction": "2"}, Status.COMPLETED_WITH_ISSUE),
        ({"satisfaction": "3"}, Status.COMPLETED),
        ({"recommend": "2"}, Status.COMPLETED_WITH_ISSUE),
        ({"recommend": "10"}, Status.COMPLETED),
        ({"trouble": "yes"}, Status.COMPLETED_WITH_ISSUE),
        ({"papers": "no"}, Status.COMPLETED_WITH_ISSUE),
    ],
)
def test_a_low_answer_marks_the_task(task, answer, status):
    record(task, "connected", answers=GOOD | answer)
    assert task.status == status


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "satisfied"),
        (GOOD | {"satisfaction": "6"}, "6"),
        (GOOD | {"trouble": "perhaps"}, "perhaps"),
    ],
)
def test_answers_that_lack_or_cannot_be_are_refused_by_name(task, answers, words):
    with pytest.raises(ValidationError, match=words):
        record(task, "connected", answers=answers)
    task.refresh_from_db()
    assert task.status == Status.ASSIGNED
    assert not Interaction.objects.exists()


def test_mandatory_steps_must_be_ticked_to_complete(task):
    steps = steps_of(task)
    mandatory = [step for step in steps if step.is_mandatory]
    assert mandatory
    with pytest.raises(ValidationError, match=str(mandatory[0])):
        record(task, "connected", steps=[s for s in steps if s != mandatory[0]])
    record(task, "connected", steps=mandatory)
    assert task.status == Status.COMPLETED


def test_without_a_talk_no_step_is_asked_for(task):
    record(task, "no_answer")
    assert task.attempts_made == 1


@pytest.mark.parametrize(
    ("hour", "days", "next_hour"),
    [
        (10, 1, 14),  # morning -> next day in the afternoon
        (15, 1, 9),  # afternoon -> next morning
        (19, 1, 9),  # evening -> next morning
    ],
)
def test_no_answer_is_tried_again_another_day_and_part_of_it(
    task, hour, days, next_hour
):
    record(task, "no_answer", at=local(TODAY, hour, 30))
    assert (task.status, task.assigned_to) == (Status.PLANNED, None)
    assert task.not_before == local(TODAY + timedelta(days=days), next_hour)
    assert call_clock(task).is_met() is None


def test_the_third_try_is_the_last(task, cast):
    task.due_at = MORNING + timedelta(days=9)
    task.save()
    hours = []
    at = MORNING
    for _ in range(3):
        record(task, "no_answer", by=cast.agent, at=at)
        hours.append(at.astimezone(local(TODAY).tzinfo).hour)
        if task.status == Status.PLANNED:
            at = task.not_before
            assert take_next_task(cast.agent, at) == task
            task.refresh_from_db()
    assert hours == [10, 14, 18]
    assert (task.status, task.attempts_made) == (Status.UNREACHABLE, 3)
    assert task.ended_at == at


def test_when_no_try_fits_before_the_end_the_task_ends(task):
    task.due_at = local(TODAY + timedelta(days=1), 14)
    task.save()
    record(task, "no_answer")
    assert task.status == Status.UNREACHABLE


def test_a_wrong_number_goes_back_to_the_dealer(task, cast):
    record(task, "wrong_number")
    assert task.status == Status.WRONG_NUMBER
    assert task.customer.phones.get().is_wrong
    told = {n.to for n in Notification.objects.filter(entry__action="phone.wrong")}
    assert told == {cast.clerk, cast.reviewer}
    assert not Clock.objects.about(task).exists()
    entry = LogEntry.objects.get(action="phone.wrong")
    assert "****" in entry.data["number"]


def test_with_another_number_the_task_goes_on(task, cast):
    wrong = task.customer.phones.get()
    right = task.customer.phones.create(number="+8613900000000")
    record(task, "wrong_number", phone=wrong)
    wrong.refresh_from_db()
    right.refresh_from_db()
    assert (wrong.is_wrong, right.is_wrong) == (True, False)
    assert task.status == Status.PLANNED
    again = take_next_task(cast.colleague, MORNING + timedelta(minutes=6))
    assert again == task
    attempt = record(again, "no_answer", at=MORNING + timedelta(minutes=8))
    assert attempt.interaction.number == right.number


@pytest.mark.parametrize("never", [True, False])
def test_a_refusal_ends_it_and_may_be_for_good(task, never):
    record(task, "refused", do_not_call=never)
    task.customer.refresh_from_db()
    assert task.status == Status.REFUSED
    assert task.customer.do_not_call is never
    assert call_clock(task).is_met() is True


def test_call_back_becomes_the_agents_own_promise(task, cast):
    at = local(TODAY, 16)
    attempt = record(task, "call_back", call_back_at=at)
    assert attempt.call_back_at == at
    assert (task.status, task.assigned_to) == (Status.PLANNED, cast.agent)
    assert task.not_before == task.promised_at == at
    promise = Clock.objects.about(task).get(standard__metric="promise")
    assert (promise.due_at, promise.agent) == (at + timedelta(minutes=15), cast.agent)
    assert call_clock(task).is_met() is None
    assert take_next_task(cast.colleague, at) is None
    assert take_next_task(cast.agent, at) == task
    task.refresh_from_db()
    record(task, "connected", at=at + timedelta(minutes=10))
    promise.refresh_from_db()
    assert promise.is_met() is True
    assert call_clock(task).is_met() is True


def test_a_call_back_after_the_window_counts_as_made_in_time(task):
    record(task, "call_back", call_back_at=WINDOW_END + timedelta(days=3))
    assert call_clock(task).is_met() is True
    run_planning(TODAY + timedelta(days=3))
    task.refresh_from_db()
    assert task.status == Status.PLANNED


@pytest.mark.parametrize("hours", [None, 0, -1, 24 * 61])
def test_a_call_back_needs_an_hour_to_come(task, hours):
    at = MORNING + timedelta(minutes=5)
    call_back_at = None if hours is None else at + timedelta(hours=hours)
    with pytest.raises(ValidationError):
        record(task, "call_back", call_back_at=call_back_at, at=at)


def test_a_second_click_records_nothing(task, cast):
    facts = {"by": cast.agent, "number": 1}
    record(task, "no_answer", **facts)
    with pytest.raises(ValidationError, match="already"):
        record(task, "no_answer", **facts)
    assert task.attempts.count() == Interaction.objects.count() == 1


def test_only_who_holds_the_task_records(task, cast):
    with pytest.raises(ValidationError, match="alice"):
        record(task, "no_answer", by=cast.colleague)
    record(task, "no_answer")
    with pytest.raises(ValidationError, match="no longer"):
        record(task, "connected", by=cast.agent)
    assert task.attempts.count() == 1
