"""Sixty days of the centre's life, made by the same services that people use."""

from datetime import date, timedelta
from random import Random

from django.core.management import CommandError
from django.db import connection, transaction
from django.utils import timezone
from django_q.conf import Conf

from accounts.models import Notification, Organisation, User
from config.demo import calling, departments, sending, twice
from config.demo.articles import ARTICLES
from config.demo.clock import at
from config.demo.days import tell_of_days
from config.demo.organisations import DEPARTMENTS, make_people, make_tree
from config.demo.world import ZONE, World, moment
from followups.services import plan_followups
from knowledge.models import Article
from knowledge.services import publish_version
from standards.services import sweep

BASE = 300  # customers
DAYS = 60


@transaction.atomic
def tell(customers: int, days: int = DAYS) -> bool:
    """Load the demo unless it is there; True if it was loaded now. All or nothing."""
    with connection.cursor() as cursor:
        # Two at once: the second waits, then finds the demo there.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('seed_demo'))")
        cursor.execute("SET LOCAL synchronous_commit TO off")
    if is_there():
        return False
    inline, Conf.SYNC = Conf.SYNC, True
    try:
        live_through(customers, days)
    finally:
        Conf.SYNC = inline
    return True


@transaction.atomic
def place_people() -> bool:
    """Only the demo's tree and people, unless they are there; True if made now."""
    if is_there():
        return False
    make_people(make_tree())
    return True


def is_there() -> bool:
    """Raises CommandError where somebody else's data is: the demo keeps out of it."""
    codes = {code for code, _name in DEPARTMENTS}
    departments = Organisation.objects.filter(kind=Organisation.Kind.DEPARTMENT)
    if codes <= set(departments.values_list("code", flat=True)):
        return True
    if Organisation.objects.exists() or User.objects.exists():
        raise CommandError("This database is not empty and not the demo's.")
    return False


def live_through(customers: int, days: int) -> None:
    now = timezone.now().astimezone(ZONE)
    today = now.date()
    first = today - timedelta(days=days)
    with at(moment(first, 8)):
        tree = make_tree()
        world = World(tree, make_people(tree), Random(20261121), now)
        write_articles(world, first)
    steps = calling.Steps(world)
    for number in range(days + 1):
        day = first + timedelta(days=number)
        share = customers * (number + 1) // days - customers * number // days
        if number % 10 == 5:
            # Nothing is committed yet, so nobody else tells the planner what is there.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        live_a_day(world, steps, day, share if number < days else 0)
    sending.leave_some_open(world, today)
    twice.be_known_twice(world, today)
    tell_of_days(world)
    recent = moment(today - timedelta(days=1), 0)
    Notification.objects.filter(entry__at__lt=recent).update(read_at=recent)


def live_a_day(world: World, steps: calling.Steps, day: date, buyers: int) -> None:
    """The day hour by hour, as far as it has come."""

    def due(hour: int) -> bool:
        return moment(day, hour) <= world.now

    if due(9):
        with at(moment(day, 9)):
            plan_followups(day)
        departments.send_on(world, moment(day, 9, 5))
        departments.work_through(world, moment(day, 9, 25))
        calling.make_calls(world, steps, moment(day, 9, 40), per_agent=2)
        calling.answer_calls(world, steps, moment(day, 10), count=4)
    if due(12):
        departments.work_through(world, moment(day, 11, 25))
        departments.answer_questions(world, moment(day, 11, 50))
        departments.settle_unreached(world, moment(day, 11, 55))
    if due(14):
        sweep(moment(day, 14))
        departments.work_through(world, moment(day, 14, 10))
        calling.make_calls(world, steps, moment(day, 14, 20), per_agent=3)
    if due(18):
        sending.send_sales(world, day, buyers)
        sending.send_repairs(world, day, 4)
        for hour in (16, 17):
            departments.work_through(world, moment(day, hour, 10))
        calling.make_calls(world, steps, moment(day, 18), per_agent=2)
    if due(20):
        departments.work_through(world, moment(day, 19, 40))
        sweep(moment(day, 20))


def write_articles(world: World, day: date) -> None:
    for slug, category, title, body in ARTICLES:
        article = Article.objects.create(slug=slug, category=category)
        publish_version(
            article,
            by=world.users["editor"],
            title=title,
            body=body,
            effective_on=day,
            expires_on=None,
        )
