"""What people are told is sent to them by e-mail too, through a real mail server."""

import socket
import threading
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from django.db import connections, transaction
from django.urls import reverse

from accounts.mail import send_waiting
from accounts.models import Notification, User
from accounts.services import log_action, set_mail
from crm.models import UploadBatch
from crm.uploads.services import approve_batch, return_rows, submit_batch
from tests.cast import the_cast, the_places
from tests.factories.uploads import a_sale, received

Mail = Notification.Mail


class Mailbox:
    """Keeps what it is sent; refuses as told, once or for ever."""

    def __init__(self) -> None:
        self.messages = []
        self.refuses: dict[str, str] = {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if refused := self.refuses.get(address):
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append(message)
        return "250 OK"


@pytest.fixture
def mailbox(settings):
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.SITE_URL = "https://crm.example.com"
    yield box
    server.stop()


@pytest.fixture
def clerk(cast) -> User:
    return with_address(cast.clerk)


def with_address(user: User, **changes: object) -> User:
    facts = {"email": f"{user.username}@example.com", **changes}
    User.objects.filter(pk=user.pk).update(**facts)
    user.refresh_from_db()
    return user


def returned(places, *people: User, reason: str = "看不清") -> Notification:
    batch = UploadBatch.objects.create(kind="sales", organisation=places.dealer)
    about = {"file": "日报.xlsx", "reason": reason}
    entry = log_action(people[0], "upload.returned", batch, about, notify=people)
    return entry.notifications.order_by("pk").first()


def test_who_is_told_gets_an_e_mail_with_a_link(places, clerk, mailbox):
    told = returned(places, clerk)
    told.refresh_from_db()
    [message] = mailbox.messages
    assert message["To"] == "clerk@example.com"
    assert message["Subject"] == f"{clerk} sent 日报.xlsx back: 看不清"
    link = f"https://crm.example.com/uploads/{told.entry.subject_id}/"
    assert link in message.get_content()
    assert message["Message-ID"] == f"<notification-{told.pk}@crm.example.com>"
    assert told.mail == Mail.SENT
    assert told.mailed_at is not None


def test_it_is_in_the_readers_language(places, clerk, mailbox):
    with_address(clerk, language="zh-hans")
    returned(places, clerk)
    assert "日报.xlsx" in mailbox.messages[0]["Subject"]
    assert "sent" not in mailbox.messages[0]["Subject"]


def test_a_reason_of_many_lines_is_one_subject(places, clerk, mailbox):
    returned(places, clerk, reason="一\r\nBcc: x@example.com\n" + "长" * 300)
    [message] = mailbox.messages
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert "长" * 300 in message.get_content()


def test_only_important_things_go_to_those_who_want_them(places, cast, mailbox):
    user = with_address(cast.clerk)
    batch = UploadBatch.objects.create(kind="sales", organisation=places.dealer)
    log_action(user, "upload.downloaded", batch, {"file": "x"}, notify=[user])
    set_mail(user, wanted=False)
    user.refresh_from_db()
    returned(places, user)
    returned(places, with_address(cast.reviewer, email=""))
    assert mailbox.messages == []
    assert set(Notification.objects.values_list("mail", flat=True)) == {Mail.NONE}


def test_without_a_mail_server_nothing_is_sent_and_nothing_waits(places, clerk):
    assert returned(places, clerk).mail == Mail.NONE
    assert send_waiting() == 0


def test_while_the_server_is_away_messages_wait(places, cast, clerk, mailbox, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    returned(places, clerk, with_address(cast.reviewer))
    assert set(Notification.objects.values_list("mail", flat=True)) == {Mail.WAITING}
    assert send_waiting() == 0
    settings.EMAIL_PORT = port
    assert send_waiting() == 2
    assert send_waiting() == 0
    assert sorted(message["To"] for message in mailbox.messages) == [
        "clerk@example.com",
        "reviewer@example.com",
    ]


def test_a_refused_address_holds_up_nobody(places, cast, clerk, mailbox, logged_in):
    mailbox.refuses["clerk@example.com"] = "550 no such user"
    told = returned(places, clerk, with_address(cast.reviewer))
    told.refresh_from_db()
    assert told.mail == Mail.REFUSED
    assert [message["To"] for message in mailbox.messages] == ["reviewer@example.com"]
    assert send_waiting() == 0
    page = logged_in(clerk).get(reverse("accounts:notifications")).content.decode()
    assert "The mail server refused your address" in page


def test_a_full_mailbox_is_tried_again(places, clerk, mailbox):
    mailbox.refuses["clerk@example.com"] = "452 mailbox full"
    returned(places, clerk)
    assert mailbox.messages == []
    mailbox.refuses.clear()
    assert send_waiting() == 1


def test_who_left_meanwhile_is_sent_nothing(places, clerk, mailbox, settings):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    returned(places, clerk)
    settings.EMAIL_PORT = port
    with_address(clerk, is_active=False)
    assert send_waiting() == 0
    assert mailbox.messages == []


def test_everybody_switches_it_off_for_themselves(clerk, mailbox, logged_in):
    client = logged_in(clerk)
    page = client.get(reverse("accounts:notifications")).content.decode()
    assert "clerk@example.com" in page
    for wanted in (False, True):
        client.post(reverse("accounts:mail"), {"wanted": str(int(wanted))})
        clerk.refresh_from_db()
        assert clerk.wants_mail is wanted


def test_the_way_of_a_file_is_told_to_sender_and_reviewer(
    places, cast, mailbox, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    rows = [a_sale(1), a_sale(2)]
    batch = submit_batch(received(places.dealer, rows, by=cast.clerk), by=cast.clerk)
    return_rows(batch, by=cast.reviewer, numbers={3}, reason="车架号不对")
    approve_batch(batch, by=cast.reviewer)
    told = [(message["To"].partition("@")[0]) for message in mailbox.messages]
    assert told == ["reviewer", "clerk", "clerk", "clerk"]
    assert "车架号不对" in mailbox.messages[1]["Subject"]


def test_what_was_not_kept_is_sent_again_as_the_same_message(
    places, clerk, mailbox, settings
):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    returned(places, clerk)
    settings.EMAIL_PORT = port
    with transaction.atomic():
        assert send_waiting() == 1
        transaction.set_rollback(True)  # as when the worker dies before the commit
    assert send_waiting() == 1
    first, again = mailbox.messages
    assert first["Message-ID"] == again["Message-ID"]


def test_two_workers_send_each_message_once(real_db, mailbox, settings):
    cast = the_cast(the_places())
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    user = with_address(cast.clerk)
    for _ in range(5):
        returned(the_places(), user)
    settings.EMAIL_PORT = port
    sent = []

    def work():
        try:
            sent.append(send_waiting())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 5
    ids = [message["Message-ID"] for message in mailbox.messages]
    assert len(ids) == len(set(ids)) == 5
