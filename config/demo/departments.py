"""Departments accept, return and answer what they were handed."""

from datetime import datetime, timedelta

from accounts.models import User
from complaints.models import Case, Transfer
from complaints.services import (
    accept_transfer,
    answer_transfer,
    record_first_contact,
    return_transfer,
    transfer_case,
    verify_case,
)
from config.demo.clock import at
from config.demo.world import World
from followups.models import Task

ANSWERS = [
    "已联系客户并安排到站，更换相关零件后试车正常，客户当场确认。",
    "经核查情况属实，已补发并电话致歉，三个工作日内送达客户。",
    "已完成软件标定，连续试车 20 公里未再出现，服务站将在一周后再次确认。",
    "费用已退回原支付账户，预计两个工作日到账，服务顾问已当面道歉。",
]


EXPLANATION = "已核对现行政策与产品资料，答复要点已写入工单，请按知识库口径告知客户。"


def handler_of(world: World, transfer: Transfer) -> User:
    return next(u for u in world.users.values() if u.organisation_id == transfer.to_id)


def work_through(world: World, now: datetime) -> None:
    """Each department goes through what waits for it at `now`; some is left lying."""
    waiting = Transfer.objects.waiting().filter(sent_at__lt=now)
    for transfer in waiting.select_related("case", "to").order_by("sent_at"):
        handler = handler_of(world, transfer)
        waited = now - (transfer.accepted_at or transfer.sent_at)
        with at(now):
            if transfer.status == Transfer.Status.SENT:
                # A case comes back once at the most; sent on, it is answered.
                if transfer.case.transfers.count() == 1 and world.happens(0.05):
                    reason = "不属于本部门职责，请转售后服务部。"
                    return_transfer(transfer, by=handler, reason=reason)
                elif world.happens(0.8):
                    accept_transfer(transfer, by=handler)
            elif waited > timedelta(hours=8) and world.happens(0.5):
                answer = world.random.choice(ANSWERS)
                answer_transfer(transfer, by=handler, answer=answer)


def answer_questions(world: World, now: datetime) -> None:
    """What customers asked is answered within the hour, as a rule."""
    asked = Transfer.objects.waiting().filter(case__kind=Case.Kind.CONSULTATION)
    for transfer in asked.select_related("case", "to").order_by("sent_at"):
        handler = handler_of(world, transfer)
        with at(now):
            if transfer.status == Transfer.Status.SENT:
                accept_transfer(transfer, by=handler)
            if world.happens(0.85):
                answer_transfer(transfer, by=handler, answer=EXPLANATION)


def settle_unreached(world: World, now: datetime) -> None:
    """The team leader settles answered cases whose customer was never reached."""
    waiting = Case.objects.filter(status=Case.Status.ANSWERED)
    for case in waiting.exclude(tasks__status__in=Task.OPEN).order_by("pk"):
        if world.happens(0.6):
            with at(now):
                note = "客户来电确认已解决。"
                leader = world.users["leader"]
                verify_case(case, by=leader, satisfied=True, note=note)


def send_on(world: World, now: datetime) -> None:
    """Agents hand on what came back: returned, or not solved in the last round."""
    silent = Case.objects.open().filter(contacted_at=None).select_related("owner")
    for case in silent.order_by("pk"):
        with at(now):
            record_first_contact(case, by=case.owner)
    back = Case.objects.open().filter(status=Case.Status.REGISTERED)
    for case in back.select_related("owner").order_by("pk"):
        if not world.happens(0.7):
            continue
        last = case.transfers.order_by("-pk").first()
        target = last.to if last else world.tree["AFTERSALES"]
        if last and last.status == Transfer.Status.RETURNED:
            target = world.tree["AFTERSALES"]
        with at(now):
            transfer_case(case, by=case.owner, to=target, note="请按客户诉求处理。")
