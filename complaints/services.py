"""Every change of a case: checked against the tables, locked, logged, on the clock.

Each takes `at`, the moment it happened, for histories that are entered afterwards.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.services import log_action
from complaints import clocks, people
from complaints.levels import Level, is_higher, next_level
from complaints.models import Case, CentreAnswer, Transfer
from complaints.numbers import take_numbers
from complaints.permissions import handles_for, may_verify
from complaints.roles import LEADERS
from complaints.signals import case_answered
from crm.models import Customer, Interaction, Vehicle
from standards.models import Standard

GRAVE = (Level.MAJOR, Level.CRISIS)
# From this round on the region's manager hears of it as well.
REGION_ROUND = 3
# The code of a refusal because the answer in question is no longer the case's.
MOVED_ON = "moved_on"


@transaction.atomic
def open_case(
    *,
    by: User,
    customer: Customer,
    subject: str,
    description: str,
    vehicle: Vehicle | None = None,
    kind: str = Case.Kind.COMPLAINT,
    category: str = Case.Category.OTHER,
    level: str = Case.Level.GENERAL,
    demand: str = "",
    organisation: Organisation | None = None,
    interaction: Interaction | None = None,
    owner: User | None = None,
    at: datetime | None = None,
) -> Case:
    """Open a case and start its clocks; leaders hear of a grave one at once.

    Without an `organisation` it concerns whoever sold the car or last repaired it.
    """
    at = at or timezone.now()
    case = Case(
        kind=kind,
        category=category,
        level=level,
        customer=customer,
        vehicle=vehicle,
        organisation=organisation or people.concerned_with(vehicle, category),
        subject=subject.strip(),
        description=description.strip(),
        demand=demand.strip(),
        opened_at=at,
        opened_by=by,
        opened_in=interaction,
        owner=owner or by,
    )
    texts = ("kind", "category", "level", "subject", "description")
    case.clean_fields(
        exclude={field.name for field in Case._meta.fields} - {*texts},
    )
    case.number = take_numbers(at)[0]
    case.save(force_insert=True)
    clocks.start_case_clocks(case, at=at)
    told = set(people.leaders()) if case.level in GRAVE else set()
    if case.owner != by:
        told.add(case.owner)
    _log(by, "opened", case, notify=told, subject=case.subject)
    return case


@transaction.atomic
def transfer_case(
    case: Case,
    *,
    by: User,
    to: Organisation,
    note: str = "",
    at: datetime | None = None,
) -> Transfer:
    """Hand the case to a department, dealer or station; its accept clock starts."""
    at = at or timezone.now()
    case = _locked(case)
    if to.kind not in people.RECEIVERS or not to.is_active:
        raise ValidationError(
            _("%(to)s cannot receive cases."), params={"to": to.name}, code="receiver"
        )
    _move(case, Case.Status.DISPATCHED)
    transfer = Transfer.objects.create(
        case=case, round=case.round, to=to, note=note.strip(), sent_by=by, sent_at=at
    )
    clocks.start_on_transfer(transfer, Standard.Metric.ACCEPT, at=at)
    _log(by, "transferred", case, notify=people.handlers_of(to), to=to.name)
    return transfer


@transaction.atomic
def accept_transfer(
    transfer: Transfer, *, by: User, at: datetime | None = None
) -> Transfer:
    """The unit takes the case on: accepting is done, its plan is now awaited."""
    at = at or timezone.now()
    transfer = _locked_transfer(transfer, by, Transfer.Status.ACCEPTED)
    transfer.accepted_by, transfer.accepted_at = by, at
    transfer.save()
    case = transfer.case
    _move(case, Case.Status.ACCEPTED)
    clocks.stop_on_transfer(transfer, at=at)
    clocks.start_on_transfer(transfer, Standard.Metric.PLAN, at=at)
    _log(by, "accepted", case, notify=[case.owner], to=transfer.to.name)
    return transfer


@transaction.atomic
def return_transfer(
    transfer: Transfer, *, by: User, reason: str, at: datetime | None = None
) -> Transfer:
    """Give the case back as not the unit's own, which each may do once a round.

    Its clocks stop: a return answers the hand-over, and the time until then was the
    unit's. Were they dropped, a late return would cost nothing.
    """
    at = at or timezone.now()
    if not reason.strip():
        raise ValidationError(_("Say why the case is returned."), code="reason")
    transfer = _locked_transfer(transfer, by, Transfer.Status.RETURNED)
    case = transfer.case
    before = case.transfers.filter(
        to=transfer.to, round=case.round, status=Transfer.Status.RETURNED
    )
    if before.exists():
        raise ValidationError(
            _("%(to)s has returned this case once already; please answer it."),
            params={"to": transfer.to.name},
            code="returned_once",
        )
    transfer.return_reason = reason.strip()
    transfer.ended_by, transfer.ended_at = by, at
    transfer.save()
    _move(case, Case.Status.REGISTERED)
    clocks.stop_on_transfer(transfer, at=at)
    _log(
        by,
        "returned",
        case,
        notify=[case.owner],
        to=transfer.to.name,
        reason=transfer.return_reason,
    )
    return transfer


@transaction.atomic
def answer_transfer(
    transfer: Transfer, *, by: User, answer: str, at: datetime | None = None
) -> Transfer:
    """The unit says what was done; the customer is asked next, never the unit."""
    at = at or timezone.now()
    answer = _required_answer(answer)
    transfer = _locked_transfer(transfer, by, Transfer.Status.ANSWERED)
    transfer.answer = answer
    transfer.ended_by, transfer.ended_at = by, at
    transfer.save()
    clocks.stop_on_transfer(transfer, at=at)
    case = transfer.case
    _answered(case, at=at)
    _log(by, "answered", case, notify=[case.owner], to=transfer.to.name)
    return transfer


@transaction.atomic
def answer_case(
    case: Case, *, by: User, answer: str, at: datetime | None = None
) -> Case:
    """The centre settles it alone; the customer is asked all the same."""
    at = at or timezone.now()
    answer = _required_answer(answer)
    case = _locked(case)
    if by != case.owner and not by.has_role(*LEADERS):
        raise ValidationError(
            _("Only %(owner)s, who is in charge, or a team leader may answer it."),
            params={"owner": str(case.owner)},
            code="owner",
        )
    in_hand = case.transfers.waiting().select_related("to").first()
    if in_hand:
        raise ValidationError(
            _("The case is with %(to)s, whose answer is awaited."),
            params={"to": in_hand.to.name},
            code="in_hand",
        )
    CentreAnswer.objects.create(
        case=_answered(case, at=at), round=case.round, text=answer, by=by, at=at
    )
    told = [case.owner] if case.owner != by else []
    _log(by, "solved", case, notify=told)
    return case


@transaction.atomic
def record_first_contact(case: Case, *, by: User, at: datetime | None = None) -> Case:
    """Keep when the customer was first spoken to about the case; once only."""
    at = at or timezone.now()
    case = _locked(case)
    if case.status == Case.Status.CLOSED:
        raise ValidationError(_is_now(case), code="status")
    if case.contacted_at:
        raise ValidationError(
            _("The first contact with the customer is recorded already."),
            code="contacted",
        )
    _contacted(case, at=at)
    _log(by, "contacted", case)
    return case


@transaction.atomic
def verify_case(
    case: Case,
    *,
    by: User,
    satisfied: bool,
    note: str = "",
    round: int | None = None,
    at: datetime | None = None,
) -> Case:
    """Keep what the customer says of the answer: closed, or the next round.

    Only the centre may, and nobody for a unit of their own. `round` is the one whose
    answer the customer was asked about: once another has begun, it says nothing.
    """
    at = at or timezone.now()
    case = _locked(case)
    if not may_verify(by, case):
        raise ValidationError(
            _("Only the centre checks with the customer, never the unit itself."),
            code="verifier",
        )
    status = Case.Status.CLOSED if satisfied else Case.Status.REGISTERED
    if case.status != Case.Status.ANSWERED:
        raise ValidationError(
            _("%(case)s There is no answer to check with the customer."),
            params={"case": _is_now(case)},
            code=MOVED_ON,
        )
    if round is not None and round != case.round:
        raise ValidationError(
            _(
                "Round %(now)s has been answered since; ask the customer about that "
                "answer, not the one of round %(then)s."
            ),
            params={"now": case.round, "then": round},
            code=MOVED_ON,
        )
    _contacted(case, at=at)
    if satisfied:
        case.closed_at, case.closed_by = at, by
        _move(case, status)
        clocks.stop_case_clocks(case, at=at)
        _log(by, "closed", case, notify=[case.owner], note=note.strip())
        return case
    return _next_round(case, by=by, note=note.strip(), at=at)


@transaction.atomic
def raise_level(
    case: Case, *, by: User, level: str, at: datetime | None = None
) -> Case:
    """Make the case graver; what still runs is measured by the new level."""
    case = _locked(case)
    if case.status == Case.Status.CLOSED:
        raise ValidationError(_is_now(case), code="status")
    if level not in Case.Level.values or not is_higher(level, than=case.level):
        raise ValidationError(
            _("The level can only be raised; it is “%(level)s” now."),
            params={"level": case.get_level_display()},
            code="level",
        )
    case.level = level
    case.save(update_fields=["level"])
    clocks.rebase(case)
    grave = level in GRAVE
    told = set(people.leaders() if grave else people.team_leaders_of(case.owner))
    _log(by, f"raised_to_{level}", case, notify=told | {case.owner})
    return case


def _next_round(case: Case, *, by: User, note: str, at: datetime) -> Case:
    case.round += 1
    raised = next_level(case.level) != case.level
    case.level = next_level(case.level)
    _move(case, Case.Status.REGISTERED)
    if raised:
        clocks.rebase(case)
    clocks.start_answer_clock(case, at=at)
    told = {case.owner, *people.team_leaders_of(case.owner)}
    if case.round >= REGION_ROUND:
        told.update(people.regional_managers_of(case))
    _log(by, "not_solved", case, notify=told, round=case.round, note=note)
    return case


def _answered(case: Case, *, at: datetime) -> Case:
    _move(case, Case.Status.ANSWERED)
    clocks.stop_answer_clock(case, at=at)
    case_answered.send(sender=Case, case=case)
    return case


def _contacted(case: Case, *, at: datetime) -> None:
    if case.contacted_at is None:
        case.contacted_at = at
        case.save(update_fields=["contacted_at"])
        clocks.stop_first_contact(case, at=at)


def _required_answer(answer: str) -> str:
    if not answer.strip():
        raise ValidationError(_("Write what was done."), code="answer")
    return answer.strip()


def _locked(case: Case) -> Case:
    """The case as it is now, held until the end of the transaction."""
    cases = Case.objects.select_for_update(of=("self",))
    return cases.select_related("owner", "organisation").get(pk=case.pk)


def _locked_transfer(transfer: Transfer, by: User, status: str) -> Transfer:
    """The transfer as it is now, moved to `status` in memory.

    Its case is the lock: whoever comes second finds what the first has done.
    """
    case = _locked(Case(pk=transfer.case_id))
    transfer = Transfer.objects.select_related("to", "accepted_by", "ended_by").get(
        pk=transfer.pk
    )
    transfer.case = case
    if not handles_for(by, transfer.to):
        raise ValidationError(
            _("Only %(to)s itself may do this."),
            params={"to": transfer.to.name},
            code="handler",
        )
    if status not in Transfer.NEXT[transfer.status]:
        raise ValidationError(_refusal(transfer), code="status")
    transfer.status = status
    return transfer


def _refusal(transfer: Transfer) -> str:
    if transfer.status == Transfer.Status.SENT:
        return _("Accept the case first.")
    return _("This is “%(status)s” already, by %(who)s.") % {
        "status": transfer.get_status_display(),
        "who": transfer.ended_by or transfer.accepted_by,
    }


def _move(case: Case, status: str) -> None:
    if status not in Case.NEXT[case.status]:
        raise ValidationError(
            _("%(case)s This can no longer be done."),
            params={"case": _is_now(case)},
            code="status",
        )
    case.status = status
    case.save()


def _is_now(case: Case) -> str:
    return _("Case %(number)s is “%(status)s” now.") % {
        "number": case.number,
        "status": case.get_status_display(),
    }


def _log(
    by: User,
    what: str,
    case: Case,
    *,
    notify: Iterable[User] = (),
    **data: str | int,
) -> None:
    """`notify` never holds who did it: they know."""
    others = [user for user in notify if user != by]
    log_action(by, f"case.{what}", case, {"number": case.number, **data}, notify=others)
