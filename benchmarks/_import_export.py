"""The same rows through django-import-export as its users would write it."""

from typing import Any

import tablib
from import_export import fields, resources, widgets

from accounts.models import Organisation
from benchmarks._rows import HEADER
from crm.models import Customer, Ownership, Phone, Sale, Vehicle


def import_with_library(dealer: Organisation, rows: list[list[str]]) -> None:
    result = SaleResource().import_data(
        tablib.Dataset(*rows, headers=HEADER), raise_errors=True, dealer=dealer
    )
    assert result.totals["new"] == len(rows)


class SaleResource(resources.ModelResource):
    sale_no = fields.Field("sale_no", "销售单号")
    dealer = fields.Field("dealer_id", "dealer")
    customer = fields.Field("customer_id", "customer")
    vehicle = fields.Field("vehicle_id", "vehicle")
    salesperson = fields.Field("salesperson", "销售顾问")
    price = fields.Field("price", "成交价", widgets.DecimalWidget())
    invoice_no = fields.Field("invoice_no", "发票号")
    invoiced_on = fields.Field("invoiced_on", "开票日期", widgets.DateWidget())
    delivered_on = fields.Field("delivered_on", "交车日期", widgets.DateWidget())

    class Meta:
        model = Sale
        import_id_fields = ["sale_no"]
        fields = [
            "sale_no", "dealer", "customer", "vehicle", "salesperson", "price",
            "invoice_no", "invoiced_on", "delivered_on",
        ]  # fmt: skip
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        use_transactions = True

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """The rows a sale points to; bulk mode covers the resource's own model only."""
        number = f"+86{row['联系电话']}"
        phone = (
            Phone.objects.select_related("customer")
            .filter(number=number, customer__name=row["购车人"])
            .first()
        )
        if phone:
            customer = phone.customer
        else:
            customer = Customer.objects.create(
                name=row["购车人"],
                gender="m" if row["性别"] == "男" else "f",
                id_number=row["证件号码"],
                province=row["省份"],
                city=row["城市"],
                address=row["地址"],
            )
            Phone.objects.create(customer=customer, number=number)
        vehicle, _ = Vehicle.objects.get_or_create(
            vin=row["车架号"],
            defaults={
                "engine_no": row["发动机号"],
                "model": row["车型"],
                "colour": row["颜色"],
            },
        )
        Ownership.objects.get_or_create(
            vehicle=vehicle, customer=customer, from_on=row["交车日期"]
        )
        row["dealer"] = kwargs["dealer"].pk
        row["customer"] = customer.pk
        row["vehicle"] = vehicle.pk
