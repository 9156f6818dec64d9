from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from django.db import connection, transaction

from complaints.numbers import take_numbers
from tests.factories.complaints import make_case, make_customer


def test_numbers_count_anew_each_local_day(cast):
    make_customer()
    evening = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
    after_midnight = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    numbers = [
        make_case(cast.agent, at=at).number for at in (evening, evening, after_midnight)
    ]
    assert numbers == ["C20261121-0001", "C20261121-0002", "C20261122-0001"]


def test_many_numbers_can_be_taken_at_once(db):
    at = datetime(2026, 11, 21, tzinfo=UTC)
    assert take_numbers(at, 3)[-1] == "C20261121-0003"
    assert take_numbers(at) == ["C20261121-0004"]


def test_people_who_open_cases_at_once_get_numbers_of_their_own(real_db):
    at = datetime(2026, 11, 21, tzinfo=UTC)

    def take(_) -> str:
        try:
            with transaction.atomic():
                return take_numbers(at)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(take, range(40)))
    assert sorted(numbers) == [f"C20261121-{n:04d}" for n in range(1, 41)]
