"""The file the dealer's clerk hands in: two buyers of three days ago, one mistyped."""

import csv
import io
from datetime import date, timedelta

HEADER = [
    *(
        "销售单号",
        "购车人",
        "联系电话",
        "车架号",
        "车型",
        "成交价",
        "开票日期",
        "交车日期",
    ),
]


def sales_of_three_days_ago() -> bytes:
    on = date.today() - timedelta(days=3)  # noqa: DTZ011 - as the clerk's own calendar
    rows = [
        [
            "XS-1",
            "吴小莉",
            "138 0013 8000",
            "LYJA7B3E3TA000012",
            "云驾 X5",
            "19.98万",
            on,
            on,
        ],
        ["XS-2", "郑大川", "同上", "LYJA7B3EXTA000024", "云驾 E3", "168800", on, on],
    ]
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode("gb18030")
