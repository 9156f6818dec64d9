from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from accounts.authentication import forget_expired_keys
from accounts.models import Throttle
from crm.uploads.services import forget_keys, remove_stray_files

LOG_INS_KEPT = 180  # days


def clear_away() -> None:
    """What only grows: ended sessions, old log-ins, what programs were told, files."""
    call_command("clearsessions", verbosity=0)
    call_command("axes_reset_logs", age=LOG_INS_KEPT, verbosity=0)
    forget_keys()
    remove_stray_files()
    forget_expired_keys()
    Throttle.objects.filter(free_at__lt=timezone.now() - timedelta(days=1)).delete()
