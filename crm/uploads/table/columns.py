"""The columns of each kind of file, by the names dealers and stations give them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from crm.models import UploadBatch

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Column:
    """`aliases` in order of trust: when two headers fit, the earlier alias wins."""

    name: str
    label: StrOrPromise
    aliases: tuple[str, ...]
    required: bool = False


def column(
    name: str, label: StrOrPromise, aliases: str, *, required: bool = False
) -> Column:
    names = tuple(normalise(alias) for alias in aliases.split())
    return Column(name, label, names, required)


_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】|<[^>]*>")
_NOISE = re.compile(r"[\s_\-.:*#'\"/\\,、;|·()\[\]【】<>?!。]+")
_INVISIBLE = re.compile(r"[\x00\ufeff\u200b-\u200f\u2060]")


# Traditional characters that headers hold, as written in Taiwan and Hong Kong.
_TRADITIONAL = str.maketrans(
    "車號聯絡電話機開發價銷單訂識別買賣戶顧問證編碼維類廠進時間專員務費總項換備註體稱動裡"
    "產書據詢組織統會納稅處區縣鄉鎮級業經辦領養護檢測實際應執結託繳讓與質險賠達訴陳況題內"
    "報駕駛審簽擇關係讀錶錄國歲顏屬為個這請點無當準確認過種資訊標貨額貸責劃則終離複製師館購臺構盤現細觀計詳謂輛輔飾顯數",
    "车号联络电话机开发价销单订识别买卖户顾问证编码维类厂进时间专员务费总项换备注体称动里"
    "产书据询组织统会纳税处区县乡镇级业经办领养护检测实际应执结托缴让与质险赔达诉陈况题内"
    "报驾驶审签择关系读表录国岁颜属为个这请点无当准确认过种资讯标货额贷责划则终离复制师馆购台构盘现细观计详谓辆辅饰显数",
)


def normalise(header: str) -> str:
    """A header without what differs from file to file: case, spaces, units, marks."""
    text = unicodedata.normalize("NFKC", header).casefold().translate(_TRADITIONAL)
    text = _INVISIBLE.sub("", text)
    return _NOISE.sub("", _BRACKETS.sub("", text)) or _NOISE.sub("", text)


SALES = (
    column(
        "sale_no",
        _("sale number"),
        "销售单号 销售订单号 销售编号 销售单编号 销售单据号 订单号 订单编号 "
        "合同号 合同编号 销售合同号 购车合同号 单据号 单据编号 单号 提车单号 "
        "交车单号 sale_no sale_number sales_no sales_number sales_order "
        "sales_order_no order_no order_number contract_no contract_number deal_no "
        "deal_number so_no",
        required=True,
    ),
    column(
        "buyer",
        _("buyer"),
        "购车人 购车人姓名 购车客户 购车客户姓名 客户姓名 客户名称 客户 客户名 "
        "车主 车主姓名 车主名称 买方 买方姓名 买受人 购买人 购买方 购买方名称 "
        "购车单位 单位名称 姓名 用户姓名 用户名称 顾客姓名 顾客 名称 buyer "
        "buyer_name customer customer_name owner owner_name purchaser client name",
        required=True,
    ),
    column("gender", _("gender"), "性别 客户性别 车主性别 称谓 gender sex"),
    column(
        "phone",
        _("telephone"),
        "联系电话 手机 手机号 手机号码 联系手机 移动电话 电话 电话号码 联系方式 "
        "客户电话 客户手机 客户联系电话 车主电话 车主手机 购车人电话 联系号码 "
        "联系人电话 联络电话 行动电话 手机电话 phone phone_number phone_no telephone "
        "tel mobile mobile_no mobile_number mobile_phone cell cellphone contact "
        "contact_number contact_phone",
        required=True,
    ),
    column(
        "id_number",
        _("identity number"),
        "证件号码 证件号 身份证号 身份证号码 身份证 证件编号 组织机构代码 "
        "统一社会信用代码 社会信用代码 纳税人识别号 id_number id_no id_card "
        "id_card_no identity_number national_id",
    ),
    column(
        "province", _("province"), "省份 省 所在省 所在省份 客户省份 province state"
    ),
    column("city", _("city"), "城市 市 所在城市 地市 客户城市 所属城市 city town"),
    column(
        "address",
        _("address"),
        "地址 联系地址 客户地址 通讯地址 通信地址 详细地址 家庭地址 住址 车主地址 "
        "居住地址 address street_address",
    ),
    column(
        "vin",
        "VIN",
        "车架号 车架号码 vin vin码 vin号 vin号码 车辆识别代号 车辆识别码 "
        "车辆识别代码 车辆识别号 车辆识别代号vin 底盘号 底盘号码 大架号 车辆vin码 "
        "车辆vin 车身号 车身号码 车台号码 vin_no vin_number vin_code chassis "
        "chassis_no chassis_number frame_no vehicle_identification_number",
        required=True,
    ),
    column(
        "engine_no",
        _("engine number"),
        "发动机号 发动机号码 发动机编号 发动机 引擎号码 引擎号 电机号 电机号码 "
        "电动机号 engine_no engine_number engine motor_no motor_number",
    ),
    column(
        "model",
        _("model"),
        "车型 车型名称 车辆型号 销售车型 购买车型 车型描述 产品型号 车系车型 型号 "
        "车系 model car_model vehicle_model model_name vehicle",
    ),
    column(
        "colour",
        _("colour"),
        "颜色 车身颜色 外观颜色 车辆颜色 车色 外饰颜色 外观色 colour color "
        "body_colour body_color exterior_color exterior_colour",
    ),
    column(
        "price",
        _("price"),
        "成交价 成交价格 成交金额 实际成交价 实际售价 实售价 销售价 销售价格 "
        "销售金额 售价 车价 裸车价 开票价 开票金额 发票金额 开票价格 价税合计 "
        "车款 金额 价格 总价 price sale_price selling_price deal_price amount "
        "invoice_amount total",
    ),
    column(
        "invoice_no",
        _("invoice number"),
        "发票号 发票号码 发票编号 机动车发票号 购车发票号 invoice invoice_no "
        "invoice_number",
    ),
    column(
        "invoiced_on",
        _("invoice date"),
        "开票日期 发票日期 开票时间 发票时间 开发票日期 发票开具日期 开具日期 "
        "机动车发票日期 开立日期 销售日期 购车日期 购买日期 销售时间 购车时间 成交日期 "
        "invoice_date invoiced_on date_of_invoice sale_date sold_on purchase_date "
        "date",
        required=True,
    ),
    column(
        "delivered_on",
        _("delivery date"),
        "交车日期 交车日 领车日期 提车日期 交付日期 交车时间 提车时间 交付时间 "
        "实际交车日期 实际交车时间 出库日期 delivery_date delivered_on handover_date "
        "date_of_delivery",
    ),
    column(
        "salesperson",
        _("salesperson"),
        "销售顾问 销售员 销售人员 销售顾问姓名 销售经理 业务员 业务人员 顾问 "
        "经办人 salesperson sales_person sales_consultant consultant salesman "
        "seller sales_rep",
    ),
)

REPAIRS = (
    column(
        "order_no",
        _("order number"),
        "工单号 工单编号 维修工单号 维修单号 维修单编号 维修工单 结算单号 "
        "结算单编号 委托书号 委托单号 委托书编号 维修委托书号 施工单号 派工单号 "
        "任务单号 服务单号 订单号 订单编号 单据号 单据编号 单号 order_no "
        "order_number repair_order repair_order_no work_order work_order_no ro_no "
        "ro_number job_no job_number job_card service_order",
        required=True,
    ),
    column("vin", "VIN", " ".join(SALES[8].aliases), required=True),
    column(
        "plate",
        _("plate"),
        "车牌号 车牌号码 车牌 牌照 牌照号 牌照号码 牌号 号牌 号牌号码 车号 plate "
        "plate_no plate_number license licence license_plate licence_plate "
        "registration registration_no",
    ),
    column(
        "customer",
        _("customer"),
        "送修人 送修人姓名 送修客户 客户姓名 客户名称 客户 车主 车主姓名 车主名称 "
        "报修人 联系人 姓名 用户姓名 顾客姓名 customer customer_name owner "
        "owner_name driver contact_name brought_by name",
    ),
    column("phone", _("telephone"), "送修人电话 " + " ".join(SALES[3].aliases)),
    column(
        "kind",
        _("repair type"),
        "维修类型 维修类别 维修性质 维修种类 修理类型 修理类别 工单类型 业务类型 "
        "服务类型 服务类别 作业类型 结算类型 类型 类别 type repair_type kind "
        "service_type order_type job_type category",
        required=True,
    ),
    column(
        "in_at",
        _("in"),
        "进厂时间 进厂日期 进站时间 进站日期 入厂时间 入厂日期 入站时间 接车时间 "
        "接车日期 送修时间 送修日期 开单时间 开单日期 开工时间 报修时间 维修日期 "
        "in in_time time_in in_at date_in in_date checked_in arrival received_at "
        "opened",
        required=True,
    ),
    column(
        "out_at",
        _("out"),
        "出厂时间 出厂日期 出站时间 出站日期 离厂时间 交车时间 交车日期 竣工时间 "
        "竣工日期 完工时间 完工日期 结算时间 结算日期 提车时间 out out_time "
        "time_out out_at date_out out_date completed finished closed delivered",
    ),
    column(
        "mileage",
        _("mileage"),
        "行驶里程 里程 里程数 公里数 进厂里程 进站里程 行驶公里 行驶公里数 "
        "表显里程 当前里程 行驶里程数 mileage odometer odometer_reading km "
        "kilometres kilometers",
    ),
    column(
        "statement",
        _("customer's statement"),
        "故障描述 客户描述 故障现象 客户反映 客户陈述 客户抱怨 报修内容 问题描述 "
        "故障 主诉 statement complaint fault symptom description problem "
        "customer_statement",
    ),
    column(
        "work",
        _("work done"),
        "维修项目 维修内容 作业项目 工时项目 修理项目 施工项目 保养项目 项目 工项 "
        "work work_done repair_items jobs labour_items labor_items operations "
        "items",
    ),
    column(
        "parts",
        _("parts fitted"),
        "更换配件 配件 更换零件 零件 更换备件 备件 配件名称 零件名称 备件名称 "
        "使用配件 更换部件 材料 用料 parts parts_fitted parts_used spare_parts "
        "materials",
    ),
    column(
        "labour_cost",
        _("labour"),
        "工时费 工时金额 工时费用 人工费 工时 labour labor labour_cost labor_cost",
    ),
    column(
        "material_cost",
        _("material"),
        "材料费 配件费 材料金额 配件金额 零件费 备件费 材料费用 辅料费 material "
        "material_cost parts_cost",
    ),
    column(
        "total",
        _("total"),
        "合计金额 合计 总金额 总费用 结算金额 应收金额 实收金额 总计 费用合计 "
        "维修费用 金额 total total_amount amount sum",
    ),
    column(
        "adviser",
        _("service adviser"),
        "服务顾问 接待员 接车员 业务接待 维修顾问 接待 服务顾问姓名 接待人 "
        "adviser advisor service_adviser service_advisor sa",
    ),
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    UploadBatch.Kind.SALES: SALES,
    UploadBatch.Kind.REPAIRS: REPAIRS,
}


def key(header: str, index: int) -> str:
    """What a column is known by: its normalised header, else its number."""
    return normalise(header) or f"column{index + 1}"


def is_known(kind: str, header: str) -> bool:
    return normalise(header) in _aliases(kind)


@cache
def _aliases(kind: str) -> set[str]:
    return {alias for known in COLUMNS[kind] for alias in known.aliases}


def match(
    kind: str, header: Sequence[str], names: dict[str, str] | None = None
) -> dict[str, int]:
    """Which column of the file holds what: name -> index, each header used once.

    `names` is what the organisation taught us, and wins: normalised header -> name,
    "" where it is not used.
    """
    places: dict[str, int] = {}
    for index, text in enumerate(header):
        places.setdefault(key(text, index), index)
    found: dict[str, int] = {}
    for taught, name in (names or {}).items():
        if taught in places:
            index = places.pop(taught)
            if name:
                found.setdefault(name, index)
    for known in COLUMNS[kind]:
        if known.name in found:
            continue
        for alias in known.aliases:
            if alias in places:
                found[known.name] = places.pop(alias)
                break
    return found


def places_of(batch: UploadBatch) -> dict[str, int]:
    """Where a batch's columns were found when it was read."""
    return batch.places or match(batch.kind, batch.columns)


def missing(kind: str, found: dict[str, int]) -> list[Column]:
    return [c for c in COLUMNS[kind] if c.required and c.name not in found]


@cache
def labels(kind: str) -> dict[str, StrOrPromise]:
    return {c.name: c.label for c in COLUMNS[kind]}
