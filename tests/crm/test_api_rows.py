"""Rows that dealer systems send as JSON: checked like a file, answered row by row."""

import json
from datetime import timedelta

import pytest

from crm.models import ColumnName, Sale, UploadBatch
from crm.uploads.services import approve_batch
from tests.crm.api import System, repair, sale
from tests.factories.uploads import a_vin, today

YESTERDAY = str(today() - timedelta(days=1))


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def dealer(cast):
    return System(cast.clerk)


def test_rows_are_checked_and_handed_in_at_once(dealer, places):
    answer = dealer.send_rows([sale(1), sale(2)])
    said = answer.json()
    assert answer.status_code == 201, said
    assert said["status"] == "submitted"
    assert (said["kind"], said["organisation"]) == ("sales", "D1")
    assert (said["rows_total"], said["rows_accepted"]) == (2, 2)
    assert said["effects"] == {"new": 2, "changed": 0, "unchanged": 0}
    assert [row["outcome"] for row in said["rows"]] == ["new", "new"]
    batch = UploadBatch.objects.get(pk=said["id"])
    assert (batch.channel, batch.organisation) == ("api", places.dealer)
    assert answer.headers["Location"].endswith(f"/api/uploads/{batch.pk}/")


def test_each_row_says_what_is_wrong_with_it(dealer):
    rows = [
        sale(1, vin="LSVAA49J0F2O00001"),
        sale(2, price=5),
        sale(3),
        sale(3, vin=a_vin(4)),
        {"sale_no": "XS9"},
    ]
    said = dealer.send_rows(rows).json()
    assert [(row["row"], row["outcome"]) for row in said["rows"]] == [
        (1, "refused"),
        (2, "new"),
        (3, "new"),
        (4, "refused"),
        (5, "refused"),
    ]
    bad, odd, _, twice, bare = said["rows"]
    assert bad["number"] == "XS0000001"
    assert bad["errors"] == [
        {
            "code": "vin_letters",
            "field": "vin",
            "message": "a VIN never holds the letters I, O or Q: LSVAA49J0F2O00001",
        }
    ]
    assert [w["code"] for w in odd["warnings"]] == ["price_odd"]
    assert "row 3" in twice["errors"][0]["message"]
    assert {e["field"] for e in bare["errors"]} == {
        "buyer",
        "phone",
        "vin",
        "invoiced_on",
    }
    assert (said["rows_accepted"], said["rows_rejected"]) == (2, 3)


def test_reasons_are_in_the_language_asked_for(dealer):
    rows = [sale(1, vin="LSVAA49J0F2O00001")]
    said = dealer.send_rows(rows, language="zh-hans").json()
    assert "车架号不能含字母" in said["rows"][0]["errors"][0]["message"]


def test_what_is_known_already_is_unchanged_or_changed(dealer, cast):
    first = dealer.send_rows([sale(1), sale(2)]).json()
    approve_batch(UploadBatch.objects.get(pk=first["id"]), by=cast.reviewer)
    assert Sale.objects.count() == 2
    said = dealer.send_rows([sale(1), sale(2, city="广州市"), sale(3)]).json()
    assert [row["outcome"] for row in said["rows"]] == ["unchanged", "changed", "new"]
    assert [w["code"] for w in said["rows"][1]["warnings"]] == ["will_update"]


def test_with_nothing_accepted_nothing_is_handed_in(dealer):
    said = dealer.send_rows([{"sale_no": "1"}]).json()
    assert (said["status"], said["rows_accepted"]) == ("checked", 0)


def test_rows_may_wait_for_a_person(dealer):
    said = dealer.send_rows([sale()], submit=False, day=YESTERDAY).json()
    assert (said["status"], said["day"]) == ("checked", YESTERDAY)


def test_a_station_sends_repairs(cast):
    said = System(cast.station_clerk).send_rows([repair(1)], "repairs").json()
    assert (said["kind"], said["organisation"]) == ("repairs", "S1")
    assert said["rows"][0]["number"] == "WX0000001"
    assert [w["code"] for w in said["rows"][0]["warnings"]] == ["vin_unknown"]


def test_numbers_are_taken_as_they_are_written(dealer):
    body = json.dumps({"rows": [sale(phone=13800138000)]})
    body = body.replace("150000", "150000.50")
    said = dealer.send_body(body).json()
    row = UploadBatch.objects.get(pk=said["id"]).rows.get()
    values = dict(
        zip(UploadBatch.objects.get().fields, row.values, strict=True),
    )
    assert (values["phone"], values["price"]) == ("+8613800138000", "150000.50")


def test_names_of_dealers_and_those_we_were_taught_are_understood(dealer, places):
    ColumnName.objects.create(
        organisation=places.dealer, kind="sales", header="买车的", column="buyer"
    )
    ColumnName.objects.create(
        organisation=places.dealer, kind="sales", header="心情", column=""
    )
    row = sale()
    row["买车的"], row["心情"] = row.pop("buyer"), "好"
    row["手机号码"] = row.pop("phone")
    answer = dealer.send_rows([row])
    assert answer.json()["rows_accepted"] == 1, answer.json()


