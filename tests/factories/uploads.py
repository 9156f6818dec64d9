"""Files as dealers and stations send them, made here."""

import csv
import io
from datetime import date, datetime
from typing import Any

import openpyxl
from django.utils import timezone

from crm.models import UploadBatch
from crm.uploads.services import read_batch, receive_file

SALES_HEADER = [
    "序号", "销售单号", "购车人", "性别", "联系电话", "证件号码", "省份", "城市",
    "地址", "车架号", "发动机号", "车型", "颜色", "成交价", "发票号", "开票日期",
    "交车日期", "销售顾问",
]  # fmt: skip
REPAIRS_HEADER = [
    "工单号", "车架号", "车牌号", "送修人", "联系电话", "维修类型", "进厂时间",
    "出厂时间", "行驶里程", "故障描述", "维修项目", "更换配件", "工时费", "材料费",
    "合计金额", "服务顾问",
]  # fmt: skip

_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [*range(10), 1, 2, 3, 4, 5, 6,
    7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9], strict=True))  # fmt: skip
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def a_vin(n: int) -> str:
    body = f"LSVAA49J0F2{n:06}"
    rest = sum(_VALUES[c] * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11
    return f"{body[:8]}{'0123456789X'[rest]}{body[9:]}"


def today() -> date:
    return timezone.localdate()


def a_sale(n: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "序号": n, "销售单号": f"XS{n:07}",
        "购车人": f"张{chr(0x4E00 + n)}", "性别": "男",
        "联系电话": f"138{n:08}", "证件号码": "", "省份": "广东省", "城市": "深圳市",
        "地址": f"福田路{n}号", "车架号": a_vin(n),
        "发动机号": f"E{n:06}", "车型": "远行",
        "颜色": "白", "成交价": 150000, "发票号": f"{n:08}", "开票日期": str(today()),
        "交车日期": str(today()), "销售顾问": "白卫军",
        **changes,
    }  # fmt: skip


def a_repair(n: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "工单号": f"WX{n:07}", "车架号": a_vin(n), "车牌号": f"粤A{n:05}",
        "送修人": f"张{chr(0x4E00 + n)}", "联系电话": f"138{n:08}", "维修类型": "保养",
        "进厂时间": f"{today()} 00:05", "出厂时间": f"{today()} 00:06",
        "行驶里程": 1000 + n, "故障描述": "常规保养",
        "维修项目": "更换机油机滤、检查线路", "更换配件": "机油滤清器",
        "工时费": 100, "材料费": 200, "合计金额": 300, "服务顾问": "李金章",
        **changes,
    }  # fmt: skip


def csv_file(rows: list[dict[str, Any]], encoding: str = "utf-8") -> io.BytesIO:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode(encoding))


def xlsx_file(
    rows: list[list[Any]], *, sheet: str = "日报", before: tuple[str, ...] = ()
) -> io.BytesIO:
    """A workbook; `before` names sheets that stand before the table's."""
    book = openpyxl.Workbook()
    for name in before:
        book.create_sheet(name).append(["说明", "无"])
    main = book.active
    main.title = sheet
    for row in rows:
        main.append(row)
    if before:
        book.move_sheet(main, len(before))
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return content


def table(rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [list(rows[0]), *(list(row.values()) for row in rows)]


def received(organisation, rows=None, *, kind=None, by=None, day=None) -> UploadBatch:
    """A batch of the organisation, read and checked."""
    kind = kind or ("sales" if organisation.kind == "dealer" else "repairs")
    rows = rows or [a_sale() if kind == "sales" else a_repair()]
    batch = receive_file(
        kind=kind,
        organisation=organisation,
        by=by,
        file=csv_file(rows),
        name="a.csv",
        day=day,
        queue=False,
    )
    return read_batch(batch.pk)


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))
