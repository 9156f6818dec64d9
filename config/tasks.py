from django.core.management import call_command

LOG_INS_KEPT = 180  # days


def clear_away() -> None:
    """Ended sessions, and the record of log-ins when it is old: they only grow."""
    call_command("clearsessions", verbosity=0)
    call_command("axes_reset_logs", age=LOG_INS_KEPT, verbosity=0)
