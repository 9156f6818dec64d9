"""A few customers are kept twice, as it happens: they rang, or had the car repaired,
under another name or number than the one they bought it with."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from accounts.models import Organisation
from config.demo import records
from config.demo.clock import at
from config.demo.sending import send
from config.demo.world import World, moment
from crm.duplicates import find_duplicates
from crm.models import UploadBatch
from crm.services import create_customer, record_interaction
from standards.models import InteractionType

Kind = Organisation.Kind
EACH = 3


def be_known_twice(world: World, day: date) -> None:
    """On the day before: three rang, three had the car repaired."""
    before = day - timedelta(days=1)
    people = [car for car in world.sold if car.row[2]]
    chosen = people[:: max(1, len(people) // (2 * EACH))][: 2 * EACH]
    rang, drove = chosen[:EACH], chosen[EACH:]
    for number, car in enumerate(rang):
        title = "先生" if car.row[2] == "男" else "女士"
        # The agent keeps the surname only, or the whole name with a title.
        name = f"{car.buyer[:1] if number == 0 else car.buyer}{title}"
        ring(world, moment(before, 10, 5 * number), name, car.phone)
    for car in drove:
        world.repairs += 1
        stations = world.of_kind(Kind.STATION)
        station = next(s for s in stations if s.code[:2] == car.branch)
        new_number = replace(car, phone=f"170{world.repairs:08}")
        row = records.repair(
            world.random, world.repairs, station.code, new_number, before
        )
        data = records.csv_file(records.REPAIRS_HEADER, [row])
        send(world, UploadBatch.Kind.REPAIRS, station, before, data)
    find_duplicates()


def ring(world: World, when: datetime, name: str, phone: str) -> None:
    agent = world.users["agent"]
    with at(when):
        record_interaction(
            type=InteractionType.Code.OTHER,
            direction="in",
            customer=create_customer(by=agent, name=name, phone=phone),
            agent=agent,
            started_at=when,
            summary="询问保养时间，已告知。",
            outcome="settled",
        )
