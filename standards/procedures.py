"""The default procedures: each type's steps and what an agent may say, both languages.

A step is (English name, Chinese name, English wording, Chinese wording, mandatory).
Brackets stand for what the agent fills in. Only mandatory steps are enforced; wording
is advice.
"""

Step = tuple[str, str, str, str, bool]

GREETING = (
    "Good morning, [Brand] customer care, this is [agent]. How may I help?",
    "您好，[品牌]客户关怀，我是[工号]，很高兴为您服务。",
)

GENERAL: list[Step] = [
    ("Polite answer", "礼貌接听", *GREETING, False),
    (
        "Friendly enquiry",
        "亲切询问",
        "May I have your name and plate or VIN, so I can open your file?",
        "方便告诉我您的称呼和车牌或车架号吗？我先打开您的档案。",
        False,
    ),
    (
        "Kind comfort",
        "和善安慰",
        "I see why that worries you; let us sort it out together.",
        "我理解您的担心，我们一起来把它处理好。",
        False,
    ),
    (
        "Careful answer",
        "认真解答",
        "Here is what applies to your car, step by step.",
        "针对您的车，我逐条为您说明。",
        False,
    ),
    (
        "Patient second comfort",
        "耐心再安慰",
        "Is anything still unclear? Take your time.",
        "还有哪里不清楚吗？您慢慢说。",
        False,
    ),
    (
        "Detailed record",
        "详细记录",
        "Let me read my note back to you.",
        "我把记录的内容跟您核对一遍。",
        True,
    ),
    (
        "Swift hand-over",
        "迅速转达",
        "I am passing it to [unit] now; your number is [no.].",
        "我马上转给[部门]，您的单号是[编号]。",
        True,
    ),
    (
        "Timely follow-up",
        "及时回访",
        "We shall call you before [time]. Thank you.",
        "我们会在[时间]前回电给您，感谢来电。",
        True,
    ),
]

CONSULT: list[Step] = [
    ("Greet", "问候", *GREETING, False),
    (
        "Clarify",
        "了解需求",
        "Which model, and what matters most to you?",
        "您关注哪款车？最看重哪方面？",
        False,
    ),
    (
        "Search the knowledge base",
        "查询知识库",
        "One moment while I check the current version.",
        "请稍等，我查一下现行资料。",
        True,
    ),
    (
        "Answer",
        "解答",
        "As of [date], the policy says [summary].",
        "截至[日期]，政策是[要点]。",
        False,
    ),
    (
        "Promise if unanswered",
        "无法当场解答时承诺回复",
        "I would rather check than guess; you will hear by [time].",
        "我不想随意答复，核实后在[时间]前告诉您。",
        True,
    ),
    (
        "Offer the next step",
        "引导下一步",
        "May a nearby dealer contact you about a test drive?",
        "可以请就近经销商联系您安排试驾吗？",
        False,
    ),
    (
        "Confirm and thank",
        "确认并致谢",
        "Have I answered you? Thank you for calling.",
        "这样答复您满意吗？感谢来电。",
        False,
    ),
]

PREPARE: Step = (
    "Prepare",
    "准备",
    "(Read the purchase, the repairs and the open cases.)",
    "（先看购车、维修与未结工单。）",
    True,
)
ASK_LEAVE: Step = (
    "Greet and ask leave",
    "问候并征得同意",
    "Hello, [Brand] care calling, recorded for quality. Have you two minutes?",
    "您好，这里是[品牌]客户关怀，通话会录音，占用您两分钟可以吗？",
    True,
)
VERIFY_OWNER: Step = (
    "Verify",
    "核实身份",
    "Am I speaking with [name], owner of the car ending [last 4]?",
    "请问是车架号尾号[后四位]的车主[称呼]吗？",
    True,
)
SOOTHE: Step = (
    "Listen and soothe",
    "倾听安抚",
    "Thank you for telling me; that should not have happened.",
    "谢谢您告诉我，这种情况不该发生。",
    False,
)

FOLLOW_UP: list[Step] = [
    PREPARE,
    ASK_LEAVE,
    VERIFY_OWNER,
    (
        "Care",
        "关怀询问",
        "How is the car running since [date]?",
        "[日期]之后车子用得怎么样？",
        False,
    ),
    SOOTHE,
    (
        "Record and hand over",
        "记录转达",
        "[Station] will call you by [time]; I shall check.",
        "[服务站]会在[时间]前联系您，我会跟进。",
        True,
    ),
    (
        "Thank and announce",
        "致谢并预告",
        "We may call once more about day 30; you can decline.",
        "大约第30天会再联系一次，您也可以选择不接。",
        False,
    ),
]

