from accounts.mail import send_waiting


def mail(entry_id: int) -> int:
    return send_waiting(entry_id)


def mail_waiting() -> int:
    return send_waiting()
