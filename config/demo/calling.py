"""Agents make the calls that are owed, and answer the ones that come in."""

from datetime import datetime, timedelta

from accounts.models import User
from complaints.models import Case
from complaints.services import open_case, record_first_contact, transfer_case
from config.demo.clock import at
from config.demo.world import World, moment
from crm.models import Customer, Interaction, Vehicle
from crm.services import record_interaction
from followups.models import Attempt, QuestionnaireItem, Task
from followups.services import promise_call_back, record_attempt, take_next_task
from standards.models import InteractionType, ProcedureStep

Outcome = Attempt.Outcome
Type = InteractionType.Code

OUTCOMES = {
    Outcome.CONNECTED: 72,
    Outcome.NO_ANSWER: 17,
    Outcome.REFUSED: 4,
    Outcome.CALL_BACK: 4,
    Outcome.WRONG_NUMBER: 3,
}

# Subject, what happened, what the customer wants, category, department.
COMPLAINTS = [
    (
        "变速箱低速顿挫",
        "冷车 1 挡升 2 挡时明显顿挫，已到站检查一次。",
        "彻底修好",
        "product",
        "QUALITY",
    ),
    (
        "交车时少一把钥匙",
        "交车清单写两把钥匙，实际只给一把。",
        "补一把钥匙",
        "sales",
        "SALES",
    ),
    (
        "维修后异响仍在",
        "更换减震器后过减速带仍有异响。",
        "重新检查并说明原因",
        "service",
        "AFTERSALES",
    ),
    (
        "配件等了两周",
        "右前大灯缺货，车一直停在服务站。",
        "给出到货日期",
        "parts",
        "PARTS",
    ),
    (
        "置换补贴未到账",
        "上牌已超过 45 个工作日，补贴没有到账。",
        "尽快发放",
        "policy",
        "SALES",
    ),
    (
        "中控屏反复黑屏",
        "一周内黑屏三次，升级软件后仍出现。",
        "更换主机",
        "product",
        "QUALITY",
    ),
    (
        "服务顾问态度不好",
        "询问费用时被打断，没有解释清楚。",
        "道歉并说明费用",
        "service",
        "AFTERSALES",
    ),
    (
        "首保被收工时费",
        "首次保养应免费，结算时收了工时费。",
        "退还工时费",
        "service",
        "AFTERSALES",
    ),
]
QUESTIONS = [
    (
        "X5 四驱版现在有什么优惠",
        "计划月底购车，想了解置换补贴和金融方案。",
        "policy",
        "SALES",
    ),
    ("E3 冬季续航", "关心零下十度时的续航和电池质保。", "product", "QUALITY"),
    ("V6 第三排儿童座椅", "想确认第三排能否安装儿童座椅。", "product", "SALES"),
]
WAITED = [3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 12, 14, 23]  # seconds
CALLS_IN = [
    (Type.PURCHASE_INQUIRY, "询问 X5 现车和置换补贴，已按知识库答复。"),
    (Type.PURCHASE_INQUIRY, "询问 E3 续航和充电桩安装，建议到店试驾。"),
    (Type.RESCUE, "环城高速爆胎，无人受伤，已通知附近服务站，预计 35 分钟到达。"),
    (Type.RESCUE, "地下车库无法起动，安排搭电。"),
    (Type.OTHER, "咨询保养预约和上门取送车。"),
    (Type.COMPLAINT, "反映配件等待时间长，已安抚并登记。"),
]


# When a round of calls begins; promised call-backs are agreed for these times.
ROUNDS = [(9, 40), (14, 20), (18, 0)]


def next_round(world: World, after: datetime) -> datetime:
    """The beginning of a round of calls at least two hours after `after`."""
    soonest = after + timedelta(hours=2)
    days = [after.date(), after.date() + timedelta(days=1)]
    begins = [moment(day, *at) for day in days for at in ROUNDS]
    return next(begin for begin in begins if begin >= soonest)


