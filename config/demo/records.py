"""Buyers, cars and the files that dealers and stations send, as the demo tells them."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高梁郑罗宋谢唐韩曹许邓萧"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文云海鹏飞雪琳佳欣怡梓涵"
)
MODELS = [
    ("云驾 X5 2.0T 四驱豪华型", 218_800),
    ("云驾 X3 1.5T 舒适型", 139_800),
    ("云驾 E3 纯电 520 公里版", 168_800),
    ("云驾 E7 纯电 650 公里版", 259_800),
    ("云驾 V6 2.0T 七座商务型", 236_800),
    ("云驾 S4 1.5L 手动进取型", 88_800),
]
COLOURS = ["珍珠白", "星空黑", "石墨灰", "宝石蓝", "中国红"]
PLACES = {
    "GZ": ("广东省", "广州市", ["天河路", "中山大道", "番禺大道", "花城大道"], "粤A"),
    "SZ": ("广东省", "深圳市", ["深南大道", "福华路", "宝安大道", "龙岗大道"], "粤B"),
    "BJ": ("北京市", "北京市", ["朝阳路", "西三环北路", "中关村大街", "平安里"], "京N"),
    "TJ": ("天津市", "天津市", ["南京路", "卫津路", "解放北路", "友谊路"], "津A"),
}
MOBILE = ["138", "139", "136", "150", "159", "186", "188", "177", "199", "191"]
COMPANIES = ["恒达物流有限公司", "粤兴装饰工程有限公司", "博远科技有限公司"]
REPAIRS = [
    ("保养", "常规保养", "更换机油机滤", "机油、机滤", 180, 420),
    ("保养", "首次保养", "更换机油机滤、全车检查", "机油、机滤", 0, 0),
    ("保修", "冷启动时发动机有异响", "检查正时系统", "正时链张紧器", 0, 0),
    ("保修", "中控屏黑屏后重启", "软件升级", "", 0, 0),
    ("保修", "变速箱低速顿挫", "变速箱软件标定", "", 0, 0),
    ("一般维修", "空调不制冷", "检漏、加注冷媒", "冷媒", 260, 180),
    ("一般维修", "刹车片磨损报警", "更换前刹车片", "前刹车片", 220, 560),
    ("事故", "右前角碰撞", "钣金喷漆", "前保险杠、右前大灯", 1600, 4200),
]

SALES_HEADER = [
    *("销售单号", "购车人", "性别", "联系电话", "省份", "城市", "地址", "车架号"),
    *(
        "发动机号",
        "车型",
        "颜色",
        "成交价",
        "发票号",
        "开票日期",
        "交车日期",
        "销售顾问",
    ),
]
REPAIRS_HEADER = [
    *("工单号", "车架号", "车牌号", "送修人", "联系电话", "维修类型", "进厂时间"),
    *("出厂时间", "行驶里程", "故障描述", "维修项目", "更换配件", "工时费", "材料费"),
    *("合计金额", "服务顾问"),
]

VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True)
)
VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]


@dataclass(frozen=True)
class Sold:
    """One car sold: what later repairs of it need to know."""

    row: list[object]
    vin: str
    plate: str
    buyer: str
    phone: str
    branch: str
    delivered_on: date


def vin(serial: int) -> str:
    """An invented VIN with a right check digit (GB 16735, ISO 3779)."""
    million, rest = divmod(serial, 1_000_000)
    text = f"LYJA7B3E0T{'ABCDEFGH'[million]}{rest:06}"
    total = sum(
        weight * int(VIN_VALUES.get(char, char))
        for char, weight in zip(text, VIN_WEIGHTS, strict=True)
    )
    return f"{text[:8]}{'0123456789X'[total % 11]}{text[9:]}"


def name(random: Random) -> str:
    return random.choice(FAMILY) + "".join(
        random.choices(GIVEN, k=random.choice([1, 2]))
    )


def sale(random: Random, serial: int, dealer: str, on: date) -> Sold:
    """`serial` makes number, phone and VIN unique; `on` is the day of delivery."""
    branch = dealer[:2]
    province, city, streets, plate = PLACES[branch]
    buyer = name(random) if serial % 25 else f"{city[:2]}{random.choice(COMPANIES)}"
    phone = f"{random.choice(MOBILE)}{10_000_000 + serial * 7919 % 90_000_000:08}"
    model, price = random.choice(MODELS)
    invoiced_on = on - timedelta(days=random.choice([0, 0, 0, 1]))
    row = [
        f"XS{dealer}{serial:07}",
        buyer,
        random.choice("男女") if serial % 25 else "",
        phone,
        province,
        city,
        f"{random.choice(streets)}{random.randint(1, 900)}号",
        vin(serial),
        f"E{serial:07}",
        model,
        random.choice(COLOURS),
        price - random.randrange(0, 8000, 500),
        f"{30_000_000 + serial:08}",
        invoiced_on,
        on,
        name(random),
    ]
    letters = "".join(random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=2))
    plate = f"{plate}{letters}{serial % 1000:03}"
    return Sold(row, vin(serial), plate, buyer, phone, branch, on)


def repair(
    random: Random, serial: int, station: str, car: Sold, on: date
) -> list[object]:
    kind, statement, work, parts, labour, material = random.choice(REPAIRS)
    came = datetime(on.year, on.month, on.day, random.randint(8, 11), 10)  # noqa: DTZ001
    left = came + timedelta(minutes=random.randint(50, 320))
    driven = 900 + 45 * max(0, (on - car.delivered_on).days)
    return [
        *(f"WX{station}{serial:07}", car.vin, car.plate, car.buyer, car.phone, kind),
        *(f"{came:%Y-%m-%d %H:%M}", f"{left:%Y-%m-%d %H:%M}", driven, statement),
        *(work, parts, labour, material, labour + material, name(random)),
    ]


def csv_file(header: list[str], rows: list[list[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
