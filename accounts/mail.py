"""What people are told, sent to them by e-mail too.

`log_action` marks the notifications to be mailed and enqueues a task for the entry; a
schedule sends what could not be sent then. Each message is sent under a lock of its
own and marked in the same transaction, so two workers, or a task that runs again, send
nothing twice. Only a worker that dies between the server's answer and the commit
leaves a message to be sent again; it has the same Message-ID, by which mailboxes tell.
"""

import logging
from datetime import timedelta
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
)
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actions import describe, page_of
from accounts.models import Notification

log = logging.getLogger(__name__)

Mail = Notification.Mail
# While the mail server is away messages wait; after so long they are old news.
TRIED_FOR = timedelta(days=3)
MOST_AT_ONCE = 500
LONGEST_SUBJECT = 120
# Not a row lock: marking a notification as read must not wait for the mail server.
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('accounts.mail'), %s)"


def send_waiting(entry_id: int | None = None) -> int:
    """Send what waits, of one log entry or of all; how many messages went out.

    Stops when the server is away: what is left waits for the next time.
    """
    if not settings.EMAIL_HOST:
        return 0
    waiting = Notification.objects.to_be_mailed(timezone.now() - TRIED_FOR)
    if entry_id is not None:
        waiting = waiting.filter(entry=entry_id)
    ids = list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])
    if not ids:
        return 0
    server = get_connection()
    try:
        server.open()
        return sum(_send(pk, server) for pk in ids)
    except (SMTPException, OSError) as error:
        log.warning("Mail waits, as the server %s: %s", settings.EMAIL_HOST, error)
        return 0
    finally:
        _close(server)


@transaction.atomic
def _send(pk: int, server: BaseEmailBackend) -> bool:
    with database.cursor() as cursor:
        cursor.execute(_LOCK, [pk % 2**31])
        if not cursor.fetchone()[0]:
            return False
    # Only now: whoever had the lock before may have sent it.
    rows = Notification.objects.filter(pk=pk, mail=Mail.WAITING)
    told = rows.select_related("to", "entry__by").first()
    if told is None:
        return False
    to = told.to
    if not (to.is_active and to.email and to.wants_mail):
        rows.update(mail=Mail.NONE)
        return False
    try:
        server.send_messages([message(told)])
    except (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupportedError) as error:
        if not _is_final(error):
            log.info("Mail to %s waits: %s", to.username, error)
            return False
        log.warning("Mail to %s is refused: %s", to.username, error)
        rows.update(mail=Mail.REFUSED)
        return False
    rows.update(mail=Mail.SENT, mailed_at=timezone.now())
    return True


def _is_final(error: SMTPException) -> bool:
    """Whether the server will never take it: 5xx, or an address it cannot write."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return not isinstance(error, SMTPDataError) or error.smtp_code >= 500


def message(told: Notification) -> EmailMessage:
    """The entry's sentence in the reader's language, and the way to its page."""
    with translation.override(told.to.language or settings.LANGUAGE_CODE):
        sentence = describe(told.entry)
        lines = [sentence]
        if settings.SITE_URL:
            if page := page_of(told.entry):
                lines += ["", f"{settings.SITE_URL}{page}"]
            switch = f"{settings.SITE_URL}{reverse('accounts:notifications')}"
            lines += [
                "",
                _("To get no such e-mail, switch it off: %(link)s") % {"link": switch},
            ]
        # A subject is one line, whatever a reason that was typed holds.
        subject = " ".join(sentence.split())
        if len(subject) > LONGEST_SUBJECT:
            subject = f"{subject[:LONGEST_SUBJECT]}…"
        return EmailMessage(
            subject=subject,
            body="\n".join(lines) + "\n",
            to=[told.to.email],
            headers={
                "Message-ID": f"<notification-{told.pk}@{_domain()}>",
                "Auto-Submitted": "auto-generated",
            },
        )


def _domain() -> str:
    site = urlsplit(settings.SITE_URL).hostname
    return site or settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except (SMTPException, OSError):
        log.info("The mail server was gone before the end.")
