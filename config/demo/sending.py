"""Dealers and stations send their day; branches look at it."""

from datetime import date, timedelta

from django.core.files.base import ContentFile

from accounts.models import Organisation
from config.demo import records
from config.demo.clock import at
from config.demo.world import World, moment
from crm.models import UploadBatch
from crm.uploads.services import (
    approve_batch,
    post_batch,
    read_batch,
    receive_file,
    return_batch,
    submit_batch,
)

Kind = Organisation.Kind


def send_sales(world: World, day: date, count: int) -> None:
    """`count` cars sold by two dealers on `day`, posted the same evening."""
    dealers = world.random.sample(world.of_kind(Kind.DEALER), 2)
    shares = [count - count // 2, count // 2]
    for dealer, share in zip(dealers, shares, strict=True):
        rows = []
        for _ in range(share):
            world.sales += 1
            sold = records.sale(world.random, world.sales, dealer.code, day)
            world.sold.append(sold)
            rows.append(sold.row)
        if rows:
            data = records.csv_file(records.SALES_HEADER, rows)
            send(world, UploadBatch.Kind.SALES, dealer, day, data)


def send_repairs(world: World, day: date, count: int) -> None:
    """`count` cars repaired at one station on `day`, near where they were sold."""
    cars = [car for car in world.sold if car.delivered_on < day - timedelta(days=3)]
    station = world.random.choice(world.of_kind(Kind.STATION))
    near = [car for car in cars if car.branch == station.code[:2]]
    rows = []
    for car in world.random.sample(near, min(len(near), count)):
        world.repairs += 1
        serial = world.repairs
        rows.append(records.repair(world.random, serial, station.code, car, day))
    if rows:
        data = records.csv_file(records.REPAIRS_HEADER, rows)
        send(world, UploadBatch.Kind.REPAIRS, station, day, data)


def send(
    world: World, kind: str, place: Organisation, day: date, data: bytes
) -> UploadBatch:
    """One file, sent at about 17:00, approved and posted within the hour."""
    with at(moment(day, 17, world.random.randint(0, 25))):
        batch = receive(world, kind, place, day, data)
        submit_batch(batch, by=world.clerk_of(place))
    with at(moment(day, 17, world.random.randint(30, 59))):
        approve_batch(batch, by=world.reviewer_of(place))
        post_batch(batch.pk)
    return batch


def receive(
    world: World, kind: str, place: Organisation, day: date, data: bytes
) -> UploadBatch:
    title = "购车客户日报" if kind == UploadBatch.Kind.SALES else "维修工单日报"
    batch = receive_file(
        kind=kind,
        organisation=place,
        by=world.clerk_of(place),
        file=ContentFile(data),
        name=f"{title}-{place.code}-{day:%Y%m%d}.csv",
        queue=False,
    )
    return read_batch(batch.pk)


def leave_some_open(world: World, day: date) -> None:
    """One file waits for review, one was returned, one has rows to mend."""
    waiting, returned, faulty = world.random.sample(world.of_kind(Kind.DEALER), 3)
    gz01 = world.tree["GZ01"]
    if gz01 not in (waiting, returned, faulty):
        waiting = gz01
    for place in (waiting, returned, faulty):
        rows = []
        for _ in range(4):
            world.sales += 1
            rows.append(records.sale(world.random, world.sales, place.code, day).row)
        if place is faulty:
            rows[1][3] = "同上"
            rows[2][7] = str(rows[2][7])[:16]
        data = records.csv_file(records.SALES_HEADER, rows)
        batch = receive(world, UploadBatch.Kind.SALES, place, day, data)
        if place is not faulty:
            submit_batch(batch, by=world.clerk_of(place))
        if place is returned:
            reason = "交车日期与合同不一致，请核对后重新上报。"
            return_batch(batch, by=world.reviewer_of(place), reason=reason)
