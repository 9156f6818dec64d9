"""The rows this app cannot do without: types, procedures, calendars, standards."""

from datetime import date, time

import chinese_calendar
from django.apps.registry import Apps

from standards import procedures

VALID_FROM = date(2020, 1, 1)
MINUTE, HOUR, DAY = 60, 3600, 86400

# code, English, Chinese, procedure's names, its steps
TYPES = [
    (
        "purchase_inquiry",
        ("Purchase inquiry", "购买咨询"),
        ("Purchase consulting, seven steps", "购买咨询七步流程"),
        procedures.CONSULT,
    ),
    (
        "complaint",
        ("Complaint", "投诉"),
        ("Complaint answering, seven steps", "投诉应答七步流程"),
        procedures.COMPLAINT,
    ),
    (
        "post_purchase",
        ("Post-purchase follow-up", "购买后回访"),
        ("After-purchase follow-up, seven steps", "购买后回访七步流程"),
        procedures.FOLLOW_UP,
    ),
    (
        "post_repair",
        ("Post-repair follow-up", "维修后回访"),
        ("After-repair follow-up, seven steps", "维修后回访七步流程"),
        procedures.REPAIR_FOLLOW_UP,
    ),
    (
        "rescue",
        ("Rescue", "用户救援"),
        ("User rescue, seven steps", "用户救援七步流程"),
        procedures.RESCUE,
    ),
    (
        "resolution",
        ("Resolution follow-up", "问题解决回访"),
        ("Resolution check, seven steps", "问题解决回访七步流程"),
        procedures.RESOLUTION,
    ),
    (
        "other",
        ("Other", "其他"),
        ("Eight service actions", "八个服务动作"),
        procedures.GENERAL,
    ),
    # No contact: nobody is guided through it.
    ("daily_file", ("Daily file", "每日上报"), ("", ""), []),
]

WORKING_WEEK = range(5)
OFFICE_HOURS = [(time(8, 30), time(12)), (time(13, 30), time(17, 30))]

# code, English, Chinese, weekdays, hours; only the office keeps public holidays
CALENDARS = [
    ("office", "Office hours", "办公时间", WORKING_WEEK, OFFICE_HOURS),
    ("service", "Service hours", "服务时间", range(7), [(time(8), time(20))]),
    ("always", "Day and night", "全天候", range(7), [(time(0), time(0))]),
]

# Type, metric, level, target, unit, calendar, source grade, goal share.
#
# Hour clocks run day and night for major and crisis cases and for rescue, and in
# service hours otherwise; day clocks go by the office's working days. Where a window or
# a promise gives its own end (follow-up calls, promised call-backs) the target only
# says how long the usual one is.
STANDARDS: list[tuple[str, str, str, int, str, str, str, int]] = [
    *(
        # Ringing is measured as it runs: a caller waits at night as well.
        (code, "answer", "", 15, "running", "always", "STD", 80)
        for code in (
            "purchase_inquiry",
            "complaint",
            "post_purchase",
            "post_repair",
            "resolution",
            "other",
        )
    ),
    ("rescue", "answer", "", 10, "running", "always", "P", 90),
    # The resource centre and the departments that answer it sit in the office.
    (
        "purchase_inquiry",
        "consult_answer",
        "",
        2 * HOUR,
        "working",
        "office",
        "P",
        95,
    ),
    ("purchase_inquiry", "close", "", DAY, "running", "always", "OEM", 95),
    ("complaint", "accept", "general", 2 * HOUR, "working", "service", "P", 95),
    ("complaint", "accept", "escalated", HOUR, "working", "service", "P", 95),
    ("complaint", "accept", "major", 30 * MINUTE, "running", "always", "P", 95),
    ("complaint", "accept", "crisis", 30 * MINUTE, "running", "always", "P", 95),
    (
        "complaint",
        "first_contact",
        "general",
        3 * HOUR,
        "working",
        "service",
        "OEM",
        98,
    ),
    (
        "complaint",
        "first_contact",
        "escalated",
        2 * HOUR,
        "working",
        "service",
        "P",
        98,
    ),
    ("complaint", "first_contact", "major", HOUR, "running", "always", "OEM", 98),
    ("complaint", "first_contact", "crisis", HOUR, "running", "always", "P", 98),
    ("complaint", "plan", "general", 2, "workdays", "office", "P", 95),
    ("complaint", "plan", "escalated", DAY, "working", "service", "P", 95),
    ("complaint", "plan", "major", DAY, "running", "always", "P", 95),
    # Headquarters itself leads a crisis and says when it is closed.
    ("complaint", "close", "general", 5, "workdays", "office", "OEM", 95),
    ("complaint", "close", "escalated", 5, "workdays", "office", "P", 95),
    ("complaint", "close", "major", 7, "workdays", "office", "P", 95),
    # Rules on car sales （汽车销售管理办法）, Art. 18.
    ("complaint", "outcome_told", "", 7, "workdays", "office", "LAW", 100),
    ("resolution", "verify", "", DAY, "running", "always", "WEB", 95),
    ("post_purchase", "call", "", 3 * DAY, "running", "always", "OEM", 95),
    ("post_repair", "call", "", 3 * DAY, "running", "always", "OEM", 95),
    ("other", "promise", "", DAY, "running", "always", "P", 98),
    # By 17:30 of the day, on the office's working days.
    (
        "daily_file",
        "hand_in",
        "",
        17 * HOUR + 30 * MINUTE,
        "running",
        "office",
        "OEM",
        95,
    ),
]


