"""What is owed today, found and written for all customers at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import (
    Exists,
    Expression,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone

from accounts.models import Organisation
from complaints.models import Case
from crm.models import Repair, Sale
from followups.hours import CallingHours
from followups.models import Plan, Task
from followups.querysets import open_complaint, right_number
from followups.services.promises import plan_resolution_check
from standards.models import Clock, Standard
from standards.services import ClockStart, drop_clocks, start_clocks, stop_clocks

# A task taken and not called within this time goes back to the others.
HELD_FOR = timedelta(minutes=30)
# Any number no other code locks; it keeps two planners one after the other.
LOCK = 7_021_956
Status = Task.Status


@dataclass
class Planned:
    """What one run did, in numbers of tasks."""

    planned: int = 0
    suppressed: int = 0
    expired: int = 0
    ended: int = 0
    returned: int = 0


def plan_followups(today: date) -> int:
    """Plan every call that is owed on `today`; the number of new tasks to call."""
    return run_planning(today).planned


@transaction.atomic
def run_planning(today: date, now: datetime | None = None) -> Planned:
    """Bring the task list up to date with sales, repairs, cases and what customers ask.

    Safe to repeat, and to run twice at once. `now` is the hour that decides which
    windows are over: the present one, or midnight when `today` is another day.
    """
    now = now or moment_in(today)
    one_at_a_time()
    done = Planned()
    done.returned = return_forgotten(now)
    done.expired = expire(now)
    done.ended = end_unwanted(now)
    done.suppressed = suppress()
    done.planned = resume_suppressed(now)
    hours = CallingHours.load()
    for plan in Plan.objects.active():
        new: list[int] = []
        if plan.source == Plan.Source.SALE:
            new = plan_sales(plan, today, now, hours)
        elif plan.source == Plan.Source.REPAIR:
            new = plan_repairs(plan, today, now, hours)
        to_call = Task.objects.filter(pk__in=new, status=Status.PLANNED)
        started = start_call_clocks(to_call)
        done.planned += started
        done.suppressed += len(new) - started
    done.planned += plan_missing_checks()
    return done


def one_at_a_time() -> None:
    """Until the transaction ends nobody else plans."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def moment_in(today: date) -> datetime:
    if today == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(today, time()))


# --- New tasks ------------------------------------------------------------------------


def plan_sales(
    plan: Plan, today: date, now: datetime, hours: CallingHours
) -> list[int]:
    """From the day of delivery; from the invoice's while there is none."""
    new: list[int] = []
    for days in range(plan.opens_after_days, plan.closes_after_days + 1):
        sold_on = today - timedelta(days=days)
        due_at = hours.closing(sold_on + timedelta(days=plan.closes_after_days))
        if due_at <= now:
            continue
        sales = Sale.objects.filter(
            Q(delivered_on=sold_on) | Q(delivered_on=None, invoiced_on=sold_on)
        )
        opens_on = sold_on + timedelta(days=plan.opens_after_days)
        new += insert_tasks(
            plan,
            sales,
            sale_id=F("pk"),
            not_before=hours.opening(opens_on),
            due_at=Value(due_at),
        )
    return new


def plan_repairs(
    plan: Plan, today: date, now: datetime, hours: CallingHours
) -> list[int]:
    """From the hour the car left: the window closes whole days after that hour."""
    new: list[int] = []
    window = timedelta(days=plan.closes_after_days)
    for days in range(plan.opens_after_days, plan.closes_after_days + 1):
        left_on = today - timedelta(days=days)
        begins = timezone.make_aware(datetime.combine(left_on, time()))
        repairs = Repair.objects.filter(
            out_at__gte=begins,
            out_at__lt=begins + timedelta(days=1),
            customer__isnull=False,
        ).filter(out_at__gt=now - window)
        opens_on = left_on + timedelta(days=plan.opens_after_days)
        new += insert_tasks(
            plan,
            repairs,
            repair_id=F("pk"),
            not_before=hours.opening(opens_on),
            due_at=F("out_at") + Value(window),
        )
    return new


def insert_tasks(
    plan: Plan,
    source: QuerySet[Any],
    *,
    not_before: datetime,
    due_at: Any,
    sale_id: Any = None,
    repair_id: Any = None,
) -> list[int]:
    """INSERT ... SELECT one task a row, where there is none; the ids of the new ones.

    Left out are customers who asked not to be called or have no right number.
    """
    key = "sale" if sale_id else "repair"
    known = Task.objects.filter(plan=plan, **{key: OuterRef("pk")})
    wanted = source.filter(
        right_number("customer"), ~Exists(known), customer__do_not_call=False
    )
    columns: dict[str, Any] = {
        "plan_id": Value(plan.pk),
        "customer_id": F("customer_id"),
        "vehicle_id": F("vehicle_id"),
        f"{key}_id": sale_id or repair_id,
        "status": models.Case(
            When(open_complaint("customer"), then=Value(Status.SUPPRESSED.value)),
            default=Value(Status.PLANNED.value),
        ),
        "not_before": Value(not_before),
        "due_at": due_at,
        "priority": Value(plan.priority),
        "attempts_made": Value(0),
        "parts_tried": Value("{}"),
        "note": Value(""),
    }
    return insert_select(Task, columns, wanted.order_by("pk"))


