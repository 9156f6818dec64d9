"""Made-up sales in the columns that dealers send."""

import csv
import random
import string
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path

import xlsxwriter

HEADER = [
    "序号", "销售单号", "购车人", "性别", "联系电话", "证件号码", "省份", "城市",
    "地址", "车架号", "发动机号", "车型", "颜色", "成交价", "发票号", "开票日期",
    "交车日期", "销售顾问",
]  # fmt: skip

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰飞红梅鑫波斌宇浩凯健俊帆雪晨"
)
CITIES = ["广州市", "深圳市", "佛山市", "东莞市", "珠海市", "惠州市"]
MODELS = [
    f"{name} {size}"
    for name in ("远行", "海风", "北辰")
    for size in ["1.5T", "2.0L", "EV"]
]
COLOURS = ["珍珠白", "曜石黑", "星空灰", "极地蓝", "中国红"]
DAYS = [f"2026-11-{day:02}" for day in range(1, 21)]

_VIN_LETTERS = "".join(
    c for c in string.ascii_uppercase + string.digits if c not in "IOQ"
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = dict(zip(_VIN_LETTERS, (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4,
                                  5, 6, 7, 8, 9, *range(10)), strict=True))  # fmt: skip


def vin(dice: random.Random, number: int) -> str:
    million, rest = divmod(number, 1_000_000)
    body = "LCC" + "".join(dice.choices(_VIN_LETTERS, k=5))
    body += f"0T{_VIN_LETTERS[million]}{rest:06}"
    check = sum(_VALUES[c] * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11
    return f"{body[:8]}{'0123456789X'[check]}{body[9:]}"


def sale_rows(dice: random.Random, count: int, first: int = 0) -> Iterator[list[str]]:
    pick = dice.choice
    for n in range(first, first + count):
        day = dice.randrange(len(DAYS) - 1)
        yield [
            str(n + 1),
            f"XS{n:08}",
            pick(SURNAMES) + pick(GIVEN) + pick(GIVEN),
            pick("男女"),
            f"1{dice.randrange(30, 100)}{dice.randrange(10**8):08}",
            "",
            "广东省",
            pick(CITIES),
            f"{pick(GIVEN)}{pick(GIVEN)}路{dice.randrange(1, 999)}号",
            vin(dice, n),
            f"E{dice.randrange(10**6):06}",
            pick(MODELS),
            pick(COLOURS),
            str(dice.randrange(80, 400) * 1000),
            f"{dice.randrange(10**8):08}",
            DAYS[day],
            DAYS[day + 1],
            pick(SURNAMES) + pick(GIVEN),
        ]


def write_csv(path: Path, rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows(chain([HEADER], rows))


def write_xlsx(path: Path, rows: Iterable[list[str]]) -> None:
    """As dealer systems write it: numbers and days as such, texts shared."""
    book = xlsxwriter.Workbook(path, {"constant_memory": False})
    sheet = book.add_worksheet("日报")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADER)
    price, days = (
        HEADER.index("成交价"),
        [HEADER.index("开票日期"), HEADER.index("交车日期")],
    )
    for number, row in enumerate(rows, 1):
        for place, text in enumerate(row):
            if place == price:
                sheet.write_number(number, place, float(text))
            elif place in days:
                sheet.write_datetime(number, place, datetime.fromisoformat(text), day)
            elif text:
                sheet.write_string(number, place, text)
    book.close()
