"""The rows this app cannot do without: calling hours, questionnaires, plans."""

from datetime import time

from django.apps.registry import Apps

NO, YES = ["no"], ["yes"]
# Any score of 1 or 2 (0 to 2 of 10) means that something is wrong.
LOW_5, LOW_10 = ["1", "2"], ["0", "1", "2"]

# code, name, then the questions: code, kind, required, what means trouble, wording.
QUESTIONNAIRES = [
    (
        ("after_purchase", "After purchase", "购车后回访"),
        [
            (
                "in_use",
                "yes_no",
                False,
                [],
                "Is the car in use?",
                "车辆是否已经在使用？",
            ),
            (
                "explained",
                "yes_no",
                True,
                NO,
                "Was the car handed over and explained completely?",
                "交车和用车讲解是否完整？",
            ),
            (
                "papers",
                "yes_no",
                True,
                NO,
                "Have you received the warranty card and all papers?",
                "保修手册和随车资料是否都已收到？",
            ),
            (
                "trouble",
                "yes_no",
                True,
                YES,
                "Any trouble with the car?",
                "车辆有没有出现问题？",
            ),
            ("trouble_what", "text", False, [], "What trouble?", "具体是什么问题？"),
            (
                "satisfaction",
                "scale_5",
                True,
                LOW_5,
                "How satisfied are you, from 1 to 5?",
                "您的满意度，1到5分？",
            ),
            (
                "recommend",
                "scale_10",
                False,
                LOW_10,
                "Would you recommend us, from 0 to 10?",
                "您愿意向亲友推荐我们吗，0到10分？",
            ),
            (
                "best_time",
                "text",
                False,
                [],
                "When may we best call?",
                "什么时间联系您最方便？",
            ),
        ],
    ),
    (
        ("after_repair", "After repair", "维修后回访"),
        [
            (
                "fault_gone",
                "yes_no",
                True,
                NO,
                "Is the fault gone?",
                "故障是否已经排除？",
            ),
            (
                "promise_kept",
                "yes_no",
                True,
                NO,
                "Were the promised time and price kept?",
                "承诺的时间和价格是否兑现？",
            ),
            (
                "explained",
                "yes_no",
                False,
                NO,
                "Was the work explained to you?",
                "维修内容是否向您说明？",
            ),
            (
                "same_fault",
                "yes_no",
                False,
                YES,
                "Did you have the same fault before?",
                "以前是否出现过同样的故障？",
            ),
            (
                "manner",
                "scale_5",
                False,
                LOW_5,
                "How were the staff, from 1 to 5?",
                "服务人员的态度，1到5分？",
            ),
            (
                "satisfaction",
                "scale_5",
                True,
                LOW_5,
                "How satisfied are you, from 1 to 5?",
                "您的满意度，1到5分？",
            ),
            (
                "recommend",
                "scale_10",
                False,
                LOW_10,
                "Would you recommend us, from 0 to 10?",
                "您愿意向亲友推荐我们吗，0到10分？",
            ),
        ],
    ),
    (
        ("after_complaint", "After a complaint", "投诉处理后回访"),
        [
            (
                "settled",
                "yes_no",
                True,
                NO,
                "Has it been settled as agreed?",
                "是否已按约定解决？",
            ),
            (
                "speed",
                "scale_5",
                False,
                LOW_5,
                "How fast was it settled, from 1 to 5?",
                "处理速度，1到5分？",
            ),
            (
                "fairness",
                "scale_5",
                False,
                LOW_5,
                "How fair was it, from 1 to 5?",
                "处理结果是否公道，1到5分？",
            ),
            (
                "open_point",
                "text",
                False,
                [],
                "What is still open?",
                "还有什么没有解决？",
            ),
        ],
    ),
]

# code, source, interaction type, name, opens, closes (days), priority, questionnaire.
#
# The windows: day 3 welcomes. The second call begins on day 5, so that a fault is heard
# of before the rights of the first seven days lapse, and ends with day 7; the first
# ends with day 4, so that nobody is rung under two plans on one day. Day 30 has a week.
# After a repair it is 72 hours. An answered case is checked within a day.
PLANS = [
    ("promise", "promise", "other", "Promised call-back", "约定回电", 0, 0, 5, None),
    (
        "resolution",
        "case",
        "resolution",
        "Resolution check",
        "问题解决回访",
        0,
        1,
        10,
        "after_complaint",
    ),
    (
        "repair_72h",
        "repair",
        "post_repair",
        "After repair, within 72 hours",
        "维修后72小时回访",
        1,
        3,
        30,
        "after_repair",
    ),
    (
        "sale_7",
        "sale",
        "post_purchase",
        "Day 7, use",
        "购车7天使用回访",
        5,
        7,
        35,
        "after_purchase",
    ),
    (
        "sale_3",
        "sale",
        "post_purchase",
        "Day 3, welcome",
        "购车3天关怀回访",
        3,
        4,
        40,
        "after_purchase",
    ),
    (
        "sale_30",
        "sale",
        "post_purchase",
        "Day 30, care",
        "购车30天关怀回访",
        30,
        36,
        60,
        "after_purchase",
    ),
]
CALLING_HOURS = [(time(9), time(12)), (time(14), time(20))]


def load(apps: Apps) -> None:
    """Add what is missing. `apps` may be a migration's or the current registry."""
    load_calling_hours(apps)
    load_questionnaires(apps)
    load_plans(apps)


def load_calling_hours(apps: Apps) -> None:
    calendar, is_new = apps.get_model(
        "standards", "WorkCalendar"
    ).objects.get_or_create(
        code="calling",
        defaults={"name_en": "Calling hours", "name_zh": "外呼时段"},
    )
    if is_new:
        span = apps.get_model("standards", "WorkSpan")
        span.objects.bulk_create(
            span(calendar=calendar, weekday=weekday, starts=starts, ends=ends)
            for weekday in range(7)
            for starts, ends in CALLING_HOURS
        )


def load_questionnaires(apps: Apps) -> None:
    item = apps.get_model("followups", "QuestionnaireItem")
    for (code, name_en, name_zh), questions in QUESTIONNAIRES:
        questionnaire, is_new = apps.get_model(
            "followups", "Questionnaire"
        ).objects.get_or_create(
            code=code, version=1, defaults={"name_en": name_en, "name_zh": name_zh}
        )
        if not is_new:
            continue
        item.objects.bulk_create(
            item(
                questionnaire=questionnaire,
                order=order,
                code=item_code,
                kind=kind,
                is_required=required,
                issue_values=issues,
                wording_en=en,
                wording_zh=zh,
            )
            for order, (item_code, kind, required, issues, en, zh) in enumerate(
                questions, start=1
            )
        )


def load_plans(apps: Apps) -> None:
    questionnaires = {
        row.code: row
        for row in apps.get_model("followups", "Questionnaire").objects.filter(
            version=1
        )
    }
    for code, source, type_, en, zh, opens, closes, priority, asked in PLANS:
        apps.get_model("followups", "Plan").objects.get_or_create(
            code=code,
            defaults={
                "source": source,
                "type_id": type_,
                "name_en": en,
                "name_zh": zh,
                "opens_after_days": opens,
                "closes_after_days": closes,
                "priority": priority,
                "questionnaire": questionnaires[asked] if asked else None,
            },
        )
