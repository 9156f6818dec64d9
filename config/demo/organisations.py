"""The demo's tree and its people."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import Organisation, User
from accounts.roles import Role
from accounts.services import save_organisation
from config.demo.logins import PASSWORD

Kind = Organisation.Kind

DEPARTMENTS = [
    ("QUALITY", "质量部"),
    ("AFTERSALES", "售后服务部"),
    ("SALES", "销售管理部"),
    ("PARTS", "备件部"),
    ("PUBLIC", "公共关系与法务部"),
]

# Region, its branches, and in each branch how many dealers and stations.
REGIONS = [
    ("SOUTH", "华南大区", [("GZ", "广州", 4, 2), ("SZ", "深圳", 3, 2)]),
    ("NORTH", "华北大区", [("BJ", "北京", 3, 2), ("TJ", "天津", 2, 2)]),
]

ORDINALS = ["一", "二", "三", "四"]


def make_tree() -> dict[str, Organisation]:
    """2 regions, 4 branches, 12 dealers, 8 stations, 5 departments, by code."""
    tree: dict[str, Organisation] = {}

    def add(code: str, name: str, kind: str, parent: str | None = None) -> None:
        above = tree[parent] if parent else None
        tree[code] = save_organisation(
            Organisation(code=code, name=name, kind=kind, parent=above)
        )

    add("HQ", "云驾汽车客户关系中心", Kind.HEADQUARTERS)
    for code, name in DEPARTMENTS:
        add(code, name, Kind.DEPARTMENT, "HQ")
    for region, region_name, branches in REGIONS:
        add(region, region_name, Kind.REGION, "HQ")
        for branch, city, dealers, stations in branches:
            add(branch, f"{city}分公司", Kind.BRANCH, region)
            for n in range(dealers):
                name = f"{city}云驾第{ORDINALS[n]}经销店"
                add(f"{branch}{n + 1:02}", name, Kind.DEALER, branch)
            for n in range(stations):
                name = f"{city}云驾第{ORDINALS[n]}服务站"
                add(f"{branch}{n + 51}", name, Kind.STATION, branch)
    return tree


# Username, name (family, given), role, organisation. The first of each role is printed
# by `make run`.
PEOPLE = [
    ("agent", "林", "晓雯", Role.AGENT, "HQ"),
    ("agent2", "周", "明哲", Role.AGENT, "HQ"),
    ("agent3", "何", "雨桐", Role.AGENT, "HQ"),
    ("agent4", "吴", "建平", Role.AGENT, "HQ"),
    ("agent5", "谢", "思敏", Role.AGENT, "HQ"),
    ("agent6", "郭", "海涛", Role.AGENT, "HQ"),
    ("leader", "陈", "慧敏", Role.TEAM_LEADER, "HQ"),
    ("leader2", "刘", "志强", Role.TEAM_LEADER, "HQ"),
    ("manager", "黄", "国栋", Role.OPERATIONS_MANAGER, "HQ"),
    ("editor", "徐", "静", Role.KNOWLEDGE_EDITOR, "HQ"),
    ("admin", "孙", "立", Role.ADMINISTRATOR, "HQ"),
    ("region", "梁", "伟雄", Role.REGIONAL_MANAGER, "SOUTH"),
    ("region2", "赵", "铁军", Role.REGIONAL_MANAGER, "NORTH"),
    ("reviewer", "罗", "美玲", Role.BRANCH_REVIEWER, "GZ"),
    ("reviewer-sz", "邓", "志远", Role.BRANCH_REVIEWER, "SZ"),
    ("reviewer-bj", "王", "秀兰", Role.BRANCH_REVIEWER, "BJ"),
    ("reviewer-tj", "李", "广义", Role.BRANCH_REVIEWER, "TJ"),
    ("quality", "马", "丽娟", Role.DEPARTMENT_HANDLER, "QUALITY"),
    ("aftersales", "胡", "永康", Role.DEPARTMENT_HANDLER, "AFTERSALES"),
    ("sales", "朱", "文斌", Role.DEPARTMENT_HANDLER, "SALES"),
    ("parts", "高", "艳", Role.DEPARTMENT_HANDLER, "PARTS"),
    ("public", "宋", "佳", Role.DEPARTMENT_HANDLER, "PUBLIC"),
]
CLERKS = ["芳", "磊", "婷", "超", "静怡", "俊", "敏", "浩然", "丹", "鹏"]


def make_people(tree: dict[str, Organisation]) -> dict[str, User]:
    """Everybody in PEOPLE, and a clerk for each dealer and station, by username."""
    people = list(PEOPLE)
    senders = [o for o in tree.values() if o.kind in {Kind.DEALER, Kind.STATION}]
    for number, place in enumerate(senders):
        is_dealer = place.kind == Kind.DEALER
        role = Role.DEALER_CLERK if is_dealer else Role.STATION_CLERK
        first = {"GZ01": "dealer", "GZ51": "station"}.get(place.code)
        username = first or f"clerk-{place.code.lower()}"
        given = CLERKS[number % len(CLERKS)]
        people.append((username, "张杨曾彭"[number % 4], given, role, place.code))
    # One hash for all: hashing is slow on purpose, and the password is one anyway.
    password = make_password(PASSWORD)
    groups = {group.name: group for group in Group.objects.all()}
    users: dict[str, User] = {}
    for extension, (username, family, given, role, code) in enumerate(people, 8001):
        is_administrator = role is Role.ADMINISTRATOR
        users[username] = User.objects.create(
            username=username,
            password=password,
            last_name=family,
            first_name=given,
            email=f"{username}@example.com",
            organisation=tree[code],
            extension=str(extension),
            is_staff=is_administrator or role is Role.OPERATIONS_MANAGER,
            is_superuser=is_administrator,
        )
        users[username].groups.add(groups[role])
    return users
