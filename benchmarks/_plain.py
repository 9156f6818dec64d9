"""The floor: the file by COPY into a temporary table, then plain INSERT ... SELECT.

Nothing is checked, nothing is kept but the records. A workbook is read by calamine and
its cells written as they are.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import python_calamine
from django.db import connection, transaction

from accounts.models import Organisation
from crm.models import UploadBatch

_TABLE = """
    CREATE TEMPORARY TABLE plain (
        {columns},
        customer_id bigint DEFAULT nextval(pg_get_serial_sequence('crm_customer', 'id'))
    ) ON COMMIT DROP;
"""
_INSERTS = """
    INSERT INTO crm_vehicle (vin, engine_no, model, colour, plate)
    SELECT vin, engine_no, model, colour, '' FROM plain ON CONFLICT (vin) DO NOTHING;
    INSERT INTO crm_customer (id, kind, name, gender, id_number, province, city,
                              address, do_not_call, created_at)
    SELECT customer_id, 'person', buyer, CASE gender WHEN '男' THEN 'm' ELSE 'f' END,
           id_number, province, city, address, false, now()
    FROM plain;
    INSERT INTO crm_phone (customer_id, number, is_wrong)
    SELECT customer_id, '+86' || phone, false FROM plain;
    INSERT INTO crm_ownership (vehicle_id, customer_id, from_on)
    SELECT v.id, customer_id, delivered_on::date
    FROM plain JOIN crm_vehicle v USING (vin);
    INSERT INTO crm_sale (dealer_id, sale_no, customer_id, vehicle_id, salesperson,
                          price, invoice_no, invoiced_on, delivered_on, batch_id)
    SELECT {dealer}, sale_no, customer_id, v.id, salesperson, price::numeric,
           invoice_no, invoiced_on::date, delivered_on::date, {batch}
    FROM plain JOIN crm_vehicle v USING (vin);
"""
_COLUMNS = [
    "line", "sale_no", "buyer", "gender", "phone", "id_number", "province", "city",
    "address", "vin", "engine_no", "model", "colour", "price", "invoice_no",
    "invoiced_on", "delivered_on", "salesperson",
]  # fmt: skip


@transaction.atomic
def load_plainly(dealer: Organisation, path: Path) -> None:
    batch = UploadBatch.objects.create(kind="sales", organisation=dealer)
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(_TABLE.format(columns=", ".join(f"{n} text" for n in _COLUMNS)))
        copy_in = f"COPY plain ({names}) FROM STDIN (FORMAT csv, HEADER, NULL 'NULL')"
        with cursor.copy(copy_in) as copy:
            for block in _blocks(path):
                copy.write(block)
        cursor.execute("ANALYZE plain")
        cursor.execute(_INSERTS.format(dealer=dealer.pk, batch=batch.pk))


def _blocks(path: Path) -> Iterator[bytes | str]:
    if path.suffix == ".csv":
        with path.open("rb") as file:
            while block := file.read(256 * 1024):
                yield block
        return
    text = io.StringIO()
    writer = csv.writer(text)
    sheet = python_calamine.load_workbook(path).get_sheet_by_index(0)
    for number, row in enumerate(sheet.iter_rows()):
        writer.writerow([f"{c:%Y-%m-%d}" if isinstance(c, dt.date) else c for c in row])
        if number % 1000 == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()
