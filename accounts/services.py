from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django_q.tasks import async_task
from rest_framework.authtoken.models import Token

from accounts.actions import is_mailed
from accounts.models import LogEntry, Notification, Organisation, User


def log_action(
    by: User | None,
    action: str,
    obj: models.Model,
    data: dict[str, Any] | None = None,
    *,
    notify: Iterable[User] = (),
) -> LogEntry:
    """Keep what was done to `obj`, and tell `notify` about it.

    Actions registered as mailed are told by e-mail too, when the transaction is over.
    `by` is None for what the system does itself. `data` must be JSON.
    """
    entry = LogEntry.objects.create(
        at=timezone.now(),
        by=by,
        action=action,
        subject_type=obj._meta.label_lower,
        subject_id=obj.pk,
        data=data or {},
    )
    people = {user.pk: user for user in notify}
    told = [
        Notification(to=user, entry=entry, mail=_mail_for(user, action))
        for user in people.values()
    ]
    Notification.objects.bulk_create(told)
    if any(row.mail == Notification.Mail.WAITING for row in told):
        async_task("accounts.tasks.mail", entry.pk)
    return entry


def log_for_many(
    action: str,
    rows: Iterable[tuple[models.Model, dict[str, Any], Collection[User]]],
) -> None:
    """What the system does itself to many rows at once, each with its data and whom to
    tell: as `log_action`, in as many statements as for one."""
    told = list(rows)
    at = timezone.now()
    entries = LogEntry.objects.bulk_create(
        LogEntry(
            at=at,
            action=action,
            subject_type=obj._meta.label_lower,
            subject_id=obj.pk,
            data=data,
        )
        for obj, data, _people in told
    )
    notifications = [
        Notification(to=user, entry=entry, mail=_mail_for(user, action))
        for entry, (_obj, _data, people) in zip(entries, told, strict=True)
        for user in people
    ]
    Notification.objects.bulk_create(notifications)
    if any(row.mail == Notification.Mail.WAITING for row in notifications):
        async_task("accounts.tasks.mail_waiting")


def _mail_for(user: User, action: str) -> str:
    told = settings.EMAIL_HOST and is_mailed(action) and user.email and user.wants_mail
    return Notification.Mail.WAITING if told else Notification.Mail.NONE


@transaction.atomic
def save_organisation(organisation: Organisation) -> Organisation:
    """Save a node and keep the paths of all below it true.

    Raises ValidationError when the node would come to hang where its kind does not
    belong, or below itself.
    """
    with connection.cursor() as cursor:
        # Two moves at once could hang two nodes below each other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts.tree'))")
    parent = organisation.parent
    if parent:
        parent.refresh_from_db(fields=["path", "kind"])
    if organisation.pk:
        stored = Organisation.objects.filter(pk=organisation.pk)
        organisation.path = stored.values_list("path", flat=True).get()
    organisation.clean()
    organisation.validate_constraints()
    old_path = organisation.path
    new_path = f"{parent.path if parent else ''}{organisation.code}/"
    organisation.path = new_path
    organisation.save()
    if old_path and old_path != new_path:
        below = Organisation.objects.filter(path__startswith=old_path)
        below.update(path=Concat(Value(new_path), Substr(F("path"), len(old_path) + 1)))
    return organisation


@transaction.atomic
def revoke_keys(people: Iterable[User], *, by: User) -> int:
    """End the API keys of these people; how many had one."""
    owners = User.objects.filter(
        pk__in=[p.pk for p in people], auth_token__isnull=False
    )
    revoked = list(owners)
    Token.objects.filter(user__in=revoked).delete()
    for owner in revoked:
        log_action(by, "user.key_revoked", owner, {"name": str(owner)})
    return len(revoked)


def set_mail(user: User, *, wanted: bool) -> None:
    """Whether `user` is told by e-mail what is told on the page."""
    User.objects.filter(pk=user.pk).update(wants_mail=wanted)


def mark_read(user: User) -> int:
    """Mark all that `user` was told as read."""
    return user.notifications.filter(read_at=None).update(read_at=timezone.now())
