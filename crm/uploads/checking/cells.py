"""One cell: from what a person typed to one way of writing it, or CellError.

All functions take text and give text ("" = nothing there), so that a checked row can
go to the database as it is: dates as 2026-11-20, times as 2026-11-20T16:06, amounts
as 15400.00.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from crm import phones, plates, vins
from crm.models import Repair
from crm.uploads.checking import moments

Parser = Callable[[str], str]


class CellError(ValueError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# Characters a cell may hold but nobody can see; PostgreSQL refuses the first.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\u200b-\u200f\u2060]")
_SPACES = re.compile(r"\s+")
_CHINESE = re.compile(r"[\u3400-\u9fff·•]{2,}")
_SPACE_IN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
_PLAIN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]*")
_EMPTY_MARKS = {"-", "--", "/", "无", "暂无", "n/a", "na", "null", "none", "#n/a"}


def plain(text: str) -> str:
    """Normalised, without invisible characters and doubled spaces."""
    if _PLAIN.fullmatch(text):
        return "" if len(text) < 5 and text.lower() in _EMPTY_MARKS else text
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = _SPACES.sub(" ", text).strip()
    return "" if text.lower() in _EMPTY_MARKS else text


def text_up_to(longest: int) -> Parser:
    def parse(text: str) -> str:
        value = plain(text)
        if len(value) > longest:
            raise CellError("too_long")
        return value

    return parse


def name(text: str) -> str:
    """A person's or company's name; Chinese names lose the spaces inside them."""
    if _CHINESE.fullmatch(text) and len(text) < 20:
        return text
    value = _SPACE_IN_CHINESE.sub("", plain(text))
    if len(value) > 100:
        raise CellError("too_long")
    return value


def identity(text: str) -> str:
    value = plain(text).upper().replace(" ", "").lstrip("'`")
    if len(value) > 30:
        raise CellError("too_long")
    return value


def number_of_record(text: str) -> str:
    """A sale's or order's number: capitals, no spaces."""
    value = plain(text).upper().replace(" ", "")
    if len(value) > 40:
        raise CellError("too_long")
    return value


def plate(text: str) -> str:
    """As plates are kept and looked for: 粤A·8xzy3 and 粤A 8XZY3 are 粤A8XZY3."""
    value = plates.clean(plain(text))
    if len(value) > 15:
        raise CellError("too_long")
    return value


_NOT_PHONES = {"无", "暂无", "-", "--", "/"}


def phone(text: str) -> str:
    """The numbers of the cell in E.164 with a space between them."""
    if not text or text.strip() in _NOT_PHONES:
        return ""
    try:
        return " ".join(phones.parse(text))
    except phones.PhoneError as error:
        if error.code == "missing":
            return ""
        raise CellError(f"phone_{error.code}") from error


def vin(text: str) -> str:
    try:
        return vins.clean(text)
    except vins.VinError as error:
        if error.code == "missing":
            return ""
        raise CellError(error.code) from error


# --- Amounts and numbers --------------------------------------------------------------

_AMOUNT_NOISE = re.compile(r"[¥￥$\s]|^'|人民币|RMB|CNY|元整?|[整正]$", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e\+?\d{1,2})?", re.ASCII)
# By thousands, or by ten thousands as in Chinese: 154,00 may be anything.
_GROUPED = re.compile(r"[+-]?\d{1,4}(?:(?:,\d{3})+|(?:,\d{4})+)(?:\.\d*)?", re.ASCII)
_PLAIN_AMOUNT = re.compile(r"\d{1,9}", re.ASCII)
_FACTORS = {"万": 10_000, "w": 10_000, "亿": 100_000_000, "千": 1_000, "k": 1_000}
# 15万8千 and, as it is said, 15万8.
_IN_PARTS = re.compile(r"(\d{1,5})万(\d)(?:千(?:(\d)百?)?)?", re.ASCII)
_CENT = Decimal("0.01")
MOST = Decimal("9999999999.99")


def amount(text: str) -> str:
    """Yuan with two decimals: ¥15,400.00, 1.9万, １８２００ and 15400元 alike."""
    if _PLAIN_AMOUNT.fullmatch(text):
        return f"{int(text)}.00"
    value = _AMOUNT_NOISE.sub("", unicodedata.normalize("NFKC", text))
    value = _INVISIBLE.sub("", value)
    if not value or value.lower() in _EMPTY_MARKS:
        return ""
    number = _decimal(value, "amount_malformed")
    if number < 0:
        raise CellError("amount_negative")
    if number > MOST:
        raise CellError("amount_malformed")
    return str(number.quantize(_CENT))


_MILEAGE_NOISE = re.compile(r"['\s]|公里|千米|km|k\.m\.", re.IGNORECASE)
MOST_MILEAGE = 9_999_999


def mileage(text: str) -> str:
    """Whole kilometres."""
    if _PLAIN_AMOUNT.fullmatch(text) and len(text) < 8:
        return str(int(text))
    value = _MILEAGE_NOISE.sub("", unicodedata.normalize("NFKC", text))
    value = _INVISIBLE.sub("", value)
    if not value or value.lower() in _EMPTY_MARKS:
        return ""
    number = _decimal(value, "number_malformed")
    if not 0 <= number <= MOST_MILEAGE:
        raise CellError("number_malformed")
    return str(int(number))


def _decimal(value: str, code: str) -> Decimal:
    if parts := _IN_PARTS.fullmatch(value):
        many, thousands, hundreds = (int(part or 0) for part in parts.groups())
        return Decimal(many * 10_000 + thousands * 1_000 + hundreds * 100)
    factor = _FACTORS.get(value[-1].lower(), 1)
    if factor > 1:
        value = value[:-1]
    if _GROUPED.fullmatch(value):
        value = value.replace(",", "")
    if not _NUMBER.fullmatch(value.lower()):
        raise CellError(code)
    try:
        return Decimal(value) * factor
    except InvalidOperation as error:
        raise CellError(code) from error


# --- Dates ----------------------------------------------------------------------------


def date(text: str) -> str:
    moment = _moment(text)
    return f"{moment:%Y-%m-%d}" if moment else ""


def time(text: str) -> str:
    """A wall clock time of the place, to the minute."""
    moment = _moment(text)
    return f"{moment:%Y-%m-%dT%H:%M}" if moment else ""


def _moment(text: str) -> dt.datetime | None:
    value = plain(text).lower()
    if not value:
        return None
    try:
        return moments.read(value)
    except moments.MomentError as error:
        raise CellError(error.code) from error


# --- Words with a fixed meaning -------------------------------------------------------

_GENDERS = {
    **dict.fromkeys(("男", "男性", "先生", "m", "male", "mr", "mr."), "m"),
    **dict.fromkeys(("女", "女性", "女士", "小姐", "f", "female", "ms", "mrs"), "f"),
}


def gender(text: str) -> str:
    return _GENDERS.get(plain(text).lower(), "")


_KIND = Repair.Kind
_WARRANTY = """
    保修 质保 索赔 三包 保修维修 质保维修 索赔维修 三包索赔 三包维修 首保索赔
    warranty claim