def test_what_was_sent_is_kept_as_the_file(dealer, cast, logged_in):
    body = json.dumps({"rows": [sale()]})
    said = dealer.send_body(body).json()
    answer = logged_in(cast.clerk).get(f"/uploads/{said['id']}/file/")
    assert b"".join(answer.streaming_content) == body.encode()
    assert said["file_name"].endswith(".json")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "rows_needed"),
        ("{", "malformed"),
        ('{"rows": [{"sale_no": NaN}]}', "not_a_number"),
        (b"\xff\xfe", "not_utf8"),
        ("[" * 200_000, "too_deep"),
        ("[]", "not_an_object"),
        ("{}", "rows_needed"),
        ('{"rows": []}', "rows_needed"),
        ('{"rows": {}}', "rows_needed"),
        ('{"rows": [1]}', "row_malformed"),
        ('{"rows": [{"vin": {}}]}', "value_malformed"),
        ('{"rows": [{"vin": ["a"]}]}', "value_malformed"),
        ('{"rows": [{"vin": true}]}', "value_malformed"),
        ('{"rows": [{"vin": "a\\u0000"}]}', "not_text"),
        ('{"rows": [{"vin": "\\ud800"}]}', "not_text"),
        ('{"rows": [{"\\ud800": "a"}]}', "not_text"),
        ('{"rows": [{"vin": "a", "vin": "b"}]}', "named_twice"),
        ('{"rows": [{"vim": "a"}]}', "unknown_fields"),
        ('{"rows": [{"vin": "a", "车架号": "b"}]}', "unknown_fields"),
        ('{"rows": [{"vin": "a"}], "dry_run": true}', "unknown_fields"),
        ('{"rows": [{"vin": "a"}], "day": "yesterday"}', "day_malformed"),
        ('{"rows": [{"vin": "a"}], "day": "2026-W01-1"}', "day_malformed"),
        ('{"rows": [{"vin": "a"}], "day": 20260101}', "day_malformed"),
        ('{"rows": [{"vin": "a"}], "day": "9999-12-31"}', "day_future"),
        ('{"rows": [{"vin": "a"}], "day": "2001-12-31"}', "day_too_old"),
        ('{"rows": [{"vin": "a"}], "submit": "yes"}', "submit_malformed"),
        ('{"rows": [{"vin": "a"}], "organisation": []}', "organisation_malformed"),
        (json.dumps({"rows": [{"vin": "a" * 40_000}]}), "value_too_long"),
        (json.dumps({"rows": [{"vin": "a"}] * 5_001}), "too_many_rows"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_rows_is_refused_in_one_sentence(dealer, body, code, tmp_path):
    answer = dealer.send_body(body)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (400, code)
    assert said["detail"].endswith(".")
    assert not UploadBatch.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_unknown_fields_are_named(dealer):
    answer = dealer.send_rows([sale(vim="x", colour2="y")])
    assert answer.json() == {
        "code": "unknown_fields",
        "detail": "These fields are not known: vim, colour2.",
        "fields": ["vim", "colour2"],
    }


def test_more_than_the_limit_is_not_read(dealer, settings):
    settings.API_ROWS_MAX_BYTES = 1024 * 1024
    answer = dealer.send_body(b" " * (1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_another_content_type_is_refused(dealer):
    answer = dealer.client.post("/api/sales/", "a=b", content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (
        415,
        "unsupported_media_type",
    )


def test_a_dealer_sends_no_repairs(dealer):
    answer = dealer.send_rows([repair()], "repairs")
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_kind")


def test_a_closed_dealer_sends_nothing(dealer, places):
    places.dealer.is_active = False
    places.dealer.save()
    answer = dealer.send_rows([sale()])
    assert (answer.status_code, answer.json()["code"]) == (403, "inactive")


def test_an_administrator_says_for_whom(cast):
    system = System(cast.administrator)
    assert system.send_rows([sale()]).json()["code"] == "organisation_needed"
    answer = system.send_rows([sale()], organisation="D9")
    assert (answer.status_code, answer.json()["code"]) == (400, "organisation_unknown")
    said = system.send_rows([sale()], organisation="D2").json()
    assert (said["organisation"], said["status"]) == ("D2", "submitted")
    answer = system.send_rows([sale()], organisation="B1")
    assert answer.json()["code"] == "wrong_kind"


def test_a_dealer_sends_for_no_other(dealer):
    answer = dealer.send_rows([sale()], organisation="D2")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")


@pytest.mark.parametrize(
    "person",
    ["agent", "leader", "manager", "handler", "regional", "reviewer", "editor"],
)
@pytest.mark.parametrize("kind", ["sales", "repairs"])
def test_others_hand_nothing_in(person, kind, cast):
    answer = System(getattr(cast, person)).send_rows([sale()], kind)
    assert (answer.status_code, answer.json()["code"]) == (403, "no_hand_in")


@pytest.mark.parametrize("kind", ["sales", "repairs"])
def test_rows_are_only_sent(kind, dealer):
    assert dealer.get(f"{kind}/").status_code == 405
