"""More customers than a story can hold: sales in bulk, through the upload path."""

from datetime import timedelta
from random import Random

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.roles import Role
from config.demo import records
from crm.models import Customer, UploadBatch
from crm.uploads.services import (
    approve_batch,
    post_batch,
    read_batch,
    receive_file,
    submit_batch,
)

FILE_ROWS = 50_000
# Beyond what the story itself uses, so that numbers never meet.
FIRST_SERIAL = 10_000


def grow_to(customers: int) -> int:
    """Sales are added, a file at a time, until there are `customers`; how many were.

    Each file is posted whole, so a run that was cut short goes on where it stopped.
    """
    before = Customer.objects.count()
    dealers = list(Organisation.objects.filter(kind=Organisation.Kind.DEALER))
    grown = 0
    while (missing := customers - before - grown) > 0:
        count = min(missing, FILE_ROWS)
        serial = FIRST_SERIAL + before + grown
        send(dealers[(serial // FILE_ROWS) % len(dealers)], serial, count)
        grown += count
    return grown


def send(dealer: Organisation, serial: int, count: int) -> None:
    random = Random(serial)
    today = timezone.localdate()
    rows = [
        records.sale(
            random, serial + n, dealer.code, today - timedelta(days=61 + n % 700)
        ).row
        for n in range(count)
    ]
    clerk = User.objects.with_role(Role.DEALER_CLERK).get(organisation=dealer)
    reviewer = User.objects.responsible_for(dealer, Role.BRANCH_REVIEWER)[0]
    batch = receive_file(
        kind=UploadBatch.Kind.SALES,
        organisation=dealer,
        by=clerk,
        file=ContentFile(records.csv_file(records.SALES_HEADER, rows)),
        name=f"购车客户档案-{dealer.code}-{serial}.csv",
        queue=False,
    )
    batch = read_batch(batch.pk)
    submit_batch(batch, by=clerk)
    approve_batch(batch, by=reviewer)
    post_batch(batch.pk)
