"""Property: rows sent as JSON and the same rows in a file come to the same."""

import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from accounts.throttles import SharedThrottle
from crm.models import UploadBatch
from tests.crm.api import REPAIR_FIELDS, SALE_FIELDS, System, repair, sale
from tests.factories.uploads import a_vin, received


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


# What dealers type: in order, odd, wrong, and anything at all.
TYPED = st.one_of(
    st.sampled_from(
        ["", " ", "13800138000", "138 0013-8000", "+86 13800138000", "010-12345678",
         "123", "2026-01-31", "2026/2/30", "20260131", "46000", "9999-01-01",
         "2026年1月5日 14:30", "15万", "¥150,000.50", "-1", "１５００", "1e5", "NaN",
         "男", "女士", "保养", "事故", "maintenance", "粤A12345", "张三", "某某公司",
         "440301199001011234", a_vin(1), a_vin(2).lower(), "LSVAA49J0F2O00001",
         "=1+1", "@SUM(A1)", 'a "quoted" one', "a,b;c\td", "two\nlines", "😀"]
    ),
    # Neither NUL nor half characters, which JSON rows may not have; nor what a text
    # file itself is made of.
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30),
    st.text("我是汉字ABC 0123", min_size=100, max_size=300),
)  # fmt: skip


def rows(fields, good):
    changes = st.dictionaries(
        st.sampled_from(sorted(set(fields.values()) - {"vin"})), TYPED, max_size=5
    )
    return st.lists(
        st.builds(lambda n, change: good(n) | change, st.integers(1, 3), changes),
        min_size=1,
        max_size=8,
    )


def moved(problem):
    """Rows of a file are counted from its header."""
    return problem | ({"row": problem["row"] - 1} if "row" in problem else {})


def came_to(batch, offset):
    return [
        {
            "row": row.number - offset,
            "values": row.values,
            "cells": row.cells,
            "content": row.content,
            "person": max(row.person - offset, 0),
            "effect": row.effect,
            "errors": [moved(p) if offset else p for p in row.errors],
            "warnings": [moved(p) if offset else p for p in row.warnings],
        }
        for row in batch.rows.all()
    ]


@pytest.mark.parametrize("kind", ["sales", "repairs"])
@tries(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_rows_come_to_the_same_either_way(kind, data, cast, places, monkeypatch):
    monkeypatch.setattr(SharedThrottle, "THROTTLE_RATES", {"rows": "1000/s"})
    sales = kind == "sales"
    fields, good = (SALE_FIELDS, sale) if sales else (REPAIR_FIELDS, repair)
    organisation = places.dealer if sales else places.station
    system = System(cast.clerk if sales else cast.station_clerk)
    sent = data.draw(rows(fields, good))
    header = list(dict.fromkeys(name for row in sent for name in row))
    full = [{name: row.get(name, "") for name in header} for row in sent]

    answer = system.send_body(json.dumps({"rows": full, "submit": False}), kind)
    assert answer.status_code == 201, answer.json()
    by_api = UploadBatch.objects.get(pk=answer.json()["id"])
    by_file = received(organisation, full, kind=kind)

    assert by_file.fields == by_api.fields
    assert came_to(by_api, 0) == came_to(by_file, 1)
    assert len(by_api.rows.all()) == len(sent)
    counts = ("rows_total", "rows_accepted", "rows_rejected", "rows_warned")
    for count in counts:
        assert getattr(by_api, count) == getattr(by_file, count), count
