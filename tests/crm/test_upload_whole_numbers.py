"""What a file that cannot be read holds is for those who may open it."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from crm.uploads.permissions import may_open_rows
from crm.uploads.services import read_batch, receive_file
from tests.factories.uploads import a_sale

NUMBER = "13800000001"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def handed_in(places, cast, rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    file = io.BytesIO(text.getvalue().encode())
    batch = receive_file(
        kind="sales",
        organisation=places.dealer,
        by=cast.clerk,
        file=file,
        name="x.csv",
        queue=False,
    )
    return read_batch(batch.pk)


def what_is_said(user, batch):
    """On the page about the file and through the API, to who may see them."""
    client = Client()
    client.force_login(user)
    answers = [
        client.get(reverse("crm:batch", args=[batch.pk])),
        client.get(f"/api/uploads/{batch.pk}/"),
    ]
    return [answer.content.decode() for answer in answers if answer.status_code == 200]


def test_nobody_is_told_the_first_row_of_a_file_without_a_header(places, cast):
    rows = [list(a_sale(n).values()) for n in range(1, 40)]
    batch = handed_in(places, cast, rows)
    assert batch.refusal["code"] == "no_header"
    said = {user.username: what_is_said(user, batch) for user in cast}
    assert len(said["alice"]) == len(said["clerk"]) == 2
    assert not [name for name, texts in said.items() if NUMBER in "".join(texts)]


def test_what_stands_in_a_header_is_for_those_who_may_open_the_rows(places, cast):
    row = {**a_sale(1), f"客户{NUMBER}": "x"}
    del row["车架号"]
    batch = handed_in(places, cast, [list(row), list(row.values())])
    assert batch.refusal["code"] == "missing_columns"
    for user in cast:
        for text in what_is_said(user, batch):
            assert "These columns are missing: VIN." in text
            assert (NUMBER in text) == may_open_rows(user)
