"""A dealer's system sends again what it has no answer to: nothing is made twice."""

import json
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.tasks import clear_away
from crm.models import ApiHandIn, UploadBatch
from crm.uploads import services
from tests.cast import the_cast, the_places
from tests.crm.api import System, sale
from tests.factories.uploads import a_sale


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def dealer(cast):
    return System(cast.clerk)


def stored(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_same_rows_under_the_same_key_are_answered_as_before(dealer, tmp_path):
    first = dealer.send_rows([sale(1), sale(2, vin="X")], key="a")
    again = dealer.send_rows([sale(1), sale(2, vin="X")], key="a")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert UploadBatch.objects.count() == len(stored(tmp_path)) == 1


def test_the_answer_stays_what_it_was(dealer):
    """Also when the batch has gone on since: where it is now is asked at its url."""
    first = dealer.send_rows([sale()], key="a").json()
    services.cancel_batch(UploadBatch.objects.get(), by=None)
    again = dealer.send_rows([sale()], key="a").json()
    assert again == first
    assert dealer.client.get(first["url"]).json()["status"] == "cancelled"


def test_the_same_file_under_the_same_key_is_answered_as_before(dealer, tmp_path):
    first, again = (dealer.send_file(key="a") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert UploadBatch.objects.count() == len(stored(tmp_path)) == 1


def test_other_content_under_the_same_key_is_refused(dealer):
    dealer.send_rows([sale(1)], key="a")
    answer = dealer.send_rows([sale(2)], key="a")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    answer = dealer.send_file(key="a")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert UploadBatch.objects.count() == 1


@pytest.mark.parametrize(
    "other", [{"name": "b.csv"}, {"submit": "false"}, {"rows": [a_sale(2)]}]
)
def test_every_part_of_a_form_counts_as_content(other, dealer):
    dealer.send_file(key="a")
    assert dealer.send_file(**{"key": "a", **other}).status_code == 422


def test_a_key_is_its_owners(dealer, cast):
    dealer.send_rows([sale()], key="a")
    answer = System(cast.outsider).send_rows([sale()], key="a")
    assert (answer.status_code, answer.json()["organisation"]) == (201, "D2")


def test_a_key_in_quotes_is_the_same(dealer):
    dealer.send_rows([sale()], key="a")
    answer = dealer.send_rows([sale()], key='"a"')
    assert answer.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", [" ", '""', "a b", "a" * 101, "键", "a\x01"])
def test_what_is_no_key_is_refused(key, dealer):
    answer = dealer.send_rows([sale()], key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "key_malformed")
    assert not UploadBatch.objects.exists()


def test_without_a_key_each_request_counts(dealer):
    first, again = (dealer.send_rows([sale()]).json() for _ in range(2))
    assert first["id"] != again["id"]
    assert not ApiHandIn.objects.exists()


def test_what_was_refused_may_be_mended_and_sent_under_the_same_key(dealer):
    assert dealer.send_rows([sale(vim="X")], key="a").status_code == 400
    assert dealer.send_rows([sale()], key="a").status_code == 201


def test_keys_are_forgotten_after_a_week(dealer):
    for key, days in {"old": 8, "new": 6}.items():
        dealer.send_rows([sale()], key=key)
        sent_at = timezone.now() - timedelta(days=days)
        ApiHandIn.objects.filter(key=key).update(sent_at=sent_at)
    clear_away()
    assert ApiHandIn.objects.get().key == "new"
    assert dealer.send_rows([sale()], key="old").status_code == 201
    assert UploadBatch.objects.count() == 3


def test_while_the_first_is_worked_on_the_second_is_told_to_wait(real_db, monkeypatch):
    dealer = System(the_cast(the_places()).clerk)
    receive_rows, second = services.receive_rows, []

    def send_again():
        second.append(dealer.send_rows([sale()], key="a"))
        connection.close()

    def slowly(**facts):
        batch = receive_rows(**facts)
        other = Thread(target=send_again)
        other.start()
        other.join()
        return batch

    monkeypatch.setattr(services, "receive_rows", slowly)
    first = dealer.send_rows([sale()], key="a")
    [answer] = second
    assert first.status_code == 201
    assert (answer.status_code, answer.json()["code"]) == (409, "in_progress")
    assert answer.headers["Retry-After"] == "2"
    assert dealer.send_rows([sale()], key="a").json() == first.json()
    assert UploadBatch.objects.count() == 1


@pytest.mark.parametrize("how", ["rows", "file"])
def test_sent_twice_at_the_very_same_moment_one_batch_is_made(how, real_db, tmp_path):
    dealer = System(the_cast(the_places()).clerk)
    start, answers = Barrier(4), []

    def send():
        start.wait()
        if how == "rows":
            answers.append(dealer.send_rows([sale()], key="a"))
        else:
            answers.append(dealer.send_file(key="a"))
        connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {"rows": 201, "file": 202}[how]
    assert {answer.status_code for answer in answers} <= {made, 409}
    told = [answer.json()["id"] for answer in answers if answer.status_code == made]
    assert UploadBatch.objects.count() == len(stored(tmp_path)) == len(set(told)) == 1


def test_a_connection_lost_on_the_way_leaves_nothing_and_the_key_free(
    real_db, monkeypatch, tmp_path
):
    dealer = System(the_cast(the_places()).clerk)
    receive_rows = services.receive_rows

    def until_the_end(**facts):
        batch = receive_rows(**facts)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            [pid] = cursor.fetchone()
        killer = Thread(target=kill, args=[pid])
        killer.start()
        killer.join()
        return batch

    def kill(pid):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        connection.close()

    client = Client(raise_request_exception=False, headers=dealer.headers)
    body = json.dumps({"rows": [sale()]})
    with monkeypatch.context() as patch:
        patch.setattr(services, "receive_rows", until_the_end)
        answer = client.post(
            "/api/sales/",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": "a"},
        )
    assert answer.status_code == 500
    connection.close()
    assert not UploadBatch.objects.exists()
    assert not stored(tmp_path)
    assert dealer.send_body(body, key="a").status_code == 201
    assert UploadBatch.objects.count() == 1
