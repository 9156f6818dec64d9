"""A file with column names nobody knows: asked once, known ever after."""

import pytest
from django.core.management import CommandError
from django.urls import reverse

from crm.models import ColumnName, UploadBatch
from tests.factories.uploads import a_sale, csv_file, received, table, xlsx_file

# What a dealer system calls them, and nobody else.
NAMES = {
    "销售单号": "DOC",
    "购车人": "甲方",
    "联系电话": "拨打",
    "车架号": "识别",
    "开票日期": "何时",
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def renamed(n, **changes):
    return {NAMES[name]: a_sale(n, **changes)[name] for name in NAMES}


def send(client, rows, **kwargs):
    content = csv_file(rows)
    content.name = "dms.csv"
    return client.post(reverse("crm:upload"), {"file": content}, **kwargs)


def choices(client, batch):
    page = client.get(reverse("crm:batch_columns", args=[batch.pk]))
    return {
        field.name: (column, field.value())
        for column, field, _ in page.context["rows"]
        if field
    }


def chosen(client, batch, **changes):
    """What is sent when the clerk changes some choices, by the name of the column."""
    return {
        name: changes.get(column.header, value)
        for name, (column, value) in choices(client, batch).items()
    }


ALL = {
    "DOC": "sale_no",
    "甲方": "buyer",
    "拨打": "phone",
    "识别": "vin",
    "何时": "invoiced_on",
}


def test_the_clerk_is_led_to_the_columns_and_the_next_file_needs_no_page(
    cast, logged_in
):
    clerk = logged_in(cast.clerk)
    answer = send(clerk, [renamed(1), renamed(2)])
    batch = UploadBatch.objects.get()
    page = reverse("crm:batch_columns", args=[batch.pk])
    assert (batch.status, answer.url) == ("mapping", page)
    shown = clerk.get(page).content.decode()
    assert a_sale(1)["车架号"] in shown
    assert "甲方" in shown
    answer = clerk.post(page, chosen(clerk, batch, **ALL))
    batch.refresh_from_db()
    assert answer.url == reverse("crm:batch", args=[batch.pk])
    assert (batch.status, batch.rows_accepted) == ("checked", 2)
    send(clerk, [renamed(3)])
    assert UploadBatch.objects.latest("pk").status == "checked"
    send(logged_in(cast.outsider), [renamed(4)])
    assert UploadBatch.objects.latest("pk").status == "mapping"


def test_what_is_proposed_is_chosen_already(cast, logged_in):
    clerk = logged_in(cast.clerk)
    send(clerk, [renamed(n) for n in range(1, 6)])
    proposed = {
        column.header: value
        for column, value in choices(clerk, UploadBatch.objects.get()).values()
    }
    assert proposed["识别"] == "vin"
    assert proposed["拨打"] == "phone"


def test_a_column_twice_or_a_needed_one_lacking_is_said_and_choices_stay(
    cast, logged_in
):
    clerk = logged_in(cast.clerk)
    send(clerk, [renamed(1)])
    batch = UploadBatch.objects.get()
    page = reverse("crm:batch_columns", args=[batch.pk])
    data = chosen(clerk, batch, **ALL | {"何时": "", "甲方": "vin"})
    answer = clerk.post(page, data)
    said = " ".join(answer.context["errors"])
    assert answer.status_code == 422
    assert said == (
        "Chosen for more than one column: VIN. Still lacking: buyer, invoice date."
    )
    kept = {field.name: field.value() for _, field, _ in answer.context["rows"]}
    assert kept == data
    assert not ColumnName.objects.exists()
    looked = clerk.get(page, data)
    assert dict(looked.context["needed"])["Invoice date"] is False


def test_a_file_that_was_read_wrongly_can_be_matched_anew(places, cast, logged_in):
    batch = received(places.dealer, [a_sale(1) | {"姓名": "王五"}], by=cast.clerk)
    assert batch.rows.get().values[batch.fields.index("buyer")] == a_sale(1)["购车人"]
    clerk = logged_in(cast.clerk)
    page = reverse("crm:batch_columns", args=[batch.pk])
    assert page in clerk.get(reverse("crm:batch", args=[batch.pk])).content.decode()
    clerk.post(page, chosen(clerk, batch, 购车人="", 姓名="buyer"))
    batch.refresh_from_db()
    assert batch.status == "checked"
    assert batch.rows.get().values[batch.fields.index("buyer")] == "王五"
    learnt = ColumnName.objects.get(organisation=places.dealer, header="购车人")
    assert learnt.column == ""


@pytest.mark.parametrize("data", [{"column-0": "no such"}, {}])
def test_nonsense_is_refused(cast, logged_in, data):
    clerk = logged_in(cast.clerk)
    send(clerk, [renamed(1)])
    batch = UploadBatch.objects.get()
    page = reverse("crm:batch_columns", args=[batch.pk])
    assert clerk.post(page, data).status_code == 422
    batch.refresh_from_db()
    assert batch.status == "mapping"


def test_what_was_handed_in_keeps_its_columns(places, cast, logged_in):
    batch = received(places.dealer, by=cast.clerk)
    clerk = logged_in(cast.clerk)
    data = chosen(clerk, batch)
    clerk.post(reverse("crm:batch_submit", args=[batch.pk]))
    page = reverse("crm:batch_columns", args=[batch.pk])
    assert (
        "cannot be changed now" in clerk.post(page, data, follow=True).content.decode()
    )
    assert not ColumnName.objects.exists()


def test_the_header_is_found_below_titles_and_of_two_alike_the_first_counts(
    places, cast, logged_in
):
    rows = table([{**renamed(1), "": "y", "拨打 ": "x"}])
    content = xlsx_file([["日报"], *rows], sheet="导出")
    content.name = "a.xlsx"
    clerk = logged_in(cast.clerk)
    clerk.post(reverse("crm:upload"), {"file": content})
    batch = UploadBatch.objects.get()
    page = clerk.get(reverse("crm:batch_columns", args=[batch.pk]))
    layout = page.context["layout"]
    assert (layout.sheet, layout.line) == ("导出", 2)
    assert (layout.columns[5].header, layout.columns[5].letter) == ("", "F")
    assert layout.columns[6].hindrance == "Column C has the same name."
    clerk.post(page.request["PATH_INFO"], chosen(clerk, batch, **ALL))
    batch.refresh_from_db()
    assert batch.status == "checked"


def test_the_command_names_what_lacks_and_what_it_does_not_know(upload):
    row = {**a_sale(1), "甲": 1}
    del row["车架号"]
    with pytest.raises(CommandError) as refused:
        upload(csv_file([row]))
    assert str(refused.value) == (
        "These columns are missing: VIN. Not recognised: 序号, 甲."
    )
