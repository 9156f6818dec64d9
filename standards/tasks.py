from django.utils import timezone

from standards import services


def sweep() -> dict[str, int]:
    """Every minute: tell who is late, or nearly."""
    return services.sweep(timezone.now())
