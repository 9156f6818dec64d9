from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import log_action
from crm import names
from crm.models import Customer, Interaction, Phone, Vehicle
from crm.phones import PhoneError, parse
from standards.models import InteractionType, ProcedureStep, Standard
from standards.services import start_clock, stop_clock


@transaction.atomic
def create_customer(
    *, by: User, name: str, phone: str, kind: str = Customer.Kind.PERSON
) -> Customer:
    """Somebody new rang: a customer with the number, or numbers, written in `phone`.

    Who is known by this name and one of the numbers is returned, not made twice; so is
    who was known by it before a merge.
    """
    numbers = _numbers(phone)
    customer = Customer(name=name.strip(), kind=kind)
    customer.full_clean()
    _lock(numbers)
    if known := _known(name, numbers):
        add_phone(known, by=by, number=phone)
        return known
    customer.save()
    Phone.objects.bulk_create(
        Phone(customer=customer, number=number) for number in numbers
    )
    log_action(by, "customer.created", customer, {"name": customer.name})
    return customer


def _known(name: str, numbers: list[str]) -> Customer | None:
    """Who has one of the numbers and is called so, however it is written."""
    holders = Customer.objects.standing().filter(phones__number__in=numbers)
    for holder in holders.distinct().order_by("pk").prefetch_related("merged"):
        called = [holder.name, *(merged.name for merged in holder.merged.all())]
        if names.key(name) in map(names.key, called):
            return holder
    return None


@transaction.atomic
def add_phone(customer: Customer, *, by: User, number: str) -> list[Phone]:
    """Add the number, or numbers, written in `number`; one known already is kept."""
    numbers = _numbers(number)
    _lock(numbers)
    phones = [
        Phone.objects.get_or_create(customer=customer, number=each) for each in numbers
    ]
    if any(created for _phone, created in phones):
        log_action(by, "customer.phone_added", customer, {"name": customer.name})
    return [phone for phone, _created in phones]


def log_reveal(customer: Customer, *, by: User) -> None:
    """Keep that `by` was shown the customer's full numbers."""
    log_action(by, "customer.revealed", customer, {"name": customer.name})


@transaction.atomic
def record_interaction(
    *,
    type: str,
    direction: str,
    customer: Customer | None,
    agent: User,
    started_at: datetime,
    ended_at: datetime | None = None,
    queued_at: datetime | None = None,
    vehicle: Vehicle | None = None,
    number: str = "",
    outcome: str = "",
    summary: str = "",
    steps: Iterable[ProcedureStep | int] = (),
) -> Interaction:
    """Keep one contact. An incoming one with `queued_at` is measured: how long it rang.

    `steps` are those done; all belong to the current procedure of the type.
    """
    if ended_at and ended_at < started_at:
        raise ValidationError(_("A call cannot end before it starts."))
    if queued_at and queued_at > started_at:
        raise ValidationError(_("A call cannot be answered before it rings."))
    done = _steps_of(type, steps)
    interaction = Interaction(
        type_id=type,
        direction=direction,
        customer=customer,
        vehicle=vehicle,
        number=number,
        agent=agent,
        queued_at=queued_at,
        started_at=started_at,
        ended_at=ended_at,
        outcome=outcome,
        summary=summary,
    )
    interaction.full_clean(exclude=["customer", "vehicle", "queued_at", "ended_at"])
    interaction.save()
    interaction.steps_done.set(done)
    if queued_at and direction == Interaction.Direction.IN:
        metric = Standard.Metric.ANSWER
        start_clock(interaction, type=type, metric=metric, at=queued_at, agent=agent)
        stop_clock(interaction, metric, at=started_at)
    about = customer or interaction
    data = {"interaction": interaction.pk, "type": type, "direction": direction}
    log_action(agent, "interaction.recorded", about, data)
    return interaction


def _lock(numbers: Iterable[str]) -> None:
    """Until the transaction ends nobody else makes a customer with these numbers."""
    with connection.cursor() as cursor:
        for number in sorted(numbers):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('crm.phone'), hashtext(%s))",
                [number],
            )


def _numbers(text: str) -> list[str]:
    try:
        return parse(text)
    except PhoneError as error:
        raise ValidationError(
            _("“%(text)s” is not a telephone number.") % {"text": text}
        ) from error


def _steps_of(type: str, steps: Iterable[ProcedureStep | int]) -> list[ProcedureStep]:
    ids = {step if isinstance(step, int) else step.pk for step in steps}
    if not ids:
        return []
    if type not in InteractionType.Code.values:
        raise ValidationError(_("Choose what the call is about."))
    known = ProcedureStep.objects.filter(
        pk__in=ids, procedure__type=type, procedure__is_current=True
    )
    done = list(known)
    if len(done) != len(ids):
        raise ValidationError(
            _("These steps are not of the current procedure; open the page again.")
        )
    return done