def insert_select(
    model: type[Model], columns: dict[str, Expression | F], rows: QuerySet[Any]
) -> list[int]:
    query = rows.values_list(*columns.values()).query
    select, params = query.get_compiler(connection=connection).as_sql()
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) {select} "
            "ON CONFLICT DO NOTHING RETURNING id",
            params,
        )
        return [row[0] for row in cursor.fetchall()]


def start_call_clocks(tasks: QuerySet[Task]) -> int:
    """One clock a task, charged to the dealer or station the call is about."""
    regions = dict(
        Organisation.objects.filter(kind=Organisation.Kind.REGION).values_list(
            "path", "pk"
        )
    )

    def region(path: str) -> int | None:
        return next((pk for top, pk in regions.items() if path.startswith(top)), None)

    rows = tasks.values_list(
        "pk",
        "plan__type_id",
        "not_before",
        "due_at",
        "sale__dealer_id",
        "sale__dealer__path",
        "repair__station_id",
        "repair__station__path",
    )
    starts = [
        ClockStart(
            subject_type=Task._meta.label_lower,
            subject_id=pk,
            type=type_,
            metric=Standard.Metric.CALL,
            at=at,
            level="",
            organisation_id=dealer or station,
            agent_id=None,
            escalates_to_id=region(dealer_path or station_path or ""),
            due_at=due_at,
        )
        for pk, type_, at, due_at, dealer, dealer_path, station, station_path in rows
    ]
    start_clocks(starts)
    return len(starts)


def plan_missing_checks() -> int:
    """Answered cases whose check was not planned at once, whatever the reason."""
    planned = Task.objects.filter(
        case=OuterRef("pk"), round=OuterRef("round"), plan__source=Plan.Source.CASE
    )
    cases = Case.objects.filter(~Exists(planned), status=Case.Status.ANSWERED)
    checks = [plan_resolution_check(case) for case in cases]
    return len(checks)


# --- Tasks there are ------------------------------------------------------------------


def return_forgotten(now: datetime) -> int:
    held = Task.objects.filter(status=Status.ASSIGNED, assigned_at__lt=now - HELD_FOR)
    return held.update(status=Status.PLANNED, assigned_to=None, assigned_at=None)


def expire(now: datetime) -> int:
    """End surveys whose window is over; their clocks stop late, and so are missed."""
    late = Task.objects.surveys().filter(due_at__lt=now)
    ids = lock(late.waiting())
    stop_clocks(Task, ids, at=now)
    return end(ids, Status.EXPIRED, now)


def end_unwanted(now: datetime) -> int:
    """Surveys of those who asked not to be called since, and checks that a case no
    longer needs. Nothing is measured."""
    waiting = Task.objects.waiting()
    refused = lock(waiting.surveys().filter(customer__do_not_call=True))
    checks = Task.objects.filter(plan__source=Plan.Source.CASE).exclude(
        case__status=Case.Status.ANSWERED, case__round=F("round")
    )
    idle = lock(checks.waiting())
    measured = Clock.objects.running().filter(
        subject_type=Task._meta.label_lower, subject_id=OuterRef("pk")
    )
    unsettled = checks.filter(Exists(measured), status__in=Task.NOT_SPOKEN)
    drop_clocks(Task, [*refused, *idle, *unsettled.values_list("pk", flat=True)])
    return end(refused, Status.REFUSED, now) + end(idle, Status.EXPIRED, now)


def suppress() -> int:
    """Ask nobody how satisfied they are while a complaint of theirs is open."""
    ids = lock(Task.objects.surveys().waiting().filter(open_complaint("customer")))
    drop_clocks(Task, ids)
    return Task.objects.filter(pk__in=ids).update(status=Status.SUPPRESSED)


def resume_suppressed(now: datetime) -> int:
    """The complaint is settled and there is still time: call after all."""
    ids = lock(Task.objects.welcome().filter(status=Status.SUPPRESSED, due_at__gt=now))
    tasks = Task.objects.filter(pk__in=ids)
    tasks.update(status=Status.PLANNED)
    return start_call_clocks(tasks)


def lock(tasks: QuerySet[Task]) -> list[int]:
    """The ids, and nobody takes or changes them before this is done.

    Those just being taken are left for the next run.
    """
    rows = tasks.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return list(rows.values_list("pk", flat=True))


def end(ids: Iterable[int], status: Status, now: datetime) -> int:
    return Task.objects.filter(pk__in=ids).update(status=status, ended_at=now)
