from django.utils import timezone

from crm.uploads import services


def read(batch_id: int) -> str:
    return services.read_batch(batch_id).status


def post(batch_id: int) -> int:
    return services.post_batch(batch_id)


def resume() -> int:
    return services.resume_left_over()


def keep_days() -> dict[str, int]:
    """Every few minutes: days begin, and who is to hand in soon is reminded."""
    now = timezone.now()
    return {"opened": services.open_days(now), "reminded": services.remind_owing(now)}
