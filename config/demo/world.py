from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import Organisation, User
from config.demo.records import Sold

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class World:
    """What the days of the demo share: people, places, chance, cars sold so far."""

    tree: dict[str, Organisation]
    users: dict[str, User]
    random: Random
    now: datetime
    sold: list[Sold] = field(default_factory=list)
    sales: int = 0
    repairs: int = 0

    def of_kind(self, kind: str) -> list[Organisation]:
        return [o for o in self.tree.values() if o.kind == kind]

    def agents(self) -> list[User]:
        return [u for name, u in self.users.items() if name.startswith("agent")]

    def clerk_of(self, place: Organisation) -> User:
        return next(u for u in self.users.values() if u.organisation_id == place.pk)

    def reviewer_of(self, place: Organisation) -> User:
        return next(
            u for u in self.users.values() if u.organisation_id == place.parent_id
        )

    def happens(self, chance: float) -> bool:
        return self.random.random() < chance


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)