"""
_MAINTENANCE = """
    保养 首保 常规保养 定期保养 例行保养 保养维护 维护 小保养 大保养 首次保养 二保
    maintenance service
"""
_GENERAL = """
    一般维修 普通维修 维修 小修 大修 自费 自费维修 一般修理 普通修理 机修 机电维修 一般
    普通 general repair
"""
_ACCIDENT = """
    事故 事故车 事故维修 事故车维修 钣喷 钣金喷漆 保险 保险维修 理赔
    accident insurance collision
"""
_RECALL = "召回 召回维修 服务活动 技术升级 recall campaign"
_KINDS = {
    **dict.fromkeys(
        [
            "保修",
            "质保",
            "索赔",
            "三包",
            "保修维修",
            "质保维修",
            "索赔维修",
            "三包索赔",
            "三包维修",
            "首保索赔",
            "warranty",
            "claim",
        ],
        _KIND.WARRANTY.value,
    ),
    **dict.fromkeys(
        [
            "保养",
            "首保",
            "常规保养",
            "定期保养",
            "例行保养",
            "保养维护",
            "维护",
            "小保养",
            "大保养",
            "首次保养",
            "二保",
            "maintenance",
            "service",
        ],
        _KIND.MAINTENANCE.value,
    ),
    **dict.fromkeys(
        [
            "一般维修",
            "普通维修",
            "维修",
            "小修",
            "大修",
            "自费",
            "自费维修",
            "一般修理",
            "普通修理",
            "机修",
            "机电维修",
            "一般",
            "普通",
            "general",
            "repair",
        ],
        _KIND.GENERAL.value,
    ),
    **dict.fromkeys(
        [
            "事故",
            "事故车",
            "事故维修",
            "事故车维修",
            "钣喷",
            "钣金喷漆",
            "保险",
            "保险维修",
            "理赔",
            "accident",
            "insurance",
            "collision",
        ],
        _KIND.ACCIDENT.value,
    ),
    **dict.fromkeys(
        ["召回", "召回维修", "服务活动", "技术升级", "recall", "campaign"],
        _KIND.RECALL.value,
    ),
    "general repair": _KIND.GENERAL.value,
    "accident repair": _KIND.ACCIDENT.value,
}


def repair_kind(text: str) -> str:
    value = plain(text).lower()
    if not value:
        return ""
    try:
        return _KINDS[value]
    except KeyError as error:
        raise CellError("kind_unknown") from error


_COMPANY = re.compile(
    r"公司|集团|有限|企业|工厂|厂$|合作社|中心$|银行|学校|大学|医院|委员会|管理局|事务所|商行|"
    r"经营部|工作室|协会|政府|支队|\b(?:ltd|inc|llc|gmbh|company|co\.)",
    re.IGNORECASE,
)


def is_company(name: str) -> bool:
    # Most names are two or three characters; no company's is.
    return len(name) > 3 and _COMPANY.search(name) is not None
