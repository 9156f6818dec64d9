"""Two leaders at once, and a leader while a file is posted: one after the other."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from crm.merging import merge_customers
from crm.models import Customer, Merge, Sale
from crm.patience import one_at_a_time
from crm.uploads.services import post_batch, submit_batch
from tests.cast import the_cast, the_places
from tests.factories.crm import CustomerFactory
from tests.factories.uploads import a_sale, received

NUMBER = "+8613800138000"


def at_once(*steps: Callable[[], object]) -> list[str]:
    """What each was refused for; the empty string for who was not."""
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


def test_two_leaders_merge_the_same_two_each_the_other_way(real_db):
    cast = the_cast(the_places())
    one, other = CustomerFactory(name="王小明"), CustomerFactory(name="王小明先生")
    mine, yours = (Customer.objects.in_bulk() for _ in range(2))
    first, refusal = at_once(
        lambda: merge_customers(mine[one.pk], mine[other.pk], by=cast.leader),
        lambda: merge_customers(yours[other.pk], yours[one.pk], by=cast.manager),
    )
    assert first == ""
    assert "was merged into" in refusal
    assert Customer.objects.standing().count() == 1


def test_a_chain_merged_from_both_ends_leaves_one_who_stands(real_db):
    cast = the_cast(the_places())
    a, b, c = (CustomerFactory(numbers=[f"+861380013800{n}"]) for n in range(3))
    mine, yours = (Customer.objects.in_bulk() for _ in range(2))
    answers = at_once(
        lambda: merge_customers(mine[b.pk], mine[a.pk], by=cast.leader),
        lambda: merge_customers(yours[c.pk], yours[b.pk], by=cast.manager),
    )
    standing = Customer.objects.standing()
    assert standing.count() == 3 - Merge.objects.count()
    assert answers[0] == ""
    for merged in Customer.objects.exclude(merged_into=None):
        assert merged.merged_into in standing
        assert not merged.phones.exists()


def test_a_merge_while_a_file_about_both_is_posted_loses_nothing(
    real_db, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    places = the_places()
    cast = the_cast(places)
    rows = [
        a_sale(n, 购车人=name, 联系电话="13800138000")
        for n, name in enumerate(["王小明", "王小明先生"] * 5, start=1)
    ]
    kept = CustomerFactory(name="王小明", numbers=[NUMBER])
    merged = CustomerFactory(name="王小明先生", numbers=[NUMBER])
    batch = received(places.dealer, rows, by=cast.clerk)
    submit_batch(batch, by=cast.clerk)
    type(batch).objects.filter(pk=batch.pk).update(status="approved")
    answers = at_once(
        lambda: post_batch(batch.pk),
        lambda: merge_customers(kept, merged, by=cast.leader),
    )
    assert answers == ["", ""]
    assert Sale.objects.filter(customer=kept).count() == 10
    assert Customer.objects.count() == 2


def test_a_merge_does_not_wait_for_a_long_file(real_db, monkeypatch):
    cast = the_cast(the_places())
    monkeypatch.setattr("crm.patience.LONGEST_WAIT", "100ms")
    two = CustomerFactory(), CustomerFactory()

    def posting():
        with transaction.atomic():
            one_at_a_time()
            answers.extend(at_once(lambda: merge_customers(*two, by=cast.leader)))

    answers: list[str] = []
    posting()
    assert "Try again in a minute" in answers[0]
    assert not Merge.objects.exists()