class Steps:
    """The steps an agent ticks: all mandatory ones, and most of the others."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[str, list[ProcedureStep]] = {}
        steps = ProcedureStep.objects.filter(procedure__is_current=True)
        for step in steps.select_related("procedure"):
            self.known.setdefault(step.procedure.type_id, []).append(step)

    def done(self, type_code: str) -> list[ProcedureStep]:
        steps = self.known.get(type_code, [])
        return [s for s in steps if s.is_mandatory or self.world.happens(0.85)]


def make_calls(world: World, steps: Steps, start: datetime, per_agent: int) -> None:
    """Each agent takes and makes up to `per_agent` calls, from `start` on."""
    for agent in world.agents():
        now = start + timedelta(minutes=world.random.randint(0, 9))
        for _ in range(per_agent):
            if now > world.now:
                return
            with at(now):
                task = take_next_task(agent, now)
                if task is None:
                    break
                make_call(world, steps, task, agent, now)
            now += timedelta(minutes=world.random.randint(4, 11))


def make_call(
    world: World, steps: Steps, task: Task, agent: User, now: datetime
) -> None:
    chances = list(OUTCOMES.values())
    outcome = world.random.choices(list(OUTCOMES), chances)[0]
    if outcome != Outcome.CONNECTED:
        is_promise = outcome == Outcome.CALL_BACK
        call_back_at = next_round(world, now) if is_promise else None
        record_attempt(
            task, by=agent, outcome=outcome, at=now, call_back_at=call_back_at
        )
        return
    unhappy = world.happens(0.2 if task.case_id else 0.09)
    attempt = record_attempt(
        task,
        by=agent,
        outcome=outcome,
        at=now,
        answers=answers_to(world, task, unhappy=unhappy),
        steps=steps.done(task.plan.type_id),
        note="客户反映问题，已记录。" if unhappy else "",
    )
    if unhappy and task.case_id is None and world.happens(0.8):
        complain(world, task.customer, task.vehicle, agent, attempt.interaction)


def answers_to(world: World, task: Task, *, unhappy: bool) -> dict[str, str]:
    """One answer a question; unhappy customers give one that means trouble."""
    if task.plan.questionnaire is None:
        return {}
    items = list(task.plan.questionnaire.items.all())
    telling = [item for item in items if item.issue_values]
    trouble = world.random.choice(telling) if unhappy and telling else None
    if trouble and task.case_id:
        trouble = telling[0]  # for a resolution check that is "settled?"
    given = {}
    for item in items:
        options = {
            QuestionnaireItem.Kind.YES_NO: ["yes", "no"],
            QuestionnaireItem.Kind.SCALE_5: ["3", "4", "4", "5", "5", "5"],
            QuestionnaireItem.Kind.SCALE_10: ["6", "7", "8", "9", "9", "10", "10"],
        }.get(QuestionnaireItem.Kind(item.kind), [])
        fine = [option for option in options if option not in item.issue_values]
        chosen = item.issue_values if item == trouble else fine
        if chosen:
            given[item.code] = world.random.choice(chosen)
    return given


def complain(
    world: World,
    customer: Customer,
    vehicle: Vehicle | None,
    agent: User,
    interaction: Interaction | None = None,
) -> Case:
    """A complaint is opened and, as a rule, handed to the department it concerns."""
    subject, story, demand, category, department = world.random.choice(COMPLAINTS)
    level = world.random.choices(
        [Case.Level.GENERAL, Case.Level.ESCALATED, Case.Level.MAJOR], [85, 12, 3]
    )[0]
    case = open_case(
        by=agent,
        customer=customer,
        vehicle=vehicle,
        subject=subject,
        description=story,
        demand=demand,
        category=category,
        level=level,
        interaction=interaction,
    )
    if world.happens(0.9):
        transfer_case(
            case, by=agent, to=world.tree[department], note=f"请处理：{subject}"
        )
    if world.happens(0.75):
        record_first_contact(case, by=agent)
    return case


def answer_calls(world: World, steps: Steps, start: datetime, count: int) -> None:
    """`count` calls come in, spread over the hours after `start`."""
    cars = list(
        Vehicle.objects.filter(ownerships__to_on=None)
        .prefetch_related("ownerships__customer")
        .order_by("?")[:count]
    )
    for number, car in enumerate(cars):
        now = start + timedelta(minutes=25 * number + world.random.randint(0, 20))
        if now > world.now:
            return
        agent = world.random.choice(world.agents())
        customer = car.ownerships.all()[0].customer
        type_code, summary = world.random.choice(CALLS_IN)
        waited = timedelta(seconds=world.random.choice(WAITED))
        with at(now):
            interaction = record_interaction(
                type=type_code,
                direction=Interaction.Direction.IN,
                customer=customer,
                vehicle=car,
                agent=agent,
                queued_at=now - waited,
                started_at=now,
                ended_at=now + timedelta(minutes=world.random.randint(2, 9)),
                outcome="answered",
                summary=summary,
                steps=steps.done(type_code),
            )
            if type_code == Type.COMPLAINT:
                complain(world, customer, car, agent, interaction)
            elif type_code == Type.PURCHASE_INQUIRY and world.happens(0.3):
                ask(world, customer, agent, interaction)
            elif type_code == Type.OTHER and world.happens(0.4):
                promise_call_back(
                    customer=customer,
                    vehicle=car,
                    by=agent,
                    at=next_round(world, now),
                    note="答复上门取送车的时间。",
                )


def ask(
    world: World, customer: Customer, agent: User, interaction: Interaction
) -> None:
    """A question no article answered goes to a department."""
    subject, story, category, department = world.random.choice(QUESTIONS)
    case = open_case(
        by=agent,
        kind=Case.Kind.CONSULTATION,
        customer=customer,
        subject=subject,
        description=story,
        category=category,
        interaction=interaction,
    )
    transfer_case(case, by=agent, to=world.tree[department])