REPAIR_FOLLOW_UP: list[Step] = [
    *FOLLOW_UP[:6],
    (
        "Thank and announce",
        "致谢并预告",
        "Thank you. If the fault comes back, ring us and we take it up at once.",
        "感谢您的配合。若故障再次出现，请随时来电，我们马上处理。",
        False,
    ),
]

RESOLUTION: list[Step] = [
    (
        "Prepare",
        "准备",
        "(Read the case, what was promised, and the department's answer.)",
        "（先看工单经过、对客户的承诺与部门的答复。）",
        True,
    ),
    ASK_LEAVE,
    VERIFY_OWNER,
    (
        "Ask whether it is solved",
        "核实是否解决",
        "On [date] you told us about [matter]. Has it been settled as agreed?",
        "您在[日期]反映的[事项]，是否已按约定解决？",
        False,
    ),
    SOOTHE,
    (
        "Record and decide",
        "记录并判定",
        "I record it as [solved / not solved]; if not, I reopen it now, one level up.",
        "我按[已解决/未解决]记录；若未解决，我马上升级重新处理。",
        True,
    ),
    (
        "Thank and announce",
        "致谢并预告",
        "Thank you. If anything comes back, quote [no.] and we take it up again.",
        "感谢您的配合。若再有问题，请报单号[编号]，我们会继续处理。",
        False,
    ),
]

COMPLAINT: list[Step] = [
    (
        "Answer calmly",
        "平静接听",
        "Please tell me everything; I am listening.",
        "您请讲，我认真听着。",
        False,
    ),
    (
        "Hear out",
        "耐心听完",
        "(No interrupting; brief replies.)",
        "（不打断，适度回应。）",
        False,
    ),
    (
        "Apologise and soothe",
        "致歉安抚",
        "I am sorry for the trouble this has caused.",
        "给您添麻烦了，非常抱歉。",
        False,
    ),
    (
        "Verify and grade",
        "核实定级",
        "Is anyone hurt, or is the car unsafe to drive?",
        "是否有人受伤，或车辆已不能安全行驶？",
        True,
    ),
    (
        "Promise",
        "承诺时限",
        "[Name] will ring you by [time]; I cannot decide compensation.",
        "[姓名]会在[时间]前致电；赔偿事项我无权承诺。",
        True,
    ),
    (
        "Dispatch and supervise",
        "派单督办",
        "Your case is [no.]; we watch each deadline.",
        "单号[编号]，每个时限我们都会督办。",
        True,
    ),
    (
        "Verify and close",
        "核实结案",
        "Has it been settled as agreed? If not, I reopen it now.",
        "是否已按约定解决？若没有，我马上重新处理。",
        True,
    ),
]

RESCUE: list[Step] = [
    (
        "Safety first",
        "安全第一",
        "Are you all safe? If anyone is hurt, ring 120 and 122 first. "
        "Hazard lights on, triangle out, stand behind the barrier.",
        "人都安全吗？若有人受伤，请先拨打120和122。请开双闪、放三角牌、到护栏外等候。",
        True,
    ),
    (
        "Locate",
        "确定位置",
        "May I use your position for this rescue? "
        "Or give road, direction, stake number.",
        "可以使用您的定位用于救援吗？或告诉我道路、方向、桩号。",
        True,
    ),
    (
        "Fault",
        "了解故障",
        "Plate, model, symptom; can it roll? Any loading?",
        "车牌、车型、现象？能否移动？是否载货？",
        False,
    ),
    (
        "Dispatch",
        "派出救援",
        "I am sending [station], [km] away.",
        "已派[服务站]，距您[公里]公里。",
        False,
    ),
    (
        "Call back",
        "回电告知",
        "They expect to reach you at [time].",
        "预计[时间]到达。",
        True,
    ),
    (
        "Track",
        "跟踪进展",
        "Has the crew arrived? I stay with your case.",
        "救援人员到了吗？我会一直跟进。",
        False,
    ),
    (
        "Follow up",
        "救援回访",
        "Are you home safely, and was the help right?",
        "您平安到家了吗？救援是否满意？",
        False,
    ),
]
