"""A dealer's system, as the tests play it."""

import json
from typing import Any

from django.test import Client
from rest_framework.authtoken.models import Token

from tests.factories.uploads import a_repair, a_sale, csv_file

# Our own names for what the factories call as dealers do.
SALE_FIELDS = {
    "销售单号": "sale_no", "购车人": "buyer", "性别": "gender", "联系电话": "phone",
    "证件号码": "id_number", "省份": "province", "城市": "city", "地址": "address",
    "车架号": "vin", "发动机号": "engine_no", "车型": "model", "颜色": "colour",
    "成交价": "price", "发票号": "invoice_no", "开票日期": "invoiced_on",
    "交车日期": "delivered_on", "销售顾问": "salesperson",
}  # fmt: skip
REPAIR_FIELDS = {
    "工单号": "order_no", "车架号": "vin", "车牌号": "plate", "送修人": "customer",
    "联系电话": "phone", "维修类型": "kind", "进厂时间": "in_at", "出厂时间": "out_at",
    "行驶里程": "mileage", "故障描述": "statement", "维修项目": "work",
    "更换配件": "parts", "工时费": "labour_cost", "材料费": "material_cost",
    "合计金额": "total", "服务顾问": "adviser",
}  # fmt: skip


def sale(n: int = 1, **changes: Any) -> dict[str, Any]:
    sent = a_sale(n)
    return {name: sent[known] for known, name in SALE_FIELDS.items()} | changes


def repair(n: int = 1, **changes: Any) -> dict[str, Any]:
    sent = a_repair(n)
    return {name: sent[known] for known, name in REPAIR_FIELDS.items()} | changes


class System:
    """A dealer's system with the key of one user."""

    def __init__(self, user: Any) -> None:
        token, _made = Token.objects.get_or_create(user=user)
        self.headers = {"Authorization": f"Token {token}"}
        self.client = Client(headers=self.headers)

    def send_rows(self, rows: Any, kind="sales", *, key="", language="en", **more):
        return self.send_body(
            json.dumps({"rows": rows, **more}), kind, key=key, language=language
        )

    def send_body(self, body: Any, kind="sales", *, key="", language="en"):
        headers = {"Accept-Language": language}
        if key:
            headers["Idempotency-Key"] = key
        return self.client.post(
            f"/api/{kind}/", body, content_type="application/json", headers=headers
        )

    def send_file(self, rows=None, *, key="", name="a.csv", content=None, **more):
        file = content or csv_file(rows or [a_sale()])
        file.name = name
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            "/api/uploads/", {"file": file, **more}, headers=headers
        )

    def get(self, path: str, **query: Any):
        return self.client.get(f"/api/{path}", query)

    def post(self, path: str):
        return self.client.post(f"/api/{path}")