def load(apps: Apps) -> None:
    """Add what is missing. `apps` may be a migration's or the current registry."""
    load_types(apps)
    load_calendars(apps)
    load_standards(apps)


def load_types(apps: Apps) -> None:
    type_model = apps.get_model("standards", "InteractionType")
    procedure_model = apps.get_model("standards", "Procedure")
    step_model = apps.get_model("standards", "ProcedureStep")
    for order, (code, (name_en, name_zh), title, steps) in enumerate(TYPES, 1):
        interaction_type, _ = type_model.objects.get_or_create(
            code=code,
            defaults={"name_en": name_en, "name_zh": name_zh, "order": order},
        )
        if not steps or procedure_model.objects.filter(type=interaction_type).exists():
            continue
        procedure = procedure_model.objects.create(
            type=interaction_type, name_en=title[0], name_zh=title[1]
        )
        step_model.objects.bulk_create(
            step_model(
                procedure=procedure,
                order=number,
                name_en=step_en,
                name_zh=step_zh,
                wording_en=words_en,
                wording_zh=words_zh,
                is_mandatory=is_mandatory,
            )
            for number, (step_en, step_zh, words_en, words_zh, is_mandatory) in (
                enumerate(steps, 1)
            )
        )


def load_calendars(apps: Apps) -> None:
    calendar_model = apps.get_model("standards", "WorkCalendar")
    span_model = apps.get_model("standards", "WorkSpan")
    for code, name_en, name_zh, weekdays, hours in CALENDARS:
        calendar, is_new = calendar_model.objects.get_or_create(
            code=code, defaults={"name_en": name_en, "name_zh": name_zh}
        )
        if is_new:
            span_model.objects.bulk_create(
                span_model(calendar=calendar, weekday=day, starts=starts, ends=ends)
                for day in weekdays
                for starts, ends in hours
            )
    load_holidays(apps)


def load_holidays(apps: Apps) -> None:
    """Give the office the holidays and make-up workdays of all years now known.

    A day somebody has entered or corrected by hand stays as it is.
    """
    office = apps.get_model("standards", "WorkCalendar").objects.get(code="office")
    day_model = apps.get_model("standards", "CalendarDay")
    chinese = {day.value: day.chinese for day in chinese_calendar.Holiday}
    known = [
        *((day, False, name) for day, name in chinese_calendar.holidays.items()),
        *((day, True, name) for day, name in chinese_calendar.workdays.items()),
    ]
    day_model.objects.bulk_create(
        (
            day_model(
                calendar=office,
                date=day,
                is_working=is_working,
                name_en=name,
                name_zh=chinese.get(name, name),
            )
            for day, is_working, name in known
        ),
        ignore_conflicts=True,
    )


def load_standards(apps: Apps) -> None:
    standard_model = apps.get_model("standards", "Standard")
    calendar_model = apps.get_model("standards", "WorkCalendar")
    calendars = {row.code: row for row in calendar_model.objects.all()}
    known = set(
        standard_model.objects.filter(organisation=None).values_list(
            "type_id", "metric", "level"
        )
    )
    standard_model.objects.bulk_create(
        standard_model(
            type_id=code,
            metric=metric,
            level=level,
            target=target,
            unit=unit,
            calendar=calendars[calendar],
            is_statutory=grade == "LAW",
            grade=grade,
            goal_share=goal_share,
            valid_from=VALID_FROM,
        )
        for code, metric, level, target, unit, calendar, grade, goal_share in STANDARDS
        if (code, metric, level) not in known
    )
