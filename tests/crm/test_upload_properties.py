"""Whatever a cell holds: it comes back as it was sent, or is refused with a reason."""

import itertools
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Sale
from crm.uploads.checking import cells
from crm.uploads.checking.cells import CellError
from crm.uploads.mending.workbook import write_refused
from crm.uploads.reading.process import open_workbook
from crm.uploads.services import approve_batch, post_batch, submit_batch
from crm.uploads.table.finding import find_table
from tests.factories.uploads import a_sale, received

# Nothing that is no text at all: halves of characters, and what no database keeps.
ANY_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60
)
ODD = st.sampled_from(
    [
        "=1+1",
        "@SUM(A1)",
        "+86",
        "-",
        '"',
        "a\r\nb",
        "\t",
        "_x000D_",
        "'",
        "\ufeff",
        "　",
    ]
)
SLOWLY = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


# No two examples hand in the same cars, so that each row is a new sale.
numbers = itertools.count(1)


@pytest.mark.django_db
@given(texts=st.lists(ANY_TEXT | ODD, min_size=1, max_size=30))
@SLOWLY
def test_refused_rows_come_back_as_they_were_sent(places, texts):
    rows = [a_sale(next(numbers), 车架号="WRONG", 备注=text) for text in texts]
    batch = received(places.dealer, rows)
    assert batch.rows_rejected == len(texts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "refused.xlsx"
        write_refused(batch, str(path))
        with open_workbook(path) as workbook:
            table = find_table(workbook, "sales")
            place = table.header.index("备注")
            assert [cells[place] for _, cells in table.rows] == texts


@pytest.mark.django_db
@given(texts=st.lists(ANY_TEXT | ODD, min_size=1, max_size=30))
@SLOWLY
def test_an_accepted_cell_is_posted_as_sent_and_a_refused_one_has_a_reason(
    places, texts
):
    rows = [a_sale(next(numbers), 销售顾问=text) for text in texts]
    batch = received(places.dealer, rows)
    accepted = [text for text in texts if is_accepted(text)]
    assert batch.rows_accepted == len(accepted)
    for row in batch.rows.refused():
        assert [error["column"] for error in row.errors] == ["salesperson"]
    if accepted:
        submit_batch(batch, by=None)
        approve_batch(batch, by=None)
        post_batch(batch.pk)
    posted = Sale.objects.filter(batch=batch).order_by("sale_no")
    assert [sale.salesperson for sale in posted] == [
        cells.plain(text) for text in accepted
    ]


def is_accepted(text: str) -> bool:
    try:
        cells.text_up_to(50)(text)
    except CellError:
        return False
    return True
