from crm.uploads import services


def read(batch_id: int) -> str:
    return services.read_batch(batch_id).status


def post(batch_id: int) -> int:
    return services.post_batch(batch_id)


def resume() -> int:
    return services.resume_left_over()
