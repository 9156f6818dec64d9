"""Two customers become one, with all that every room keeps about them, and back."""

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from accounts.models import LogEntry
from complaints.models import Case
from crm.merging import merge_customers, pointers, undo_merge
from crm.models import Customer, DuplicatePair, Merge
from crm.services import add_phone
from followups.models import Task
from followups.services import record_attempt
from standards.models import Clock
from tests.factories.crm import CustomerFactory, InteractionFactory, SaleFactory
from tests.factories.followups import in_hand
from tests.factories.merging import SHARED, all_tables, live, wang_twice


def test_all_that_both_had_is_the_kept_ones(places, cast):
    wang, again = wang_twice(places, cast)
    merge_customers(wang, again, by=cast.leader)
    assert wang.sales.count() == wang.repairs.count() == wang.interactions.count() == 2
    assert wang.ownerships.count() == 4
    assert Task.objects.filter(customer=wang).count() == 4
    assert Case.objects.filter(customer=wang).count() == 2
    told = LogEntry.objects.about(wang)
    assert told.filter(action="customer.revealed").count() == 2
    assert {phone.number for phone in wang.phones.all()} == {SHARED, "+8613900139000"}
    for pointer in pointers():
        if not pointer.is_generic:
            assert not pointer.rows(again.pk).exists(), pointer


def test_undoing_a_merge_puts_every_table_back_as_it_was(places, cast):
    wang, again = wang_twice(places, cast)
    before = all_tables()
    merge = merge_customers(wang, again, by=cast.leader)
    assert all_tables() != before
    undo_merge(merge, by=cast.manager)
    assert all_tables() == before
    merge.refresh_from_db()
    assert (merge.by, merge.undone_by) == (cast.leader, cast.manager)


def test_merges_into_merges_are_undone_in_reverse_and_all_is_as_it_was(places, cast):
    wang, again = wang_twice(places, cast)
    third = CustomerFactory(name="王小明", numbers=[SHARED])
    live(third, places, cast)
    before = all_tables()
    first = merge_customers(again, wang, by=cast.leader)
    between = all_tables()
    second = merge_customers(third, again, by=cast.leader)
    assert set(Customer.objects.filter(merged_into=third)) == {wang, again}
    undo_merge(second, by=cast.leader)
    assert all_tables() == between
    undo_merge(first, by=cast.leader)
    assert all_tables() == before


def test_merges_into_the_same_one_are_undone_in_any_order(places, cast):
    wang, again = wang_twice(places, cast)
    third = CustomerFactory(name="王小明", do_not_call=True, numbers=["+8613900139000"])
    live(third, places, cast)
    before = all_tables()
    first = merge_customers(wang, again, by=cast.leader)
    second = merge_customers(wang, third, by=cast.leader)
    undo_merge(first, by=cast.leader)
    wang.refresh_from_db()
    # The third one refused too, and has this number too.
    assert wang.do_not_call
    assert wang.phones.filter(number="+8613900139000").exists()
    undo_merge(second, by=cast.leader)
    assert all_tables() == before


def test_what_came_to_the_kept_one_since_stays(places, cast):
    wang, again = wang_twice(places, cast)
    merge = merge_customers(wang, again, by=cast.leader)
    call = InteractionFactory(customer=wang, agent=cast.agent)
    sale = SaleFactory(dealer=places.dealer, customer=wang)
    add_phone(wang, by=cast.agent, number="13700137000")
    Customer.objects.filter(pk=wang.pk).update(gender="f")
    undo_merge(merge, by=cast.leader)
    wang.refresh_from_db()
    assert wang.interactions.filter(pk=call.pk).exists()
    assert wang.sales.filter(pk=sale.pk).exists()
    assert wang.phones.filter(number="+8613700137000").exists()
    assert wang.gender == "f"
    assert (wang.id_number, wang.address, wang.do_not_call) == ("", "", False)


def test_who_refuses_after_the_merge_is_not_called_after_its_undoing(places, cast):
    wang, again = wang_twice(places, cast)
    merge = merge_customers(wang, again, by=cast.leader)
    task = in_hand(cast.colleague, customer=wang)
    record_attempt(
        task,
        by=cast.colleague,
        outcome="refused",
        at=timezone.now(),
        do_not_call=True,
    )
    undo_merge(merge, by=cast.leader)
    for person in (wang, again):
        person.refresh_from_db()
        assert person.do_not_call


def test_what_was_moved_on_since_does_not_come_back(places, cast):
    wang, again = wang_twice(places, cast)
    other = CustomerFactory()
    merge = merge_customers(wang, again, by=cast.leader)
    moved = merge.moved["crm_sale.customer_id"]
    wang.sales.filter(pk__in=moved).update(customer=other)
    undo_merge(merge, by=cast.leader)
    assert list(other.sales.values_list("pk", flat=True)) == moved


def test_a_clock_that_runs_about_both_is_kept_with_each(places, cast):
    wang, again = wang_twice(places, cast)
    merge_customers(wang, again, by=cast.leader)
    about = Clock.objects.filter(subject_type="crm.customer")
    assert set(about.values_list("subject_id", flat=True)) == {wang.pk, again.pk}


def test_nothing_else_that_points_to_customers_must_be_one_of_a_kind():
    """A new rule like that of the phones needs a way to merge two such rows."""
    held = {
        constraint.name
        for model in apps.get_models(include_auto_created=True)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        for field in map(model._meta.get_field, constraint.fields)
        if field.related_model is Customer or field.name == "subject_id"
    }
    told_of_here = {"merged_once", "pair_once"}
    assert held - told_of_here == {"phone_once_per_customer", "clock_runs_once"}


def test_every_foreign_key_to_a_customer_in_the_database_is_moved(db):
    known = {pointer.name for pointer in pointers()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text || '.' || attname FROM pg_constraint "
            "JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey) "
            "WHERE contype = 'f' AND confrelid = 'crm_customer'::regclass"
        )
        keys = {row[0] for row in cursor.fetchall()}
    staying = {key for key in keys if key.startswith(("crm_merge.", "crm_dupl"))}
    assert len(keys) > 8
    assert keys - known == staying


def test_both_are_told_of_in_the_log(places, cast):
    wang, again = wang_twice(places, cast)
    undo_merge(merge_customers(wang, again, by=cast.leader), by=cast.leader)
    for person in (wang, again):
        told = LogEntry.objects.about(person).filter(
            action__startswith="customer.merge"
        )
        assert [entry.action for entry in told] == [
            "customer.merge_undone",
            "customer.merged",
        ]
    assert Merge.objects.get().undone_at


def test_pairs_and_merges_are_seen_by_the_centre_alone(db, cast):
    pair = DuplicatePair.objects.create(
        first=CustomerFactory(), second=CustomerFactory(), reasons=["number"], score=60
    )
    done = merge_customers(pair.first, pair.second, by=cast.leader)
    for person, sees in ((cast.agent, True), (cast.reviewer, False)):
        assert DuplicatePair.objects.visible_to(person).exists() == sees
        assert Merge.objects.visible_to(person).filter(pk=done.pk).exists() == sees
